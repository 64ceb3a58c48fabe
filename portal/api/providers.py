"""The providers of the draft."""

from typing import Any

from flask import jsonify, url_for
from spectree import Response as Answers
from werkzeug.wrappers import Response

from portal.api.bodies import read_body
from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import needs
from portal.api.list_shapes import NewProvider, ProviderChange, ProviderItem, ProviderList
from portal.api.shapes import Problem
from portal.api.tags import created, met, tagged
from portal.cookies.declared import find_provider, providers, take_turn
from portal.cookies.list_rules import PROVIDER_FIELDS
from portal.cookies.models import Provider
from portal.cookies.providers import add_provider, change_provider, remove_provider
from portal.database import writing
from portal.people.tokens import Scope
from portal.tenants.current import current_tenant

PATH = "/providers/<key>"


@bp.get("/providers")
@describe(resp=Answers(HTTP_200=ProviderList), tags=["Cookie list"])
@needs(Scope.COOKIES_READ)
def list_providers() -> Response:
    """The providers, by name"""
    return jsonify({"items": [_item(one) for one in providers(current_tenant())]})


@bp.post("/providers")
@describe(json=NewProvider, resp=Answers(HTTP_201=ProviderItem), tags=["Cookie list"])
@needs(Scope.COOKIES_WRITE)
def create_provider() -> Response:
    """Add a provider"""
    body = read_body(NewProvider)
    with writing():
        item = _item(add_provider(current_tenant(), body.given()))
    return created(item, url_for("api.show_provider", key=item["key"]))


@bp.get(PATH)
@describe(resp=Answers(HTTP_200=ProviderItem), tags=["Cookie list"])
@needs(Scope.COOKIES_READ)
def show_provider(key: str) -> Response:
    """One provider"""
    return tagged(_item(find_provider(current_tenant(), key)))


@bp.patch(PATH)
@describe(
    json=ProviderChange,
    resp=Answers(HTTP_200=ProviderItem, HTTP_412=Problem),
    tags=["Cookie list"],
)
@needs(Scope.COOKIES_WRITE)
def update_provider(key: str) -> Response:
    """Change a provider"""
    body = read_body(ProviderChange)
    with writing():
        _met(key)
        item = _item(change_provider(current_tenant(), key, body.given()))
    return tagged(item)


@bp.delete(PATH)
@describe(resp=Answers(HTTP_204=None, HTTP_409=Problem, HTTP_412=Problem), tags=["Cookie list"])
@needs(Scope.COOKIES_WRITE)
def delete_provider(key: str) -> Response:
    """Remove a provider that sets no cookie of the list"""
    with writing():
        _met(key)
        remove_provider(current_tenant(), key)
    return Response(status=204)


def _met(key: str) -> None:
    """Now that it is our turn: the row has to be as the client saw it."""
    tenant = current_tenant()
    take_turn(tenant)
    met(_item(find_provider(tenant, key)))


def _item(row: Provider) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PROVIDER_FIELDS}
