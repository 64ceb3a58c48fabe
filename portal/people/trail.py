"""Reading the audit trail: newest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from portal.database import db
from portal.identifiers import first_at
from portal.people.models import AuditEntry, Membership, Person

PAGE = 50  # entries


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; an empty value looks for anything. A day is one in UTC."""

    actor: str = ""
    subject: str = ""
    day: date | None = None


def trail(tenant_id: int, wanted: Filter, before: UUID | None = None) -> Sequence[AuditEntry]:
    """A page of entries, and one more if there is a next page."""
    entries = select(AuditEntry).where(AuditEntry.tenant_id == tenant_id)
    if before:
        entries = entries.where(AuditEntry.id < before)
    if wanted.actor:
        entries = entries.where(AuditEntry.actor == wanted.actor)
    if wanted.subject:
        entries = entries.where(AuditEntry.subject == wanted.subject)
    if wanted.day:
        entries = _on(wanted.day, entries)
    return db.session.scalars(entries.order_by(AuditEntry.id.desc()).limit(PAGE + 1)).all()


def _on(day: date, entries: Select[AuditEntry]) -> Select[AuditEntry]:
    midnight = datetime.combine(day, time(), UTC)
    return entries.where(
        AuditEntry.id >= first_at(midnight), AuditEntry.id < first_at(midnight + timedelta(days=1))
    )


def actors(tenant_id: int) -> list[str]:
    """Email addresses of the tenant's members, to choose from."""
    members = select(Person.email).join(Membership).where(Membership.tenant_id == tenant_id)
    return list(db.session.scalars(members.order_by(Person.email)))


def emails(person_ids: set[int]) -> dict[int, str]:
    """Of people that entries name by number."""
    if not person_ids:
        return {}
    named = select(Person.id, Person.email).where(Person.id.in_(person_ids))
    return {one.id: one.email for one in db.session.execute(named)}
