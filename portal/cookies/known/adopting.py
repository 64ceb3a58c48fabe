"""A tenant takes a known provider into its draft: as a copy, which it may adapt afterwards."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from portal.cookies.categories import add_category, missing_categories
from portal.cookies.declared import identities, providers, take_turn
from portal.cookies.editing import end_of, write_texts
from portal.cookies.known.catalogue import find
from portal.cookies.known.entries import Known, KnownCookie
from portal.cookies.models import Cookie, Provider
from portal.cookies.rules import TEXTS, Identity
from portal.database import db
from portal.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was added to a draft, and which cookies stay as they were declared already."""

    name: str
    provider_added: bool
    categories: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """What a draft has already, read once for any number of known providers."""

    providers: dict[str, str]  # names by key
    cookies: set[Identity]

    def key_of(self, entry: Known) -> str | None:
        """Under which key the draft has this provider: the same, or that of the same name."""
        if entry.key in self.providers:
            return entry.key
        name = entry.name.casefold()
        return next((key for key, one in self.providers.items() if one.casefold() == name), None)

    def missing(self, entry: Known) -> list[KnownCookie]:
        return [one for one in entry.cookies if one.identity not in self.cookies]


def present(tenant: Tenant) -> Present:
    """Two queries."""
    return Present({one.key: one.name for one in providers(tenant)}, identities(tenant))


def adopt(tenant: Tenant, key: str) -> Adopted:
    """Copy a known provider with its cookies into the tenant's draft; raises UnknownProvider.

    A missing category is added too. A cookie that the draft has already, with the same name, domain
    and path, stays as it is.
    """
    take_turn(tenant)
    entry, draft = find(key), present(tenant)
    mine, missing = draft.key_of(entry), draft.missing(entry)
    if mine is None:
        db.session.add(_provider(tenant, entry))
    categories = _add_categories(tenant, missing)
    db.session.flush()  # cookies refer to both
    _add_cookies(tenant, mine or entry.key, missing)
    return Adopted(
        name=entry.name,
        provider_added=mine is None,
        categories=categories,
        added=tuple(one.name for one in missing),
        kept=tuple(one.name for one in entry.cookies if one not in missing),
    )


def _provider(tenant: Tenant, entry: Known) -> Provider:
    return Provider(
        tenant_id=tenant.id, key=entry.key, name=entry.name, privacy_url=entry.privacy_url
    )


def _add_categories(tenant: Tenant, cookies: Iterable[KnownCookie]) -> tuple[str, ...]:
    wanted = {one.category for one in cookies}
    missing = tuple(key for key in missing_categories(tenant) if key in wanted)
    for key in missing:
        add_category(tenant, key)
    return missing


def _add_cookies(tenant: Tenant, provider: str, cookies: Iterable[KnownCookie]) -> None:
    by_category = defaultdict(list)
    for one in cookies:
        by_category[one.category].append(one)
    for category, alike in by_category.items():
        for position, one in enumerate(alike, end_of(tenant, category)):
            db.session.add(_copy(tenant, provider, position, one))


def _copy(tenant: Tenant, provider: str, position: int, known: KnownCookie) -> Cookie:
    values = known.values()
    texts = {name: values.pop(name) for name in TEXTS}
    cookie = Cookie(
        tenant_id=tenant.id, id=uuid4(), provider=provider, position=position, sources={}, **values
    )
    for name in TEXTS:
        setattr(cookie, name, {})
        write_texts(cookie, name, texts[name], tenant.default_language)
    return cookie
