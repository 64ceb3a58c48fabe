"""Who belongs to a tenant: inviting, changing a role, leaving; the last owner stays."""

import hmac
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.catalogues import said
from portal.database import db
from portal.identifiers import uuid7
from portal.people.accounts import find_person, has_membership, normalised, role_of
from portal.people.models import Invitation, Membership, Person
from portal.people.refusals import LastOwner, MemberError, NoInvitation, NoSuchMember
from portal.people.roles import OWNER, ROLES
from portal.people.vouching import counting

VALID = timedelta(days=7)


class Invited(NamedTuple):
    invitation: Invitation
    secret: str  # for the link; only its hash is kept


def members_of(tenant_id: int) -> list[Membership]:
    """All members with their persons, those who came first at the top."""
    mine = select(Membership).where(Membership.tenant_id == tenant_id)
    found = mine.options(joinedload(Membership.person)).order_by(
        Membership.created_at, Membership.person_id
    )
    return list(db.session.scalars(found))


def member(tenant_id: int, person_id: int) -> Membership:
    """Raises NoSuchMember."""
    found = db.session.get(Membership, (tenant_id, person_id))
    if found is None:
        raise NoSuchMember(said("There is no such member."))
    return found


def grant(tenant_id: int, person: Person, role: str) -> Membership:
    """Make a person a member, or give a member another role; raises MemberError, LastOwner."""
    if has_membership(person, tenant_id):
        return change_role(tenant_id, person.id, role)
    added = Membership(tenant_id=tenant_id, person_id=person.id, role=_known(role))
    db.session.add(added)
    return added


def change_role(tenant_id: int, person_id: int, role: str) -> Membership:
    """Raises NoSuchMember, MemberError for an unknown role, LastOwner."""
    found = member(tenant_id, person_id)
    if _known(role) != OWNER:
        _keep_an_owner(tenant_id, person_id)
    found.role = role
    return found


def remove(tenant_id: int, person_id: int) -> None:
    """Raises NoSuchMember, LastOwner."""
    found = member(tenant_id, person_id)
    _keep_an_owner(tenant_id, person_id)
    db.session.delete(found)


def _keep_an_owner(tenant_id: int, leaving: int) -> None:
    """Refuse to lose the last owner, also to somebody who does the same at this moment.

    An owner whose role does not count yet keeps nobody's portal.
    """
    is_owner = (Membership.tenant_id == tenant_id) & (Membership.role == OWNER) & counting()
    owners = select(Membership.person_id).join(Person).where(is_owner)
    locked = owners.order_by(Membership.person_id).with_for_update(of=Membership)
    if list(db.session.scalars(locked)) == [leaving]:
        raise LastOwner(said("The last owner stays: make somebody else an owner first."))


def _known(role: str) -> str:
    if role not in ROLES:
        raise MemberError(said("There is no role “%(role)s”."), role=role[:20])
    return role


def invitations_of(tenant_id: int) -> list[Invitation]:
    """Those that nobody has accepted yet, the oldest first."""
    pending = select(Invitation).where(Invitation.tenant_id == tenant_id)
    return list(db.session.scalars(pending.order_by(Invitation.id)))


def invitation(tenant_id: int, number: UUID) -> Invitation:
    """Raises NoInvitation."""
    found = db.session.get(Invitation, (tenant_id, number), with_for_update=True)
    if found is None:
        raise NoInvitation(said("There is no such invitation; it may have been accepted."))
    return found


def invite(tenant_id: int, email: str, role: str) -> Invited:
    """Ask somebody to join; who was asked before gets a new link.

    Raises PersonError for a wrong address, MemberError.
    """
    address = normalised(email)
    person = find_person(address)
    if person and role_of(person, tenant_id):
        raise MemberError(said("%(email)s is a member already."), email=address)
    pending = _pending(tenant_id, address)
    if pending:
        pending.role = _known(role)
        return renew(pending)
    added = Invitation(tenant_id=tenant_id, id=uuid7(), email=address, role=_known(role))
    invited = renew(added)
    db.session.add(added)
    return invited


def _pending(tenant_id: int, address: str) -> Invitation | None:
    same = (Invitation.tenant_id == tenant_id) & (func.lower(Invitation.email) == address)
    return db.session.scalars(select(Invitation).where(same)).first()


def renew(asked: Invitation) -> Invited:
    """A new link, valid for seven days from now; the one before stops working."""
    secret = secrets.token_urlsafe(32)
    asked.secret, asked.expires_at = _hash(secret), datetime.now(UTC) + VALID
    asked.mailed_at = None
    return Invited(asked, secret)


def note_mailed(tenant_id: int, number: UUID, secret: str) -> None:
    """A mail server took the link; nothing to note if another took its place meanwhile."""
    with suppress(NoInvitation):
        opened(tenant_id, number, secret).mailed_at = datetime.now(UTC)


def withdraw(tenant_id: int, number: UUID) -> Invitation:
    """Raises NoInvitation."""
    found = invitation(tenant_id, number)
    db.session.delete(found)
    return found


def opened(tenant_id: int, number: UUID, secret: str) -> Invitation:
    """The invitation that a link leads to, as long as it is valid; raises NoInvitation."""
    found = invitation(tenant_id, number)
    if not hmac.compare_digest(found.secret, _hash(secret)) or is_over(found):
        raise NoInvitation(said("This invitation is not valid any more."))
    return found


def is_over(asked: Invitation) -> bool:
    return asked.expires_at <= datetime.now(UTC)


def accept(asked: Invitation, person: Person) -> None:
    """The person joins with the role that was offered; raises MemberError if somebody else was
    meant.
    """
    if person.email.lower() != asked.email.lower():
        raise MemberError(said("This invitation is for %(email)s."), email=asked.email)
    if not role_of(person, asked.tenant_id):
        joined = grant(asked.tenant_id, person, asked.role)
        joined.accepted_under = person.vouched_by
    db.session.delete(asked)


def is_invited(tenant_id: int, person: Person) -> bool:
    """Whether an invitation waits for the person that is not over."""
    asked = _pending(tenant_id, person.email.lower())
    return asked is not None and not is_over(asked)


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
