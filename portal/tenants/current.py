"""The tenant that the current request is for: the one place that reads the Host header."""

from typing import Any
from wsgiref.types import WSGIEnvironment

from flask import g, has_request_context, request
from sqlalchemy import Connection, event
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Request

from portal.database import EVERY_TENANT, db, name_tenant
from portal.tenants.directory import Site, directory
from portal.tenants.hostnames import as_written, from_host_header
from portal.tenants.models import Tenant
from portal.tenants.origins import is_foreign

WITHOUT_TENANT = frozenset({"assets", "operations"})  # doors that show nothing of any tenant
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class UnknownHost(Exception):
    """No tenant answers on the hostname of this request."""


class ForeignRequest(Forbidden):
    """Another site's page sent this request, which would change something."""


def current_site() -> Site:
    """The tenant of the request; raises UnknownHost."""
    found: Site | None = g.get("site")
    if found is None:
        found = g.site = site_of(request)
    return found


def site_of(asking: Request) -> Site:
    """The tenant on whose hostname a request came; raises UnknownHost."""
    hostname = hostname_of(asking.environ)
    site = directory().find(hostname) if hostname else None
    if site is None:
        raise UnknownHost
    return site


def hostname_of(environ: WSGIEnvironment) -> str | None:
    """The hostname that a request names; None if it names none that could be."""
    return from_host_header(as_written(environ.get("HTTP_HOST", "")))


def current_tenant() -> Tenant:
    """The tenant of the hostname, with its draft."""
    if "tenant" not in g:
        g.tenant = db.session.get(Tenant, current_site().tenant_id)
    if g.tenant is None:
        raise NotFound
    tenant: Tenant = g.tenant
    return tenant


@event.listens_for(db.session, "after_begin")
def _name_tenant(_session: Any, _transaction: Any, connection: Connection) -> None:
    """In a request the session sees one tenant; a command sees them all."""
    name_tenant(connection, _visible())


def _visible() -> str:
    if not has_request_context():
        return EVERY_TENANT
    try:
        return str(current_site().tenant_id)
    except UnknownHost:
        return ""


def refuse_unknown_hosts() -> None:
    """The guard of the house, also where no door is found: what belongs to a tenant needs one."""
    if request.blueprint not in WITHOUT_TENANT:
        current_site()


def refuse_foreign_requests() -> None:
    """The guard of a door for visitors: a known host, and nobody else's page acts in their name.

    Raises UnknownHost, ForeignRequest.
    """
    site = current_site()
    if request.method not in SAFE_METHODS:
        refuse_foreign(request, site)


def refuse_foreign(asking: Request, site: Site) -> None:
    """Raises ForeignRequest where a browser says that somebody else's page asks."""
    environ = asking.environ
    origin, fetch_site = environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE")
    if is_foreign(site, origin, fetch_site, asking.is_secure):
        raise ForeignRequest
