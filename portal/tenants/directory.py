"""From hostname to tenant, without asking the database twice."""

from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import select

from portal.caching import BoundedCache
from portal.database import reading
from portal.tenants.changes import ChangeFeed, feed
from portal.tenants.models import SIGNALS, Hostname, Tenant

MOST_KNOWN, MOST_UNKNOWN = 100_000, 10_000  # hostnames that a process remembers


@dataclass(frozen=True, slots=True)
class Site:
    """What routing needs of a tenant."""

    tenant_id: int
    slug: str
    hostnames: frozenset[str]
    cookie_domain: str = ""
    sites: frozenset[str] = frozenset()
    signals: tuple[str, ...] = SIGNALS
    reloads: bool = True


class Directory:
    """Unknown hostnames are remembered apart, so that no number of them displaces a tenant."""

    def __init__(self, changes: ChangeFeed) -> None:
        self._sites: BoundedCache[str, Site] = BoundedCache(MOST_KNOWN)
        self._unknown: BoundedCache[str, None] = BoundedCache(MOST_UNKNOWN)
        changes.listen(self._forget)

    def recall(self, hostname: str) -> Site | None:
        """The tenant of a hostname that was asked for lately, without asking the database."""
        return self._sites.find(hostname)

    def find(self, hostname: str) -> Site | None:
        """The tenant that answers on a hostname; None if there is none or it is suspended."""
        known = self._sites.find(hostname)
        if known or hostname in self._unknown:
            return known
        before = self._sites.generation, self._unknown.generation
        site = _load(hostname)
        if site:
            self._sites.keep(hostname, site, before[0])
        else:
            self._unknown.keep(hostname, None, before[1])
        return site

    def _forget(self, tenant_ids: set[int]) -> None:
        self._unknown.forget(lambda *_: True)
        self._sites.forget(lambda _, site: site.tenant_id in tenant_ids)


def _load(hostname: str) -> Site | None:
    feed().follow()
    found = (
        select(Tenant)
        .join(Hostname)
        .where(Hostname.hostname == hostname, Tenant.suspended_at.is_(None))
    )
    with reading() as session:
        tenant = session.scalars(found).one_or_none()
        if tenant is None:
            return None
        return _site(tenant)


def _site(tenant: Tenant) -> Site:
    hostnames, embedding = frozenset(one.hostname for one in tenant.hostnames), tenant.embedding
    if embedding is None:
        return Site(tenant.id, tenant.slug, hostnames)
    return Site(
        tenant_id=tenant.id,
        slug=tenant.slug,
        hostnames=hostnames,
        cookie_domain=embedding.cookie_domain,
        sites=frozenset(embedding.sites),
        signals=tuple(embedding.signals),
        reloads=embedding.reloads,
    )


def directory() -> Directory:
    found: Directory = current_app.extensions["portal.directory"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.directory"] = Directory(app.extensions["portal.changes"])
