"""From hostname to tenant, without asking the database twice."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import Select, select

from portal.caching import BoundedCache
from portal.database import reading
from portal.tenants.backoffice_host import covers_backoffice, is_reserved
from portal.tenants.changes import ChangeFeed, feed
from portal.tenants.models import SIGNALS, Hostname, Tenant

MOST_KNOWN, MOST_UNKNOWN = 100_000, 10_000  # names of each kind that a process remembers


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


class Names:
    """What each name of one kind stands for.

    Unknown ones are remembered apart, so that no number of them displaces a tenant.
    """

    def __init__(self, load: Callable[[str], Site | None]) -> None:
        self._load = load
        self._sites: BoundedCache[str, Site] = BoundedCache(MOST_KNOWN)
        self._unknown: BoundedCache[str, None] = BoundedCache(MOST_UNKNOWN)

    def recall(self, name: str) -> Site | None:
        return self._sites.find(name)

    def find(self, name: str) -> Site | None:
        known = self._sites.find(name)
        if known or name in self._unknown:
            return known
        before = self._sites.generation, self._unknown.generation
        site = self._load(name)
        if site:
            self._sites.keep(name, site, before[0])
        else:
            self._unknown.keep(name, None, before[1])
        return site

    def forget(self, tenant_ids: set[int]) -> None:
        self._unknown.forget(lambda *_: True)
        self._sites.forget(lambda _, site: site.tenant_id in tenant_ids)


class Directory:
    def __init__(self, changes: ChangeFeed) -> None:
        self._hostnames, self._slugs = Names(_at), Names(_called)
        for names in (self._hostnames, self._slugs):
            changes.listen(names.forget)

    def recall(self, hostname: str) -> Site | None:
        """The tenant of a hostname that was asked for lately, without asking the database."""
        return self._hostnames.recall(hostname)

    def find(self, hostname: str) -> Site | None:
        """The tenant that answers on a hostname; None if there is none or it is suspended."""
        return self._hostnames.find(hostname)

    def named(self, slug: str) -> Site | None:
        """The tenant with a slug; None if there is none or it is suspended."""
        return self._slugs.find(slug)


def _at(hostname: str) -> Site | None:
    if is_reserved(hostname):
        return None
    return _load(select(Tenant).join(Hostname).where(Hostname.hostname == hostname))


def _called(slug: str) -> Site | None:
    return _load(select(Tenant).where(Tenant.slug == slug))


def _load(found: Select[Tenant]) -> Site | None:
    feed().follow()
    with reading() as session:
        tenant = session.scalars(found.where(Tenant.suspended_at.is_(None))).one_or_none()
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
        cookie_domain=_apart(embedding.cookie_domain),
        sites=frozenset(embedding.sites),
        signals=tuple(embedding.signals),
        reloads=embedding.reloads,
    )


def _apart(domain: str) -> str:
    """The domain for a tenant's cookies; none where they would reach the back office of all."""
    return "" if covers_backoffice(domain) else domain


def directory() -> Directory:
    found: Directory = current_app.extensions["portal.directory"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.directory"] = Directory(app.extensions["portal.changes"])
