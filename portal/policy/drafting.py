"""From the draft tables to the document that publishing would freeze."""

from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select

from portal.catalogues import source_messages, translations
from portal.cookies.models import Category, Cookie, Provider, Texts
from portal.cookies.texts import in_language, lifetime_in_words
from portal.database import db
from portal.policy.document import (
    Controller,
    DeclaredCategory,
    DeclaredCookie,
    DeclaredProvider,
    Document,
    canonical,
    digest,
)
from portal.tenants.models import Tenant


def draft(tenant: Tenant) -> Document:
    """What visitors of the tenant would see if it were published now."""
    mine = select(Cookie).where(Cookie.tenant_id == tenant.id).order_by(Cookie.position)
    cookies = db.session.scalars(mine).all()
    categories = select(Category).where(Category.tenant_id == tenant.id).order_by(Category.position)
    providers = select(Provider).where(Provider.tenant_id == tenant.id).order_by(Provider.key)
    return Document(
        slug=tenant.slug,
        name=tenant.name,
        hostname=tenant.canonical,
        default_language=tenant.default_language,
        consent_days=tenant.consent_days,
        controller=_controller(tenant),
        wordings={tag: built_in(tag).digest for tag in tenant.languages},
        categories=tuple(
            _category(tenant, one, [c for c in cookies if c.category == one.key])
            for one in db.session.scalars(categories)
        ),
        providers=tuple(
            DeclaredProvider(key=one.key, name=one.name, privacy_url=one.privacy_url)
            for one in db.session.scalars(providers)
        ),
    )


class Frozen(NamedTuple):
    """The texts of a language in canonical form, and their name."""

    digest: str
    messages: str


@lru_cache(maxsize=256)
def built_in(language: str) -> Frozen:
    """The built-in texts of a language as the catalogue has them."""
    catalogue = translations(language)
    messages = canonical({source: catalogue.gettext(source) for source in source_messages()})
    return Frozen(digest(messages), messages.decode())


def _controller(tenant: Tenant) -> Controller:
    return Controller(
        name=tenant.controller or tenant.name,
        address=tenant.address,
        email=tenant.email,
        dpo_email=tenant.dpo_email,
        authority=tenant.authority,
        authority_url=tenant.authority_url,
    )


def _category(tenant: Tenant, category: Category, cookies: list[Cookie]) -> DeclaredCategory:
    return DeclaredCategory(
        key=category.key,
        title=_in_all(tenant, category.title),
        description=_in_all(tenant, category.description),
        cookies=tuple(_cookie(tenant, one) for one in cookies),
    )


def _cookie(tenant: Tenant, cookie: Cookie) -> DeclaredCookie:
    count, unit = cookie.lifetime_count, cookie.lifetime_unit
    return DeclaredCookie(
        name=cookie.name,
        provider=cookie.provider,
        domain=cookie.domain,
        path=cookie.path,
        third_party=cookie.third_party,
        lifetime_count=count,
        lifetime_unit=unit,
        lifetime={tag: lifetime_in_words(count, unit, tag) for tag in tenant.languages},
        function=_in_all(tenant, cookie.function),
        purpose=_in_all(tenant, cookie.purpose),
        match=cookie.match,
        http_only=cookie.http_only,
        exempt_measurement=cookie.exempt_measurement,
    )


def _in_all(tenant: Tenant, texts: Texts) -> Texts:
    return {tag: in_language(texts, tag, tenant.default_language) for tag in tenant.languages}
