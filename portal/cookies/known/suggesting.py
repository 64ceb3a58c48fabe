"""Which known cookie is somebody about to declare?

A name alone proves nothing: anybody may call a cookie `uid`, `NID` or `csrftoken`, and a wrong
provider in a policy is worse than none. So a cookie is suggested only where its domain agrees:

- One that is set on its provider's domain: the domain given is that one or below it.
- One that is set on the site's own domain: the domain given is the tenant's, which is one of its
  hostnames, or a name below or above one. Where no domain is given, only if the tenant declares
  that provider already.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from portal.cookies.known.catalogue import known
from portal.cookies.known.entries import Known, KnownCookie
from portal.cookies.matching import stands_for, stem
from portal.cookies.models import Provider
from portal.cookies.rules import LONGEST_NAME
from portal.database import db
from portal.tenants.hostnames import BadHostname, normalise
from portal.tenants.models import Tenant

MOST = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    provider: Known
    cookie: KnownCookie


def suggest(tenant: Tenant, name: str, domain: str = "") -> list[Suggestion]:
    """Known cookies for a domain and a name, of which a part may be typed; whole names first."""
    name = name.strip()
    host = _host(domain)
    if not 0 < len(name) <= LONGEST_NAME or host is None:
        return []
    found = _agreeing(tenant, host)
    named = [one for one in found if _begins(one.cookie, name) or _is_named(one.cookie, name)]
    return sorted(named, key=lambda one: not _is_named(one.cookie, name))[:MOST]


def _agreeing(tenant: Tenant, host: str) -> Iterator[Suggestion]:
    """Every known cookie whose domain agrees."""
    ours = bool(host) and any(_is_ours(host, one.hostname) for one in tenant.hostnames)
    declared = set() if host else _providers(tenant)
    for provider in known():
        at_home = ours or provider.key in declared
        for cookie in provider.cookies:
            if _is_within(host, cookie.domain) if cookie.domain else at_home:
                yield Suggestion(provider, cookie)


def _providers(tenant: Tenant) -> set[str]:
    return set(db.session.scalars(select(Provider.key).where(Provider.tenant_id == tenant.id)))


def _host(domain: str) -> str | None:
    """The domain of a cookie in its one form; None if it cannot be one."""
    domain = domain.strip().removeprefix(".")
    try:
        return normalise(domain) if domain else ""
    except BadHostname:
        return None


def _is_ours(host: str, hostname: str) -> bool:
    """Whether the tenant's hostname gets a cookie of this domain; a top-level domain has none."""
    return _is_within(host, hostname) or ("." in host and _is_within(hostname, host))


def _is_within(host: str, domain: str) -> bool:
    domain = domain.removeprefix(".")
    return host == domain or host.endswith(f".{domain}")


def _is_named(cookie: KnownCookie, name: str) -> bool:
    return cookie.name == name or stands_for(cookie.match, cookie.name, name)


def _begins(cookie: KnownCookie, name: str) -> bool:
    return stem(cookie.match, cookie.name).startswith(name)
