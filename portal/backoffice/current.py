"""Who is signed in, for which tenant, and what they may do: asked once a request."""

from flask import g
from flask_security import current_user
from werkzeug.exceptions import Forbidden

from portal.people.accounts import role_of
from portal.people.models import Person
from portal.people.roles import OWNER, ROLES, Permission
from portal.tenants.current import current_site, current_tenant

__all__ = ["NotAMember", "current_person", "current_role", "current_tenant", "may", "role_here"]


class NotAMember(Forbidden):
    """Somebody is signed in who has no role for this tenant."""


def current_person() -> Person | None:
    """Whoever is signed in."""
    if not current_user.is_authenticated:
        return None
    person: Person = current_user._get_current_object()  # noqa: SLF001  werkzeug's documented way
    return person


def current_role() -> str | None:
    """The role of whoever is signed in."""
    if "role" not in g:
        person = current_person()
        g.role = person and role_here(person)
    role: str | None = g.role
    return role


def role_here(person: Person) -> str | None:
    """What the person is for this tenant; operators are owners everywhere, once it is them."""
    if person.operator and person.vouched_by is None:
        return OWNER
    return role_of(person, current_site().tenant_id)


def may(permission: Permission | str) -> bool:
    """Whether the person's role allows something here."""
    role = current_role()
    return role is not None and Permission(permission) in ROLES[role]
