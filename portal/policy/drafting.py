"""From the draft tables to the document that publishing would freeze."""

from sqlalchemy import select

from portal.cookies.integrations.editing import integrations
from portal.cookies.integrations.kinds import KINDS
from portal.cookies.models import Category, Cookie, Provider, Texts
from portal.cookies.texts import in_language, lifetime_in_words
from portal.database import db
from portal.policy.document import (
    Controller,
    DeclaredCategory,
    DeclaredCookie,
    DeclaredIntegration,
    DeclaredLook,
    DeclaredProvider,
    Document,
)
from portal.policy.models import Look
from portal.policy.passages import passages
from portal.policy.wordings import Frozen, wordings
from portal.tenants.models import Tenant


def draft(tenant: Tenant, texts: dict[str, Frozen] | None = None) -> Document:
    """What visitors of the tenant would see if it were published now.

    `texts` are the tenant's wordings, for a caller that needs them as well.
    """
    texts = wordings(tenant) if texts is None else texts
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
        wordings={tag: one.digest for tag, one in texts.items()},
        categories=tuple(
            _category(tenant, one, [c for c in cookies if c.category == one.key])
            for one in db.session.scalars(categories)
        ),
        providers=tuple(
            DeclaredProvider(key=one.key, name=one.name, privacy_url=one.privacy_url)
            for one in db.session.scalars(providers)
        ),
        look=declared_look(tenant),
        passages=passages(tenant),
        integrations=tuple(declared_integrations(tenant)),
    )


def declared_look(tenant: Tenant) -> DeclaredLook | None:
    """None as long as the tenant keeps the portal's own look."""
    own = db.session.get(Look, tenant.id)
    if own is None:
        return None
    return DeclaredLook(
        own.accent, own.accent_dark, own.corner, own.position, own.logo or "", own.reopener
    )


def declared_integrations(tenant: Tenant) -> list[DeclaredIntegration]:
    return [
        DeclaredIntegration(
            one.kind, KINDS[one.kind].category, one.identifier, one.server, one.title
        )
        for one in integrations(tenant)
    ]


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
        storage=cookie.storage,
    )


def _in_all(tenant: Tenant, texts: Texts) -> Texts:
    return {tag: in_language(texts, tag, tenant.default_language) for tag in tenant.languages}
