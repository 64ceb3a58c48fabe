"""Opening a tenant, its hostnames, suspending and resuming it."""

import re
import unicodedata
from datetime import UTC, datetime

from sqlalchemy import select

from portal.catalogues import said
from portal.database import db
from portal.languages import AVAILABLE
from portal.tenants.backoffice_host import is_reserved
from portal.tenants.changes import announce
from portal.tenants.cookie_domains import foreign_domain
from portal.tenants.hostnames import normalise
from portal.tenants.models import (
    LONGEST_CONSENT,
    LONGEST_RETENTION,
    SHORTEST_CONSENT,
    Hostname,
    Tenant,
)

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

WEB_ADDRESS = re.compile(r"https?://[^\s\"<>\\]+")
EMAIL_ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+")


class TenantError(ValueError):
    """What was asked of a tenant cannot be done; the message says why and what to do."""


class BadDetail(TenantError):
    """A value that cannot stand; the message is English, for the catalogue of the back office."""

    def __init__(self, field: str, message: str, **values: object) -> None:
        super().__init__(f"{field}: {message % values}")
        self.field, self.message, self.values = field, message, values


class HostnameTaken(TenantError):
    """Another tenant answers on it, or the back office of all tenants."""


class HostnameHeld(TenantError):
    """The tenant answers on it already."""


class HostnameCovered(TenantError):
    """Another tenant shares its cookie with every hostname of a domain that this one is within."""


class HostnameNeeded(TenantError):
    """The canonical hostname cannot go."""


def open_tenant(
    slug: str, name: str, hostname: str, default_language: str, languages: list[str]
) -> Tenant:
    """A new tenant with its canonical hostname; raises TenantError or BadHostname."""
    if not SLUG.fullmatch(slug):
        raise TenantError(
            f"slug {slug!r}: use 1 to 63 lower-case letters, digits and inner hyphens"
        )
    if db.session.scalars(select(Tenant.id).where(Tenant.slug == slug)).first():
        raise TenantError(f"tenant {slug!r} exists already: choose another slug")
    offered = list(dict.fromkeys([default_language, *languages]))
    _check_languages(offered)
    tenant = Tenant(
        slug=slug,
        name=_checked("name", name.strip()),
        default_language=default_language,
        languages=offered,
        created_at=datetime.now(UTC),
    )
    db.session.add(tenant)
    add_hostname(tenant, hostname, canonical=True)
    return tenant


def describe(tenant: Tenant, **texts: str) -> None:
    """Set the name and the contact details that the policy shows; raises TenantError."""
    for field, text in texts.items():
        setattr(tenant, field, _checked(field, text.strip()))


def _checked(field: str, text: str) -> str:
    longest: int = Tenant.__table__.columns[field].type.length  # type: ignore[attr-defined]
    if len(text) > longest:
        raise BadDetail(field, said("At most %(longest)s characters."), longest=longest)
    if any(unicodedata.category(sign) == "Cc" and sign != "\n" for sign in text):
        raise BadDetail(field, said("This holds a character that cannot be shown."))
    if field.endswith("_url") and text and not WEB_ADDRESS.fullmatch(text):
        raise BadDetail(field, said("Write a full address that begins with https://."))
    if field.endswith("email") and text and not EMAIL_ADDRESS.fullmatch(text):
        raise BadDetail(field, said("Write an email address, such as name@example.org."))
    if field == "name" and not text:
        raise BadDetail(field, said("Give the name that visitors know."))
    return text


def let_decisions_last(tenant: Tenant, days: int) -> None:
    """Set how long a decision counts from the next publication on; raises TenantError."""
    if not SHORTEST_CONSENT <= days <= LONGEST_CONSENT:
        raise BadDetail(
            "consent_days",
            said("A decision lasts %(shortest)s to %(longest)s days."),
            shortest=SHORTEST_CONSENT,
            longest=LONGEST_CONSENT,
        )
    tenant.consent_days = days


def keep_records(tenant: Tenant, days: int | None, reason: str) -> None:
    """Set how long the log keeps a record, and why; None for as long as usual. Raises TenantError.

    Not shorter than a decision counts: until then the record is its proof (L1).
    """
    if days is not None and not tenant.consent_days <= days <= LONGEST_RETENTION:
        raise BadDetail(
            "retention_days",
            said("Records are kept for %(shortest)s to %(longest)s days: a decision needs proof."),
            shortest=tenant.consent_days,
            longest=LONGEST_RETENTION,
        )
    reason = _checked("retention_reason", reason.strip())
    if days is not None and not reason:
        raise BadDetail("retention_reason", said("Say why records are kept for so long."))
    tenant.retention_days, tenant.retention_reason = days, reason


def _check_languages(languages: list[str]) -> None:
    unknown = [tag for tag in languages if tag not in AVAILABLE]
    if unknown:
        raise TenantError(
            f"no such language: {', '.join(unknown)}; there are {', '.join(AVAILABLE)}"
        )


def find(slug: str) -> Tenant:
    """The tenant with this slug; raises TenantError."""
    found = db.session.scalars(select(Tenant).where(Tenant.slug == slug)).one_or_none()
    if not found:
        raise TenantError(f"there is no tenant {slug!r}: see `portal tenant list`")
    return found


def add_hostname(tenant: Tenant, name: str, *, canonical: bool = False) -> None:
    """Let the tenant answer on one more hostname; raises TenantError or BadHostname."""
    hostname = normalise(name)
    if is_reserved(hostname):
        raise HostnameTaken(
            f"{hostname} is kept for the back office of all tenants (PORTAL_BACKOFFICE_HOST)"
        )
    holder = db.session.scalars(select(Hostname).where(Hostname.hostname == hostname)).one_or_none()
    if holder and holder.tenant is not tenant:
        raise HostnameTaken(
            f"{hostname} belongs to tenant {holder.tenant.slug!r}: remove it there first"
        )
    if holder and not canonical:
        raise HostnameHeld(
            f"{tenant.slug!r} answers on {hostname} already: see `portal tenant show`"
        )
    if canonical:
        _take_canonical_from_others(tenant)
    if holder:
        holder.canonical = True
    else:
        tenant.hostnames.append(Hostname(hostname=hostname, canonical=canonical))
    db.session.flush()  # the counter names the tenant by its id
    announce(tenant)
    if not holder:
        _refuse_covered(tenant, hostname)


def _refuse_covered(tenant: Tenant, hostname: str) -> None:
    """Once the change is announced, so that nobody chooses a domain meanwhile."""
    if covering := foreign_domain(tenant, hostname):
        domain, slug = covering
        raise HostnameCovered(
            f"{hostname} is within {domain}, where tenant {slug!r} shares its cookie: "
            f'first run `portal tenant embed {slug} --cookie-domain ""`'
        )


def _take_canonical_from_others(tenant: Tenant) -> None:
    for one in tenant.hostnames:
        one.canonical = False
    db.session.flush()  # two canonical names may not meet, not even for a moment


def remove_hostname(tenant: Tenant, name: str) -> None:
    """Stop answering on a hostname; raises TenantError for the canonical one or a foreign one."""
    hostname = normalise(name)
    mine = next((one for one in tenant.hostnames if one.hostname == hostname), None)
    if not mine:
        raise TenantError(
            f"{hostname} is not a hostname of {tenant.slug!r}: see `portal tenant show`"
        )
    if mine.canonical:
        raise HostnameNeeded(
            f"{hostname} is the canonical hostname: make another one canonical first"
        )
    tenant.hostnames.remove(mine)
    announce(tenant)


def suspend(tenant: Tenant) -> None:
    """Stop answering on every hostname of the tenant; its data and its log stay."""
    tenant.suspended_at = tenant.suspended_at or datetime.now(UTC)
    announce(tenant)


def resume(tenant: Tenant) -> None:
    tenant.suspended_at = None
    announce(tenant)
