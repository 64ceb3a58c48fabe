"""Reading the log: one record, one browser's history, a period."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from portal.consent.models import ConsentRecord, consent_records
from portal.database import db
from portal.identifiers import first_at

CHUNK = 1000  # rows in memory at a time while a period is read

LOG = consent_records.c


def find(tenant_id: int, record_id: UUID) -> ConsentRecord | None:
    mine = consent_records.select().where(LOG.tenant_id == tenant_id, LOG.id == record_id)
    found = db.session.execute(mine).one_or_none()
    return ConsentRecord(*found) if found else None


def history(tenant_id: int, consent_id: UUID, limit: int = 50) -> list[ConsentRecord]:
    """What one browser decided, newest first."""
    mine = consent_records.select().where(LOG.tenant_id == tenant_id, LOG.consent_id == consent_id)
    newest = mine.order_by(LOG.id.desc()).limit(limit)
    return [ConsentRecord(*row) for row in db.session.execute(newest)]


def between(
    tenant_id: int,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    newest_first: bool = False,
) -> Iterator[ConsentRecord]:
    """Records of a period (`since` included, `until` not), in constant memory.

    Chunk by chunk, each a short query of its own, so that no cursor stays open for long.
    """
    period = consent_records.select().where(LOG.tenant_id == tenant_id)
    if since:
        period = period.where(LOG.id >= first_at(since))
    if until:
        period = period.where(LOG.id < first_at(until))
    page = period = period.order_by(LOG.id.desc() if newest_first else LOG.id).limit(CHUNK)
    while rows := db.session.execute(page).all():
        last = rows[-1].id
        yield from (ConsentRecord(*row) for row in rows)
        page = period.where(LOG.id < last if newest_first else LOG.id > last)
