"""The order of the list: categories, cookies in them, and moves from one category to another."""

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import or_

from portal.catalogues import said
from portal.cookies.declared import (
    categories,
    cookies,
    find_category,
    find_cookie,
    take_turn,
)
from portal.cookies.findings import Finding
from portal.cookies.models import NECESSARY, Category, Cookie
from portal.cookies.refusals import CookieWrong, Needed, NoSuchCookie
from portal.people.audit import note_order
from portal.tenants.models import Tenant

Key = TypeVar("Key", bound=Hashable)


def arrange_cookies(tenant: Tenant, category: str, identifiers: Sequence[UUID]) -> None:
    """Let a category begin with these cookies in this order; those of other categories move.

    Raises NoSuchCategory, NoSuchCookie, and CookieWrong where a cookie cannot be moved there.
    """
    take_turn(tenant)
    find_category(tenant, category)
    _arrange(tenant, category, list(dict.fromkeys(identifiers)))


def move_cookies(tenant: Tenant, category: str, identifiers: Iterable[UUID]) -> None:
    """Let cookies follow those of a category, in their present order; raises as above."""
    take_turn(tenant)
    find_category(tenant, category)
    chosen = set(identifiers)
    staying = [one.id for one in cookies(tenant, Cookie.category == category)]
    moving = [one.id for one in cookies(tenant, Cookie.id.in_(chosen)) if one.id not in staying]
    if not chosen <= {*staying, *moving}:
        raise NoSuchCookie(chosen)
    _arrange(tenant, category, [*staying, *moving])


def step_cookie(tenant: Tenant, identifier: UUID, by: int) -> Cookie:
    """Let a cookie change places with the one before (-1) or after (1) it in its category."""
    take_turn(tenant)
    cookie = find_cookie(tenant, identifier)
    order = [one.id for one in cookies(tenant, Cookie.category == cookie.category)]
    _arrange(tenant, cookie.category, _stepped(order, identifier, by))
    return cookie


def step_category(tenant: Tenant, key: str, by: int) -> Category:
    """The same for a category; the necessary one stays first. Raises NoSuchCategory, Needed."""
    take_turn(tenant)
    category = find_category(tenant, key)
    order = _stepped([one.key for one in categories(tenant)], key, by)
    arrange_categories(tenant, order)
    return category


def arrange_categories(tenant: Tenant, keys: Sequence[str]) -> None:
    """Put these categories first, in this order; raises NoSuchCategory, Needed."""
    take_turn(tenant)
    wanted, before = [find_category(tenant, key) for key in dict.fromkeys(keys)], categories(tenant)
    rest = [one for one in before if one not in wanted]
    order = [*wanted, *rest]
    if order[0].key != NECESSARY:
        raise Needed(NECESSARY)
    _number(order)
    note_order(tenant, "categories", [one.key for one in before], [one.key for one in order])


def _arrange(tenant: Tenant, category: str, order: Sequence[UUID]) -> None:
    concerned = or_(Cookie.category == category, Cookie.id.in_(order))
    rows = {one.id: one for one in cookies(tenant, concerned)}
    if not set(order) <= rows.keys():
        raise NoSuchCookie(order)
    present = [one for one in rows.values() if one.category == category]
    for identifier in order:
        _move(rows[identifier], category)
    rest = [row for identifier, row in rows.items() if identifier not in order]
    arranged = [*(rows[identifier] for identifier in order), *rest]
    _number(arranged)
    stayed = [one.name for one in arranged if one in present]
    note_order(find_category(tenant, category), "cookies", [one.name for one in present], stayed)


def _move(cookie: Cookie, category: str) -> None:
    if cookie.exempt_measurement and category != cookie.category:
        message = said("“%(name)s” measures the audience without consent: that is statistics.")
        raise CookieWrong([Finding("category", message, {"name": cookie.name})])
    cookie.category = category


def _stepped(order: list[Key], one: Key, by: int) -> list[Key]:
    """The order with one of them a place nearer to an end, where it cannot go further."""
    rest = [other for other in order if other != one]
    place = min(max(order.index(one) + by, 0), len(rest))
    return [*rest[:place], one, *rest[place:]]


def _number(rows: Sequence[Category | Cookie]) -> None:
    """Write what changes: a row that keeps its place is not touched."""
    for position, row in enumerate(rows):
        row.position = position
