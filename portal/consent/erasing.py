"""Letting records go: at somebody's wish, or once they are past the time for which they are kept.

Every way leads through an `Erasure`, which the database asks for before it lets a record go.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, and_, delete, select, true, tuple_
from sqlalchemy.orm import Session

from portal.catalogues import said
from portal.consent.models import Erasure, consent_records, idempotency_keys
from portal.consent.partitions import Partition, drop, partitions, tenants_of
from portal.database import db, note_erasure
from portal.identifiers import first_at
from portal.policy.markdown import TextError, checked
from portal.tenants.changes import announce
from portal.tenants.lifecycle import TenantError
from portal.tenants.models import Tenant

FIVE_YEARS = 5 * 365 + 1  # days: within which a claim about a consent is usually brought
DAYS_OF_KEYS = 30  # a client that repeats a decision does so within minutes
LONGEST_REASON: int = Erasure.__table__.columns["reason"].type.length  # type: ignore[attr-defined]
OVERDUE = "past the time for which records are kept"
PIECE = 250  # records that go in one transaction

NEVER = UUID(int=0)

LOG, KEYS = consent_records.c, idempotency_keys.c


class BadReason(TenantError):
    """An erasure has to say why, in a few words; the message is for the back office's catalogue."""

    def __init__(self, message: str, values: Mapping[str, object]) -> None:
        super().__init__(message % values)
        self.message, self.values = message, values


@dataclass(slots=True)
class Purged:
    """What went: records by tenant, and months that went whole, with all that they held."""

    records: Counter[str] = field(default_factory=Counter)
    partitions: list[str] = field(default_factory=list)

    def add(self, more: "Purged") -> None:
        self.records += more.records
        self.partitions += more.partitions


def retention_days(tenant: Tenant) -> int:
    """Days that a record of the tenant is kept."""
    return tenant.retention_days or usual_retention(tenant)


def usual_retention(tenant: Tenant) -> int:
    """Days that a record is kept unless the tenant says otherwise."""
    return tenant.consent_days + FIVE_YEARS


def erase(tenant_id: int, consent_id: UUID, actor: str, reason: str) -> int:
    """Erase all that one browser decided; how many records that were (GDPR article 17).

    Raises BadReason.
    """
    _allow(tenant_id, actor, _checked(reason), consent_id=consent_id)
    announce(db.session.get_one(Tenant, tenant_id))  # servers forget that they know the browser
    return _delete(tenant_id, LOG.consent_id == consent_id)


def _checked(reason: str) -> str:
    try:
        fit = checked(reason, LONGEST_REASON)
    except TextError as error:
        raise BadReason(error.message, error.values) from error
    if not fit:
        raise BadReason(said("Say in a few words why these records are erased."), {})
    return fit


def purge(now: datetime, actor: str) -> Iterator[Purged]:
    """Let go what every tenant has kept for long enough (GDPR article 5(1)(e)), piece by piece.

    Each piece is to be committed before the next: none holds up decisions for long.
    """
    tenants = db.session.scalars(select(Tenant).order_by(Tenant.id)).all()
    limits = [Limit.of(one, now) for one in tenants]
    oldest = min((one.before for one in limits), default=NEVER)
    newest = max((one.before for one in limits), default=NEVER)
    yield from _forget_keys(max(newest, first_at(now - timedelta(days=DAYS_OF_KEYS))))
    yield from _drop_months(oldest, actor)
    older = set(_tenants_with_older(newest))
    for limit in limits:
        if limit.tenant_id in older:
            yield from _purge_tenant(limit, actor)


class Limit(NamedTuple):
    """Before which id a tenant's records are past their time."""

    tenant_id: int
    slug: str
    before: UUID

    @classmethod
    def of(cls, tenant: Tenant, now: datetime) -> "Limit":
        before = first_at(now - timedelta(days=retention_days(tenant)))
        return cls(tenant.id, tenant.slug, before)


def _drop_months(limit: UUID, actor: str) -> Iterator[Purged]:
    """Drop the months that are past the limit of every tenant; none on SQLite."""
    for month in partitions(db.session.connection()):
        if month.end <= limit:
            connection = db.session.connection()
            _allow_month(month, tenants_of(connection, month), actor)
            drop(connection, month)
            yield Purged(partitions=[month.name])


def _allow_month(month: Partition, tenant_ids: Iterable[int], actor: str) -> None:
    for tenant_id in tenant_ids:
        _allow(tenant_id, actor, OVERDUE, before=month.end)


def _tenants_with_older(limit: UUID) -> Sequence[int]:
    """The tenants that have a record from before an id."""
    older = select(LOG.id).where(LOG.tenant_id == Tenant.id, LOG.id < limit)
    return db.session.scalars(select(Tenant.id).where(older.exists())).all()


def _purge_tenant(limit: Limit, actor: str) -> Iterator[Purged]:
    overdue = (LOG.tenant_id == limit.tenant_id, LOG.id < limit.before)
    some = select(LOG.id).where(*overdue).order_by(LOG.id).limit(PIECE)
    if db.session.scalar(some) is None:
        return
    _allow(limit.tenant_id, actor, OVERDUE, before=limit.before)
    count = PIECE
    while count == PIECE:
        these = delete(consent_records).where(*overdue, LOG.id.in_(some.scalar_subquery()))
        count = _count(db.session(), these)
        yield Purged(Counter({limit.slug: count}))


def _allow(
    tenant_id: int,
    actor: str,
    reason: str,
    *,
    consent_id: UUID | None = None,
    before: UUID | None = None,
) -> None:
    erasure = Erasure(
        tenant_id=tenant_id, consent_id=consent_id, before=before, actor=actor, reason=reason
    )
    note_erasure()
    db.session.add(erasure)
    db.session.flush()


def _delete(tenant_id: int, which: ColumnElement[bool]) -> int:
    mine = (LOG.tenant_id == tenant_id, which)
    records = select(LOG.id).where(*mine)
    keys = delete(idempotency_keys).where(KEYS.tenant_id == tenant_id, KEYS.record_id.in_(records))
    db.session.execute(keys)
    return _count(db.session(), delete(consent_records).where(*mine))


def _count(session: Session, statement: object) -> int:
    result: CursorResult[object] = session.execute(statement)  # type: ignore[call-overload]
    return result.rowcount


def _forget_keys(limit: UUID) -> Iterator[Purged]:
    """What clients called their decisions is no proof and is soon of no use.

    No index tells their age, so they are walked through in the order in which they are kept.
    """
    place = tuple_(KEYS.tenant_id, KEYS.key)
    rest: ColumnElement[bool] = true()
    while True:
        walk = select(KEYS.tenant_id, KEYS.key).where(rest).order_by(*place)
        end = db.session.execute(walk.offset(PIECE).limit(1)).one_or_none()
        part = and_(rest, place <= tuple(end)) if end else rest
        db.session.execute(delete(idempotency_keys).where(part, KEYS.record_id < limit))
        yield Purged()
        if not end:
            return
        rest = place > tuple(end)
