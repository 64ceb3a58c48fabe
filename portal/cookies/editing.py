"""Add, change and remove the cookies of a tenant's draft.

Values may be as somebody typed them. A text that is not named stays as it is; an empty one goes.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from portal.catalogues import built_in_sources
from portal.cookies.declared import (
    categories,
    declaration,
    facts,
    find_cookie,
    identities,
    providers,
    take_turn,
    unchanged,
)
from portal.cookies.findings import Finding, wrong
from portal.cookies.models import Cookie
from portal.cookies.refusals import CookieWrong
from portal.cookies.rules import TEXTS, check
from portal.cookies.texts import translated
from portal.cookies.tidying import tidied
from portal.database import db
from portal.languages import SOURCE
from portal.tenants.models import Tenant


def add_cookie(tenant: Tenant, values: Mapping[str, Any]) -> Cookie:
    """Declare a cookie at the end of its category; raises CookieWrong."""
    take_turn(tenant)
    fit = _fit(tenant, values)
    cookie = Cookie(
        tenant_id=tenant.id,
        id=uuid4(),
        position=end_of(tenant, fit["category"]),
        function={},
        purpose={},
        sources={},
    )
    _write(cookie, fit, tenant.default_language)
    db.session.add(cookie)
    return cookie


def change_cookie(
    tenant: Tenant, identifier: UUID, values: Mapping[str, Any], seen: str | None = None
) -> Cookie:
    """Write the values named; raises CookieWrong, NoSuchCookie, and Conflict unless as `seen`."""
    take_turn(tenant)
    language = tenant.default_language
    cookie = unchanged(find_cookie(tenant, identifier), language, seen)
    fit = _fit(tenant, {**facts(cookie, language), **values}, cookie)
    if fit["category"] != cookie.category:
        cookie.position = end_of(tenant, fit["category"])
    _write(cookie, fit, language)
    return cookie


def remove_cookie(tenant: Tenant, identifier: UUID, seen: str | None = None) -> Cookie:
    """The cookie, which is gone now; raises NoSuchCookie, and Conflict unless as `seen`."""
    take_turn(tenant)
    cookie = unchanged(find_cookie(tenant, identifier), tenant.default_language, seen)
    db.session.delete(cookie)
    return cookie


def findings(
    tenant: Tenant, values: Mapping[str, Any], cookie: Cookie | None = None
) -> list[Finding]:
    """All that is to be said of tidied values for this cookie, or for a new one."""
    return check(
        values,
        others=identities(tenant, cookie),
        providers={one.key for one in providers(tenant)},
        categories={one.key for one in categories(tenant)},
    )


def review(tenant: Tenant) -> Iterator[tuple[Cookie, list[Finding]]]:
    """All that is to be said of the list as it stands, with three queries."""
    declared = declaration(tenant)
    known = {one.key for one in declared.providers}
    for cookie in declared.cookies:
        values = tidied(facts(cookie, tenant.default_language))
        yield cookie, check(values, providers=known)


def end_of(tenant: Tenant, category: str) -> int:
    """The position after the last cookie of a category."""
    last = select(func.max(Cookie.position)).where(
        Cookie.tenant_id == tenant.id, Cookie.category == category
    )
    highest = db.session.scalar(last)
    return 0 if highest is None else highest + 1


def _fit(tenant: Tenant, values: Mapping[str, Any], cookie: Cookie | None = None) -> dict[str, Any]:
    tidy = tidied(values)
    if refused := wrong(findings(tenant, tidy, cookie)):
        raise CookieWrong(refused)
    return tidy


def _write(cookie: Cookie, values: Mapping[str, Any], source_language: str) -> None:
    for name, value in values.items():
        if name not in TEXTS:
            setattr(cookie, name, value)
    for name in TEXTS:
        write_texts(cookie, name, values[name], source_language)


def write_texts(row: Any, name: str, texts: Mapping[str, str], source_language: str) -> None:
    """Write what differs in several languages: the source first, the others are made from it.

    A new text that the portal itself says so, as those of known providers, is built in.
    """
    before = dict(getattr(row, name) or {})
    if not before and {*texts} == {source_language}:
        text = texts[source_language]
        built_in = built_in_sources(source_language).get(text)
        texts = {SOURCE: built_in} if built_in else texts
    changed = [tag for tag in texts if texts[tag] != before.get(tag, "")]
    for language in sorted(changed, key=lambda tag: tag != source_language):
        translated(row, name, language, texts[language], source_language)
