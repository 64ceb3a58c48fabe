"""Links on which a password is chosen, for the operator to hand on: to which hostname they lead."""

from flask import current_app
from sqlalchemy import select

from portal.database import db
from portal.people.accounts import has_membership
from portal.people.models import Membership, Person
from portal.people.refusals import PersonError
from portal.people.reset_links import reset_token
from portal.settings import Settings
from portal.tenants.backoffice_host import audience, backoffice_address, origin_of
from portal.tenants.lifecycle import find
from portal.tenants.models import Tenant

OPERATORS = (
    "an operator's link leads to no tenant's hostname: set PORTAL_BACKOFFICE_HOST, or use "
    "`portal user password`, or --password-stdin with `portal user create`"
)
NO_TENANT = (
    "a link leads to a tenant of which the person is a member: use --tenant and --role with "
    "`portal user create`, grant a role first, or use --password-stdin"
)
SEVERAL = (
    "name with --tenant the one that may read the link, set PORTAL_BACKOFFICE_HOST, or use "
    "`portal user password`"
)


def choosing_link(person: Person, slug: str | None) -> str:
    """On the hostname of all back offices if there is one, else on one of the person's own tenants.

    Raises PersonError where none of these is, TenantError.
    """
    settings: Settings = current_app.extensions["portal.settings"]
    tenant = _tenant(person, slug, settings)
    start = _start(tenant, settings)
    bound_to = audience(settings, lambda: tenant.id if tenant else 0)
    vouched = bool(settings.backoffice_host)  # a tenant reads what its hostname receives
    token = reset_token(person.fs_uniquifier, bound_to, vouched=vouched)
    addresses = current_app.url_map.bind("", script_name="/")
    return start + addresses.build("security.reset_password", {"token": token})


def _start(tenant: Tenant | None, settings: Settings) -> str:
    if tenant is None:
        return origin_of(settings.backoffice_host, settings)
    return backoffice_address(tenant.slug, tenant.canonical, settings)


def _tenant(person: Person, slug: str | None, settings: Settings) -> Tenant | None:
    """Whose page it is; None for that of all tenants."""
    if person.operator and not settings.backoffice_host:
        raise PersonError(OPERATORS)
    if slug:
        return _own(person, find(slug))
    if settings.backoffice_host:
        return None
    return _only_one_of_theirs(person)


def _own(person: Person, tenant: Tenant) -> Tenant:
    if not (person.operator or has_membership(person, tenant.id)):
        raise PersonError(f"{person.email} is no member of {tenant.slug}. {NO_TENANT}")
    return tenant


def _only_one_of_theirs(person: Person) -> Tenant:
    theirs = select(Tenant).join(Membership).where(Membership.person_id == person.id)
    found = db.session.scalars(theirs.limit(2)).all()
    if not found:
        raise PersonError(NO_TENANT)
    if len(found) > 1:
        raise PersonError(f"{person.email} is a member of several tenants: {SEVERAL}")
    return found[0]
