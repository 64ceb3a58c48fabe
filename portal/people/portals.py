"""Which portals a person may work on: those of their memberships, all for an operator."""

from typing import NamedTuple

from sqlalchemy import Select, func, literal, or_, select
from sqlalchemy.orm import Session

from portal.database import reading_as
from portal.people.models import Membership, Person
from portal.people.roles import OWNER
from portal.people.vouching import counting
from portal.tenants.models import Hostname, Tenant

PAGE = 50  # portals


class Portal(NamedTuple):
    """A tenant with the role that the person has there."""

    slug: str
    name: str
    role: str


class Portals(NamedTuple):
    """A page of them, in the order of their names."""

    found: list[Portal]
    page: int  # from 1
    pages: int


def portals_of(person: Person, search: str = "", page: int = 1) -> Portals:
    """Those whose name, slug or hostname holds a text; the last page for one that is too high.

    Suspended tenants answer nowhere, and are left out.
    """
    wanted = _searched(_of(person), search)
    with reading_as(person.id) as session:  # the request's own sees one tenant at most
        pages = max(1, -(-_count(session, wanted) // PAGE))
        page = min(max(1, page), pages)
        rows = session.execute(
            wanted.order_by(func.lower(Tenant.name), Tenant.id)
            .offset((page - 1) * PAGE)
            .limit(PAGE)
        ).all()
    return Portals([Portal(*row) for row in rows], page, pages)


def has_several(person: Person) -> bool:
    """Whether there is more than one."""
    with reading_as(person.id) as session:
        return len(session.execute(_of(person).limit(2)).all()) > 1


def has_any(person: Person) -> bool:
    """Whether a role counts at any tenant, be it suspended."""
    if is_operator(person):
        return True
    with reading_as(person.id) as session:
        return session.scalar(_memberships(person).where(counting()).limit(1)) is not None


def has_any_membership(person: Person) -> bool:
    """Whether there is a role at any tenant, be it one that does not count yet."""
    with reading_as(person.id) as session:
        return session.scalar(_memberships(person).limit(1)) is not None


def is_operator(person: Person) -> bool:
    """Whether the person may do everything everywhere, once it is them."""
    return person.operator and person.vouched_by is None


def _memberships(person: Person) -> Select[int]:
    mine = select(Membership.tenant_id).join(Person)
    return mine.where(Membership.person_id == person.id)


def _of(person: Person) -> Select[str, str, str]:
    if is_operator(person):
        found = select(Tenant.slug, Tenant.name, literal(OWNER))
    else:
        found = (
            select(Tenant.slug, Tenant.name, Membership.role)
            .join(Membership, Membership.tenant_id == Tenant.id)
            .join(Person, Person.id == Membership.person_id)
            .where(Membership.person_id == person.id, counting())
        )
    return found.where(Tenant.suspended_at.is_(None))


def _searched(portals: Select[str, str, str], search: str) -> Select[str, str, str]:
    if not search:
        return portals
    named = select(Hostname.tenant_id).where(Hostname.hostname.icontains(search, autoescape=True))
    return portals.where(
        or_(
            Tenant.name.icontains(search, autoescape=True),
            Tenant.slug.icontains(search, autoescape=True),
            Tenant.id.in_(named),
        )
    )


def _count(session: Session, portals: Select[str, str, str]) -> int:
    return session.scalar(select(func.count()).select_from(portals.subquery())) or 0
