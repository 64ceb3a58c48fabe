"""Add a service to a tenant's draft by its ID, with its cookies, and take it away again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from portal.catalogues import said
from portal.cookies.categories import add_category, missing_categories
from portal.cookies.declared import cookies, find_provider, take_turn
from portal.cookies.findings import Finding, too_long, unshown
from portal.cookies.integrations.kinds import KINDS, Kind
from portal.cookies.integrations.models import Integration
from portal.cookies.known.adopting import Adopted, adopt, present
from portal.cookies.known.catalogue import find
from portal.cookies.models import Cookie, Provider
from portal.cookies.refusals import NoSuchRow, Wrong
from portal.database import db
from portal.identifiers import uuid7
from portal.tenants.hostnames import BadHostname, is_within, normalise
from portal.tenants.models import Tenant

LONGEST_TITLE, LONGEST_SERVER = 200, 500
LOOPBACK = "localhost"


class IntegrationWrong(Wrong):
    pass


class NoSuchIntegration(NoSuchRow):
    pass


class Leftover(NamedTuple):
    """What a service would leave in the list, because nothing else of its kind needs it."""

    provider: Provider
    cookies: Sequence[Cookie]


def integrations(tenant: Tenant) -> list[Integration]:
    """By kind, each kind by title and ID."""
    mine = select(Integration).where(Integration.tenant_id == tenant.id)
    order = list(KINDS)
    return sorted(
        db.session.scalars(mine),
        key=lambda one: (order.index(one.kind), one.title, one.identifier, one.server),
    )


def find_integration(tenant: Tenant, identifier: UUID) -> Integration:
    found = db.session.get(Integration, (tenant.id, identifier))
    if found is None:
        raise NoSuchIntegration(identifier)
    return found


def add_integration(tenant: Tenant, kind: str, values: Mapping[str, str]) -> Adopted:
    """Add what was typed, and declare its provider's cookies; raises IntegrationWrong."""
    take_turn(tenant)
    facts = _tidy(KINDS[kind], values)
    if findings := list(_check(tenant, kind, values, facts)):
        raise IntegrationWrong(findings)
    if KINDS[kind].category in missing_categories(tenant):
        add_category(tenant, KINDS[kind].category)
        db.session.flush()  # the provider's cookies may stand in it
    adopted = adopt(tenant, kind)
    db.session.add(Integration(tenant_id=tenant.id, id=uuid7(), kind=kind, **facts))
    return adopted


def remove_integration(tenant: Tenant, identifier: UUID, *, tidy: bool = False) -> Integration:
    """Take it away, on request with what it would leave in the list; raises NoSuchIntegration."""
    take_turn(tenant)
    integration = find_integration(tenant, identifier)
    left = leftover(tenant, integration) if tidy else None
    db.session.delete(integration)
    if left:
        for cookie in left.cookies:
            db.session.delete(cookie)
        db.session.flush()  # cookies refer to the provider
        db.session.delete(left.provider)
    return integration


def leftover(tenant: Tenant, integration: Integration) -> Leftover | None:
    """The provider of a service, and its cookies, if this is the last of its kind."""
    alike = [one for one in integrations(tenant) if one.kind == integration.kind]
    key = present(tenant).key_of(find(integration.kind))
    if alike != [integration] or key is None:
        return None
    return Leftover(find_provider(tenant, key), cookies(tenant, Cookie.provider == key))


def _tidy(kind: Kind, values: Mapping[str, str]) -> dict[str, str]:
    """As it is stored; an ID or address that cannot be read is empty."""
    identifier = kind.read(values.get("identifier", "")) or ""
    typed = values.get("server", "").strip() or kind.usual
    return {
        "identifier": identifier if kind.frame else _in_case(kind, identifier),
        "server": (server_address(typed) or "") if kind.server else "",
        "title": " ".join(values.get("title", "").split()) if kind.frame else "",
    }


def _in_case(kind: Kind, identifier: str) -> str:
    """IDs are written in capitals if their example is; names of sites are not."""
    return identifier.upper() if kind.example.isupper() else identifier.lower()


def server_address(text: str) -> str | None:
    """An address as pages name it, with a final slash; None for what is no secure address."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = normalise(parts.hostname or ""), parts.port
    except (ValueError, BadHostname):
        return None
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_within(host, LOOPBACK))
    plain = not (parts.username or parts.query or parts.fragment) and parts.path.isascii()
    if not (secure and plain) or any(sign in parts.path for sign in " \"'<>\\{}"):
        return None
    place = host if port is None else f"{host}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}/"


def _check(
    tenant: Tenant, kind: str, typed: Mapping[str, str], facts: Mapping[str, str]
) -> Iterator[Finding]:
    rules = KINDS[kind]
    if not facts["identifier"]:
        yield Finding("identifier", said("Such as %(example)s."), {"example": rules.example})
    if rules.server and not facts["server"]:
        yield Finding("server", said("Write an address that begins with https://."))
    yield from too_long("server", facts["server"], LONGEST_SERVER)
    if rules.frame and not facts["title"]:
        yield Finding("title", said("Visitors who hear the page need a title."))
    yield from too_long("title", facts["title"], LONGEST_TITLE)
    yield from unshown("title", typed.get("title", ""))
    if any(
        (one.kind, one.identifier, one.server) == (kind, facts["identifier"], facts["server"])
        for one in integrations(tenant)
    ):
        yield Finding("identifier", said("This is there already."))
