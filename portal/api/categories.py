"""The categories of the draft."""

from collections.abc import Mapping
from typing import Any

from flask import jsonify, url_for
from spectree import Response as Answers
from werkzeug.wrappers import Response

from portal.api.bodies import read_body
from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import needs
from portal.api.list_shapes import (
    CategoryChange,
    CategoryItem,
    CategoryList,
    CategoryOrder,
    NewCategory,
)
from portal.api.shapes import Problem
from portal.api.tags import created, met, tagged
from portal.cookies.arranging import arrange_categories
from portal.cookies.categories import (
    add_category,
    change_category,
    missing_categories,
    remove_category,
)
from portal.cookies.declared import categories, facts, find_category, take_turn
from portal.cookies.exchange.values import written_out
from portal.cookies.list_rules import CATEGORY_FIELDS
from portal.cookies.models import Category
from portal.database import writing
from portal.people.tokens import Scope
from portal.tenants.current import current_tenant

PATH = "/categories/<key>"


@bp.get("/categories")
@describe(resp=Answers(HTTP_200=CategoryList), tags=["Cookie list"])
@needs(Scope.COOKIES_READ)
def list_categories() -> Response:
    """The categories, in their order"""
    return jsonify(_all())


@bp.put("/categories")
@describe(
    json=CategoryOrder,
    resp=Answers(HTTP_200=CategoryList, HTTP_404=Problem, HTTP_409=Problem),
    tags=["Cookie list"],
)
@needs(Scope.COOKIES_WRITE)
def order_categories() -> Response:
    """Put the categories in order"""
    body = read_body(CategoryOrder)
    with writing():
        arrange_categories(current_tenant(), body.categories)
    return jsonify(_all())


@bp.post("/categories")
@describe(
    json=NewCategory,
    resp=Answers(HTTP_201=CategoryItem, HTTP_200=(CategoryItem, "It was there already")),
    tags=["Cookie list"],
)
@needs(Scope.COOKIES_WRITE)
def create_category() -> Response:
    """Add a category"""
    body = read_body(NewCategory)
    with writing():
        is_new = body.key in missing_categories(current_tenant())
        item = _item(add_category(current_tenant(), body.key))
    return created(item, url_for("api.show_category", key=body.key), is_new=is_new)


@bp.get(PATH)
@describe(resp=Answers(HTTP_200=CategoryItem), tags=["Cookie list"])
@needs(Scope.COOKIES_READ)
def show_category(key: str) -> Response:
    """One category"""
    return tagged(_item(find_category(current_tenant(), key)))


@bp.patch(PATH)
@describe(
    json=CategoryChange,
    resp=Answers(HTTP_200=CategoryItem, HTTP_412=Problem),
    tags=["Cookie list"],
)
@needs(Scope.COOKIES_WRITE)
def update_category(key: str) -> Response:
    """Change the texts of a category"""
    tenant, body = current_tenant(), read_body(CategoryChange)
    with writing():
        row = _met(key)
        item = _item(change_category(tenant, key, _merged(row, body.given())))
    return tagged(item)


@bp.delete(PATH)
@describe(resp=Answers(HTTP_204=None, HTTP_409=Problem, HTTP_412=Problem), tags=["Cookie list"])
@needs(Scope.COOKIES_WRITE)
def delete_category(key: str) -> Response:
    """Remove a category that has no cookies"""
    with writing():
        _met(key)
        remove_category(current_tenant(), key)
    return Response(status=204)


def _met(key: str) -> Category:
    """The row, now that it is our turn, if it is as the client saw it."""
    tenant = current_tenant()
    take_turn(tenant)
    row = find_category(tenant, key)
    met(_item(row))
    return row


def _merged(row: Category, given: Mapping[str, Any]) -> dict[str, Any]:
    """With the texts in the languages that were not named: a text may not go altogether."""
    before = facts(row, current_tenant().default_language)
    return {name: before[name] | texts for name, texts in given.items()}


def _all() -> dict[str, Any]:
    return {"items": [_item(one) for one in categories(current_tenant())]}


def _item(row: Category) -> dict[str, Any]:
    languages = current_tenant().languages
    texts = {name: written_out(getattr(row, name), languages) for name in CATEGORY_FIELDS}
    return {"key": row.key, **texts}
