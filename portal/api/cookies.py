"""The cookies of the draft."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import jsonify, url_for
from spectree import Response as Answers
from werkzeug.wrappers import Response

from portal.api.bodies import read_body
from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import needs
from portal.api.list_shapes import CookieChange, CookieItem, CookieList, CookieOrder, NewCookie
from portal.api.shapes import Problem
from portal.api.tags import created, met, tagged
from portal.cookies.arranging import arrange_cookies
from portal.cookies.declared import cookies, declaration, facts, find_cookie, take_turn
from portal.cookies.editing import add_cookie, change_cookie, remove_cookie
from portal.cookies.exchange.values import values_of
from portal.cookies.models import Cookie
from portal.cookies.rules import TEXTS
from portal.database import writing
from portal.people.tokens import Scope
from portal.tenants.current import current_tenant

PATH = "/cookies/<uuid:identifier>"


@bp.get("/cookies")
@describe(resp=Answers(HTTP_200=CookieList), tags=["Cookie list"])
@needs(Scope.COOKIES_READ)
def list_cookies() -> Response:
    """The cookies, category by category"""
    declared = declaration(current_tenant())
    rank = {one.key: number for number, one in enumerate(declared.categories)}
    ordered = sorted(declared.cookies, key=lambda one: rank[one.category])
    return jsonify({"items": [_item(one) for one in ordered]})


@bp.post("/cookies")
@describe(json=NewCookie, resp=Answers(HTTP_201=CookieItem), tags=["Cookie list"])
@needs(Scope.COOKIES_WRITE)
def create_cookie() -> Response:
    """Add a cookie, at the end of its category"""
    body = read_body(NewCookie)
    with writing():
        item = _item(add_cookie(current_tenant(), body.given()))
    return created(item, url_for("api.show_cookie", identifier=item["id"]))


@bp.get(PATH)
@describe(resp=Answers(HTTP_200=CookieItem), tags=["Cookie list"])
@needs(Scope.COOKIES_READ)
def show_cookie(identifier: UUID) -> Response:
    """One cookie"""
    return tagged(_item(find_cookie(current_tenant(), identifier)))


@bp.patch(PATH)
@describe(
    json=CookieChange, resp=Answers(HTTP_200=CookieItem, HTTP_412=Problem), tags=["Cookie list"]
)
@needs(Scope.COOKIES_WRITE)
def update_cookie(identifier: UUID) -> Response:
    """Change a cookie"""
    tenant, body = current_tenant(), read_body(CookieChange)
    with writing():
        row = _met(identifier)
        item = _item(change_cookie(tenant, identifier, _merged(row, body.given())))
    return tagged(item)


@bp.delete(PATH)
@describe(resp=Answers(HTTP_204=None, HTTP_412=Problem), tags=["Cookie list"])
@needs(Scope.COOKIES_WRITE)
def delete_cookie(identifier: UUID) -> Response:
    """Remove a cookie"""
    with writing():
        _met(identifier)
        remove_cookie(current_tenant(), identifier)
    return Response(status=204)


@bp.put("/categories/<key>/cookies")
@describe(json=CookieOrder, resp=Answers(HTTP_200=CookieList), tags=["Cookie list"])
@needs(Scope.COOKIES_WRITE)
def order_cookies(key: str) -> Response:
    """Put the cookies of a category in order"""
    tenant, body = current_tenant(), read_body(CookieOrder)
    with writing():
        arrange_cookies(tenant, key, body.cookies)
    return jsonify({"items": [_item(one) for one in cookies(tenant, Cookie.category == key)]})


def _met(identifier: UUID) -> Cookie:
    """The row, now that it is our turn, if it is as the client saw it."""
    tenant = current_tenant()
    take_turn(tenant)
    row = find_cookie(tenant, identifier)
    met(_item(row))
    return row


def _merged(row: Cookie, given: Mapping[str, Any]) -> dict[str, Any]:
    """With the texts in the languages that were not named: a text may not go altogether."""
    before = facts(row, current_tenant().default_language)
    return {name: before[name] | value if name in TEXTS else value for name, value in given.items()}


def _item(row: Cookie) -> dict[str, Any]:
    return {"id": str(row.id), **values_of(row, current_tenant().languages)}
