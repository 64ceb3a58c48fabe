"""The tenant that the current request is for, by its hostname or by the path."""

from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import Connection, event
from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.wrappers import Request

from portal.database import EVERY_TENANT, db, name_tenant
from portal.tenants.backoffice_host import NAMED, backoffice_host
from portal.tenants.directory import Site, directory
from portal.tenants.hostnames import hostname_of
from portal.tenants.models import Tenant
from portal.tenants.origins import is_foreign

WITHOUT_TENANT = frozenset({"assets", "operations"})  # doors that show nothing of any tenant
OF_MEMBERS = frozenset({"backoffice", "security"})  # doors that one may enter without naming one
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
    """The tenant on whose hostname a request came, or that its path names; raises UnknownHost."""
    named = asking.environ.get(NAMED)
    site = _at(hostname_of(asking.environ)) if named is None else directory().named(named)
    if site is None:
        raise UnknownHost
    return site


def _at(hostname: str | None) -> Site | None:
    return directory().find(hostname) if hostname else None


def names_tenant() -> bool:
    """Whether the request is for a tenant, known or not: the back office of all need not be."""
    return request.environ.get(NAMED) != ""


def on_backoffice_host(asking: Request) -> bool:
    """Whether a request came on the hostname that all back offices share."""
    return NAMED in asking.environ


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
    """The guard of the house, also where no door is found: what belongs to a tenant needs one.

    Members sign in on the hostname of all back offices before they choose a tenant.
    """
    if request.blueprint in WITHOUT_TENANT:
        return
    if names_tenant() or request.blueprint not in OF_MEMBERS:
        current_site()


def refuse_foreign_requests() -> None:
    """The guard of a door for visitors: a known host, and nobody else's page acts in their name.

    Raises UnknownHost, ForeignRequest.
    """
    own = _own_hostnames()
    if request.method not in SAFE_METHODS:
        refuse_foreign(request, own)


def _own_hostnames() -> frozenset[str]:
    """Those whose pages may act here: the tenant's, or the one of all back offices by itself."""
    if on_backoffice_host(request):
        return frozenset({backoffice_host()})
    return current_site().hostnames


def refuse_foreign(asking: Request, own: frozenset[str]) -> None:
    """Raises ForeignRequest where a browser says that somebody else's page asks."""
    environ = asking.environ
    origin, fetch_site = environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE")
    if is_foreign(own, origin, fetch_site, asking.is_secure):
        raise ForeignRequest
