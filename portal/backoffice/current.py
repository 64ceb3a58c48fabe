"""Who is signed in, for which tenant, and what they may do: asked once a request."""

from flask import current_app, g, request
from flask_security import current_user
from werkzeug.exceptions import Forbidden

from portal.people.accounts import role_of
from portal.people.models import Person
from portal.people.portals import is_operator
from portal.people.roles import OWNER, ROLES, Permission
from portal.settings import Settings
from portal.tenants.backoffice_host import LOCAL, backoffice_host, origin_of
from portal.tenants.current import (
    current_site,
    current_tenant,
    names_tenant,
    on_backoffice_host,
)

__all__ = [
    "NotAMember",
    "current_person",
    "current_role",
    "current_tenant",
    "may",
    "name_of_sign_in",
    "names_tenant",
    "place",
    "portal_origin",
    "role_here",
]


class NotAMember(Forbidden):
    """Somebody is signed in who has no role for this tenant."""


def current_person() -> Person | None:
    """Whoever is signed in."""
    if not current_user.is_authenticated:
        return None
    person: Person = current_user._get_current_object()  # noqa: SLF001  werkzeug's documented way
    return person


def current_role() -> str | None:
    """The role of whoever is signed in; None without a tenant."""
    if "role" not in g:
        person = current_person()
        g.role = person and role_here(person)
    role: str | None = g.role
    return role


def role_here(person: Person) -> str | None:
    """What the person is for this tenant; operators are owners everywhere, once it is them."""
    if not names_tenant():
        return None
    if is_operator(person):
        return OWNER
    return role_of(person, current_site().tenant_id)


def may(permission: Permission | str) -> bool:
    """Whether the person's role allows something here."""
    role = current_role()
    return role is not None and Permission(permission) in ROLES[role]


def name_of_sign_in() -> str:
    """What a passkey is for, as the device shows it: it opens all portals where they share one."""
    return backoffice_host() or current_tenant().name


def place() -> str:
    """Where one signs in, as people call it: the portal, or the hostname of all back offices."""
    return current_tenant().name if names_tenant() else backoffice_host()


def portal_origin() -> str:
    """Where visitors see the tenant's portal; on its own hostname, the one that is asked."""
    if not on_backoffice_host(request):
        return request.host_url.rstrip("/")
    settings: Settings = current_app.extensions["portal.settings"]
    return origin_of(_hostname_beside(settings.backoffice_host), settings)


def _hostname_beside(host: str) -> str:
    """The tenant's main hostname; where all runs on one machine, its name there."""
    tenant = current_tenant()
    if not host.endswith(LOCAL):
        return tenant.canonical
    local = (one.hostname for one in tenant.hostnames if one.hostname.endswith(LOCAL))
    return next(local, tenant.canonical)
