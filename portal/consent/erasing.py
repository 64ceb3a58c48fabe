"""Letting records go: at somebody's wish, or once they are past the time for which they are kept.

Every way leads through an `Erasure`, which the database asks for before it lets a record go.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, select
from sqlalchemy.orm import Session

from portal.catalogues import said
from portal.consent.models import Erasure, consent_records, idempotency_keys
from portal.consent.partitions import Partition, drop, partitions, tenants_of
from portal.database import db
from portal.identifiers import first_at
from portal.policy.markdown import TextError, checked
from portal.tenants.lifecycle import TenantError
from portal.tenants.models import Tenant

FIVE_YEARS = 5 * 365 + 1  # days: within which a claim about a consent is usually brought
DAYS_OF_KEYS = 30  # a client that repeats a decision does so within minutes
LONGEST_REASON: int = Erasure.__table__.columns["reason"].type.length  # type: ignore[attr-defined]
OVERDUE = "past the time for which records are kept"

LOG, KEYS = consent_records.c, idempotency_keys.c


class BadReason(TenantError):
    """An erasure has to say why, in a few words; the message is for the back office's catalogue."""

    def __init__(self, message: str, values: Mapping[str, object]) -> None:
        super().__init__(message % values)
        self.message, self.values = message, values


@dataclass(slots=True)
class Purged:
    """What went: records by tenant, and months that went whole, with all that they held."""

    records: dict[str, int] = field(default_factory=dict)
    partitions: list[str] = field(default_factory=list)


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
    return _delete(tenant_id, LOG.consent_id == consent_id)


def _checked(reason: str) -> str:
    try:
        fit = checked(reason, LONGEST_REASON)
    except TextError as error:
        raise BadReason(error.message, error.values) from error
    if not fit:
        raise BadReason(said("Say in a few words why these records are erased."), {})
    return fit


def purge(now: datetime, actor: str) -> Purged:
    """Let go what every tenant has kept for long enough (GDPR article 5(1)(e))."""
    tenants = db.session.scalars(select(Tenant).order_by(Tenant.id)).all()
    limits = {one: first_at(now - timedelta(days=retention_days(one))) for one in tenants}
    purged = Purged()
    if limits:
        purged.partitions = _drop_months(min(limits.values()), actor)
    for tenant, limit in limits.items():
        if count := _purge_tenant(tenant.id, limit, actor):
            purged.records[tenant.slug] = count
    _forget_keys(now)
    return purged


def _drop_months(limit: UUID, actor: str) -> list[str]:
    """Drop the months that are past the limit of every tenant; none on SQLite."""
    connection = db.session.connection()
    overdue = [one for one in partitions(connection) if one.end <= limit]
    for month in overdue:
        _allow_month(month, tenants_of(connection, month), actor)
        drop(connection, month)
    return [one.name for one in overdue]


def _allow_month(month: Partition, tenant_ids: Iterable[int], actor: str) -> None:
    for tenant_id in tenant_ids:
        _allow(tenant_id, actor, OVERDUE, before=month.end)


def _purge_tenant(tenant_id: int, limit: UUID, actor: str) -> int:
    overdue = LOG.id < limit
    first = select(LOG.id).where(LOG.tenant_id == tenant_id, overdue).limit(1)
    if db.session.scalar(first) is None:
        return 0
    _allow(tenant_id, actor, OVERDUE, before=limit)
    return _delete(tenant_id, overdue)


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


def _forget_keys(now: datetime) -> None:
    """What clients called their decisions is no proof and is soon of no use."""
    old = KEYS.record_id < first_at(now - timedelta(days=DAYS_OF_KEYS))
    db.session.execute(delete(idempotency_keys).where(old))
