"""Reading the log: one record, one browser's history, a period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, String, cast, select

from portal.consent.models import ConsentRecord, consent_records
from portal.database import db, tenant_connection
from portal.identifiers import EPOCH, first_at, time_of

CHUNK = 1000  # rows in memory at a time while a period is read
PATIENCE = 1.0  # seconds of looking for a page, after which it shows what was found so far
STRETCH = timedelta(days=30)  # looked through at first

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

    @property
    def sifts(self) -> bool:
        """Whether records must be looked at one by one: no index leads to those wanted."""
        sieves = (self.decision, self.category, self.language, self.policy, self.surface)
        return self.consent_id is None and any(one is not None for one in sieves)

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


@dataclass(frozen=True, slots=True)
class Page:
    """Records, newest first. `older` is the id before which to look on; None: that was all.

    `looked_back_to`: looking took too long to go on; before this time there may be more.
    """

    records: list[ConsentRecord]
    older: UUID | None = None
    looked_back_to: datetime | None = None


def page(
    tenant_id: int, wanted: Wanted = EVERYTHING, before: UUID | None = None, size: int = 50
) -> Page:
    """The newest records wanted, from before an id: where the last page ended (no OFFSET).

    What few records fulfil could lead through the whole log: it is looked for stretch by stretch,
    and after PATIENCE the page says how far back it came.
    """
    began, found = monotonic(), list[ConsentRecord]()
    for stretch in _stretches(tenant_id, wanted, before):
        newest = _mine(tenant_id, wanted, stretch).order_by(LOG.id.desc())
        found += _records(newest.limit(size + 1 - len(found)))
        if len(found) > size:
            return Page(found[:size], older=found[size - 1].id)
        if stretch.low and monotonic() - began > PATIENCE:
            return Page(found, stretch.low, time_of(stretch.low))
    return Page(found)


class Stretch(NamedTuple):
    """Ids from `low` on and before `high`; None: no such limit."""

    low: UUID | None
    high: UUID | None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.low:
            yield LOG.id >= self.low
        if self.high:
            yield LOG.id < self.high


def _stretches(tenant_id: int, wanted: Wanted, before: UUID | None) -> Iterator[Stretch]:
    """The log from its end to its beginning: whole if an index leads to what is wanted.

    Else each stretch is twice as long as the one before, so that few lead through long silence.
    """
    high, beginning = before, _beginning(tenant_id, wanted) if wanted.sifts else None
    if beginning is None:
        yield Stretch(None, high)
        return
    now = datetime.now(UTC)
    length, end = STRETCH, first_at(min(wanted.until or now, now))
    while high is None or high > beginning:
        low = first_at(time_of(min(high or end, end)) - length)
        yield Stretch(low if low > beginning else None, high)
        high, length = low, length * 2


def _beginning(tenant_id: int, wanted: Wanted) -> UUID | None:
    """No record wanted is older; None if there is no record at all."""
    oldest = select(LOG.id).where(LOG.tenant_id == tenant_id).order_by(LOG.id).limit(1)
    found: UUID | None = db.session.scalar(oldest)
    return max(found, first_at(wanted.since or EPOCH)) if found else None


def _mine(tenant_id: int, *which: Wanted | Stretch) -> Select[Any]:
    conditions = (condition for one in which for condition in one.conditions())
    return consent_records.select().where(LOG.tenant_id == tenant_id, *conditions)


def read(
    tenant_id: int, wanted: Wanted = EVERYTHING, *, newest_first: bool = False
) -> Iterator[ConsentRecord]:
    """All records wanted, in constant memory, however slowly they are taken.

    Chunk by chunk, each in a short transaction of its own: whoever is slow to take them, or stops,
    keeps no connection. It goes on where there is no request any more.
    """
    mine = _mine(tenant_id, wanted)
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
