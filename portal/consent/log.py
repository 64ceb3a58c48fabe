"""Reading the log: one record, one browser's history, a period."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from portal.consent.identifiers import first_at
from portal.consent.models import ConsentRecord
from portal.database import db

CHUNK = 1000  # rows in memory at a time while a period is read


def find(tenant_id: int, record_id: UUID) -> ConsentRecord | None:
    return db.session.get(ConsentRecord, (tenant_id, record_id))


def history(tenant_id: int, consent_id: UUID, limit: int = 50) -> Sequence[ConsentRecord]:
    """What one browser decided, newest first."""
    mine = select(ConsentRecord).where(
        ConsentRecord.tenant_id == tenant_id, ConsentRecord.consent_id == consent_id
    )
    return db.session.scalars(mine.order_by(ConsentRecord.id.desc()).limit(limit)).all()


def between(
    tenant_id: int,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    newest_first: bool = False,
) -> Iterator[ConsentRecord]:
    """Records of a period (`since` included, `until` not), oldest first, in constant memory."""
    period = select(ConsentRecord).where(ConsentRecord.tenant_id == tenant_id)
    if since:
        period = period.where(ConsentRecord.id >= first_at(since))
    if until:
        period = period.where(ConsentRecord.id < first_at(until))
    return _by_keyset(period, newest_first)


def _by_keyset(period: Select[ConsentRecord], newest_first: bool) -> Iterator[ConsentRecord]:
    """Chunk by chunk, each a short query of its own, so that no cursor stays open for long."""
    column = ConsentRecord.id
    page = period = period.order_by(column.desc() if newest_first else column)
    while rows := db.session.scalars(page.limit(CHUNK)).all():
        last = rows[-1].id
        yield from rows
        page = period.where(column < last if newest_first else column > last)
        db.session.expunge_all()
