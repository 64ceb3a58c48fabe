"""What a tenant declares, as its editors see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select, true

from portal.cookies.list_rules import CATEGORY_FIELDS, KEY, PROVIDER_FIELDS
from portal.cookies.models import CATEGORIES, Category, Cookie, Provider, Texts
from portal.cookies.refusals import Conflict, InUse, NoSuchCategory, NoSuchCookie, NoSuchProvider
from portal.cookies.rules import FIELDS, Identity
from portal.cookies.texts import in_language
from portal.database import db
from portal.tenants.models import Tenant

Row = TypeVar("Row", Category, Cookie, Provider)

EDITED: dict[type, tuple[str, ...]] = {
    Category: CATEGORY_FIELDS,
    Cookie: FIELDS,
    Provider: PROVIDER_FIELDS,
}


@dataclass(frozen=True, slots=True)
class Declaration:
    """The whole list of a tenant, in its order."""

    categories: Sequence[Category]
    providers: Sequence[Provider]
    cookies: Sequence[Cookie]


def declaration(tenant: Tenant) -> Declaration:
    """Read with three queries, however long the list is."""
    return Declaration(categories(tenant), providers(tenant), cookies(tenant))


def categories(tenant: Tenant) -> Sequence[Category]:
    mine = select(Category).where(Category.tenant_id == tenant.id)
    return db.session.scalars(mine.order_by(Category.position, Category.key)).all()


def providers(tenant: Tenant) -> Sequence[Provider]:
    """By name, as people look for them."""
    mine = select(Provider).where(Provider.tenant_id == tenant.id)
    return sorted(db.session.scalars(mine), key=lambda one: (one.name.casefold(), one.key))


def cookies(tenant: Tenant, which: ColumnElement[bool] | None = None) -> Sequence[Cookie]:
    mine = select(Cookie).where(Cookie.tenant_id == tenant.id, true() if which is None else which)
    return db.session.scalars(mine.order_by(Cookie.position, Cookie.name, Cookie.id)).all()


def refuse_in_use(tenant: Tenant, which: ColumnElement[bool]) -> None:
    """Raises InUse while the tenant declares such cookies."""
    if users := cookies(tenant, which):
        raise InUse([one.name for one in users])


class ListedCookie(NamedTuple):
    """What a list shows of a cookie, in the order of the columns that are read for it."""

    id: UUID
    name: str
    match: str
    category: str
    provider: str
    storage: str
    domain: str
    path: str
    third_party: bool
    exempt_measurement: bool
    lifetime_count: int
    lifetime_unit: str
    function: Texts
    purpose: Texts


def listed_cookies(tenant: Tenant) -> list[ListedCookie]:
    """All cookies in their order, several times as fast as rows that can be changed."""
    columns = [getattr(Cookie, name) for name in ListedCookie._fields]
    mine = select(*columns).where(Cookie.tenant_id == tenant.id)
    rows = db.session.execute(mine.order_by(Cookie.position, Cookie.name, Cookie.id))
    return [ListedCookie._make(row) for row in rows]


def identities(tenant: Tenant, but: Cookie | None = None) -> set[Identity]:
    """Of all cookies but one."""
    wanted = select(Cookie.name, Cookie.domain, Cookie.path).where(Cookie.tenant_id == tenant.id)
    if but is not None:
        wanted = wanted.where(Cookie.id != but.id)
    return {(name, domain, path) for name, domain, path in db.session.execute(wanted)}


def find_cookie(tenant: Tenant, identifier: UUID) -> Cookie:
    found = db.session.get(Cookie, (tenant.id, identifier))
    if found is None:
        raise NoSuchCookie(identifier)
    return found


def find_provider(tenant: Tenant, key: str) -> Provider:
    found = db.session.get(Provider, (tenant.id, key)) if KEY.fullmatch(key) else None
    if found is None:
        raise NoSuchProvider(key)
    return found


def find_category(tenant: Tenant, key: str) -> Category:
    found = db.session.get(Category, (tenant.id, key)) if key in CATEGORIES else None
    if found is None:
        raise NoSuchCategory(key)
    return found


def facts(row: Category | Cookie | Provider, language: str) -> dict[str, Any]:
    """The values that an editor sees and changes, with texts in the tenant's source language."""
    values = {name: getattr(row, name) for name in EDITED[type(row)]}
    return {
        name: {language: in_language(value, language, language)} if _is_text(value) else value
        for name, value in values.items()
    }


def _is_text(value: object) -> bool:
    return isinstance(value, dict)


def stamp(row: Category | Cookie | Provider, language: str) -> str:
    """Names what an editor saw. It outlives moves and translations, which lose nobody's work."""
    return sha256(repr(sorted(facts(row, language).items())).encode()).hexdigest()[:20]


def unchanged(row: Row, language: str, seen: str | None) -> Row:
    """The row, if it is still as it was seen; raises Conflict. None takes it as it is."""
    if seen is not None and seen != stamp(row, language):
        raise Conflict(row)
    return row


def take_turn(tenant: Tenant) -> None:
    """Wait until nobody else changes the list of this tenant, so that each sees what came before.

    Nobody who writes down a visitor's decision waits for it.
    """
    mine = select(Tenant.id).where(Tenant.id == tenant.id)
    db.session.execute(mine.with_for_update(key_share=True))
    db.session.expire_all()  # what was read while waiting may be old by now
