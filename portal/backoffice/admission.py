"""Whom sign-in knows here: to its forms, anybody else does not exist.

Members of the tenant sign in, operators, and who holds a link by which the tenant invites them. On
the hostname of all back offices members of any tenant do: what they may do is asked of the tenant
that each address names.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app, request

from portal.backoffice.current import role_here
from portal.people import members
from portal.people.accounts import has_membership
from portal.people.models import Person
from portal.people.portals import has_any, has_any_membership
from portal.people.refusals import NoInvitation
from portal.settings import Settings
from portal.tenants.current import current_site, names_tenant, on_backoffice_host

INVITED = "invitation"  # in the session: number and secret of the invitation that was opened

Held = Mapping[str, Any]  # what a session holds


def admits(person: Person, held: Held) -> bool:
    """Whether the person may sign in, or stay signed in, with such a session."""
    if role_here(person) is not None:
        return True
    if on_backoffice_host(request) and has_any(person):
        return True
    return _holds_invitation(person, held)


def may_get_link(person: Person, held: Held) -> bool:
    """Whether a link on which a password is chosen may go to the person, by mail to this portal.

    The tenant could read it, so it goes to its own people alone; operators, who are let in
    everywhere, get theirs where no tenant reads.
    """
    if person.operator:
        return _is_apart_from_tenants()
    return _belongs_here(person) or (_holds_invitation(person, held) and _may_change_hands(person))


def may_follow_link(person: Person) -> bool:
    """Whether such a link still counts; the browser need not be the one that asked for it."""
    if person.operator:
        return _is_apart_from_tenants()
    return _belongs_here(person) or (_is_invited(person) and _may_change_hands(person))


def _belongs_here(person: Person) -> bool:
    if on_backoffice_host(request):
        return has_any_membership(person)
    return has_membership(person, current_site().tenant_id)


def _may_change_hands(person: Person) -> bool:
    """Whether a tenant's link may open the account of somebody whom the tenant only invites.

    Not one that counts everywhere: the tenant reads the link, and would hold every role of the
    person. Of others the roles elsewhere stop counting (see `vouching`).
    """
    return on_backoffice_host(request) or person.vouched_by is not None


def _is_invited(person: Person) -> bool:
    return names_tenant() and members.is_invited(current_site().tenant_id, person)


def _is_apart_from_tenants() -> bool:
    settings: Settings = current_app.extensions["portal.settings"]
    return bool(settings.backoffice_host)


def _holds_invitation(person: Person, held: Held) -> bool:
    if not names_tenant():
        return False
    try:
        number, secret = held[INVITED]
        asked = members.opened(current_site().tenant_id, UUID(number), secret)
    except (KeyError, ValueError, NoInvitation):
        return False
    return asked.email.lower() == person.email.lower()
