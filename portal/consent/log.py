"""Reading the log: one record, one browser's history, a period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, String, cast

from portal.consent.models import ConsentRecord, consent_records
from portal.database import db, tenant_connection
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
    return _records(mine.order_by(LOG.id.desc()).limit(limit))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: None wants them all. A period includes `since` and excludes `until`."""

    since: datetime | None = None
    until: datetime | None = None
    consent_id: UUID | None = None
    decision: str | None = None
    category: str | None = None  # accepted
    language: str | None = None
    policy: int | None = None
    surface: str | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.since:
            yield LOG.id >= first_at(self.since)
        if self.until:
            yield LOG.id < first_at(self.until)
        if self.category:
            yield cast(LOG.accepted, String).contains(f'"{self.category}"', autoescape=True)
        for name in ("consent_id", "decision", "language", "policy", "surface"):
            if (value := getattr(self, name)) is not None:
                yield LOG[name] == value


EVERYTHING = Wanted()


def page(
    tenant_id: int, wanted: Wanted = EVERYTHING, before: UUID | None = None, size: int = 50
) -> list[ConsentRecord]:
    """The newest records wanted, from before an id: where the last page ended (no OFFSET)."""
    conditions = list(wanted.conditions())
    if before:
        conditions.append(LOG.id < before)
    mine = consent_records.select().where(LOG.tenant_id == tenant_id, *conditions)
    return _records(mine.order_by(LOG.id.desc()).limit(size))


def read(
    tenant_id: int, wanted: Wanted = EVERYTHING, *, newest_first: bool = False
) -> Iterator[ConsentRecord]:
    """All records wanted, in constant memory.

    Chunk by chunk, each in a short transaction of its own: whoever is slow to take them, or stops,
    keeps no connection. It goes on where there is no request any more.
    """
    mine = consent_records.select().where(LOG.tenant_id == tenant_id, *wanted.conditions())
    ordered = mine.order_by(LOG.id.desc() if newest_first else LOG.id).limit(CHUNK)
    return _chunks(db.engine, tenant_id, ordered, newest_first)


def _chunks(
    engine: Engine, tenant_id: int, ordered: Select[Any], newest_first: bool
) -> Iterator[ConsentRecord]:
    chunk = ordered
    while records := _apart(engine, tenant_id, chunk):
        yield from records
        last = records[-1].id
        chunk = ordered.where(LOG.id < last if newest_first else LOG.id > last)


def _apart(engine: Engine, tenant_id: int, query: Select[Any]) -> list[ConsentRecord]:
    with tenant_connection(engine, tenant_id) as connection:
        return [ConsentRecord(*row) for row in connection.execute(query)]


def _records(query: Select[Any]) -> list[ConsentRecord]:
    return [ConsentRecord(*row) for row in db.session.execute(query)]
