"""Appending to the log: durable before it is acknowledged, waiting requests share one commit.

The wait for the disk is what a decision costs. One request at a time commits; those that arrive
meanwhile queue in this process and go into its successor's transaction together.
"""

from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from portal.consent.models import ConsentRecord, IdempotencyKey
from portal.database import db


class LogUnavailable(Exception):
    """The database could not store the record, so nothing was decided."""


class KeyReused(ValueError):
    """An idempotency key came again with another decision."""


Outcome = ConsentRecord | LogUnavailable | KeyReused


@dataclass(slots=True)
class Entry:
    """A record on its way into the log. `follows`: its consent id may have earlier records."""

    record: ConsentRecord
    key: UUID | None
    follows: bool
    outcome: Outcome | None = None
    woken: Event = field(default_factory=Event)


class Recorder:
    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[Entry] = []
        self._busy = False

    def append(self, entry: Entry) -> ConsentRecord:
        """Store a record and return it, or the one its key led to before.

        Raises LogUnavailable, and KeyReused for a key that was used for something else.
        """
        with self._lock:
            self._waiting.append(entry)
            leads, self._busy = not self._busy, True
        if not leads:
            entry.woken.wait()
        if entry.outcome is None:
            self._commit_waiting()
        if isinstance(entry.outcome, ConsentRecord):
            return entry.outcome
        raise entry.outcome or LogUnavailable("the server is stopping")

    def _commit_waiting(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        try:
            _commit(batch)
        finally:
            self._hand_over()
            for entry in batch:
                entry.woken.set()

    def _hand_over(self) -> None:
        with self._lock:
            self._busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].woken.set()


def _commit(batch: list[Entry]) -> None:
    """Store a batch in one transaction; if a row of it is refused, each alone."""
    try:
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            outcomes = _store(connection, batch)
    except IntegrityError as reason:
        if len(batch) > 1:
            for entry in batch:
                _commit([entry])
            return
        outcomes = [_unavailable(reason)]
    except SQLAlchemyError as reason:
        outcomes = [_unavailable(reason)] * len(batch)
    for entry, outcome in zip(batch, outcomes, strict=True):
        entry.outcome = outcome


def _unavailable(reason: SQLAlchemyError) -> LogUnavailable:
    unavailable = LogUnavailable(str(reason))
    unavailable.__cause__ = reason
    return unavailable


def _store(connection: Connection, batch: list[Entry]) -> list[Outcome]:
    """Insert what is new; a record whose key led to another one before is answered with that."""
    winners = _claim_keys(connection, [entry for entry in batch if entry.key])
    outcomes = [_outcome(connection, entry, winners) for entry in batch]
    fresh = [
        entry for entry, outcome in zip(batch, outcomes, strict=True) if outcome is entry.record
    ]
    latest: dict[tuple[int, UUID], UUID] = {}
    for entry in fresh:
        record = entry.record
        browser = (record.tenant_id, record.consent_id)
        if entry.follows:
            record.previous = latest.get(browser) or _previous(connection, record)
        latest[browser] = record.id
    if fresh:
        connection.execute(INSERT, [_values(entry.record) for entry in fresh])
    return outcomes


INSERT = insert(ConsentRecord.__table__)  # type: ignore[arg-type]
CLAIM = {
    "postgresql": postgresql.insert(IdempotencyKey.__table__).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(IdempotencyKey.__table__).on_conflict_do_nothing(),
}
COLUMNS = tuple(ConsentRecord.__table__.columns.keys())
DECIDED = ("policy", "decision", "accepted", "rejected")


def _values(record: ConsentRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in COLUMNS}


def _claim_keys(connection: Connection, keyed: list[Entry]) -> dict[tuple[int, UUID], UUID]:
    """Take each key for its record unless it is taken; which record each key leads to now."""
    if not keyed:
        return {}
    claims: list[dict[str, Any]] = [
        {"tenant_id": entry.record.tenant_id, "key": entry.key, "record_id": entry.record.id}
        for entry in sorted(keyed, key=lambda entry: str(entry.key))  # one order, no deadlock
    ]
    claimed = connection.execute(CLAIM[connection.dialect.name], claims)
    if claimed.rowcount == len(claims):
        return {(claim["tenant_id"], claim["key"]): claim["record_id"] for claim in claims}
    taken = select(IdempotencyKey.tenant_id, IdempotencyKey.key, IdempotencyKey.record_id).where(
        IdempotencyKey.tenant_id.in_({claim["tenant_id"] for claim in claims}),
        IdempotencyKey.key.in_({claim["key"] for claim in claims}),
    )
    return {(row.tenant_id, row.key): row.record_id for row in connection.execute(taken)}


def _outcome(
    connection: Connection, entry: Entry, winners: dict[tuple[int, UUID], UUID]
) -> Outcome:
    """The record itself if it is to be inserted, else what its key says."""
    record = entry.record
    if entry.key is None or winners[record.tenant_id, entry.key] == record.id:
        return record
    earlier = _read(connection, record.tenant_id, winners[record.tenant_id, entry.key])
    alike = earlier and all(getattr(earlier, name) == getattr(record, name) for name in DECIDED)
    return earlier if earlier and alike else KeyReused(str(entry.key))


def _read(connection: Connection, tenant_id: int, record_id: UUID) -> ConsentRecord | None:
    table = ConsentRecord.__table__
    mine = select(table).where(table.c.tenant_id == tenant_id, table.c.id == record_id)
    found = connection.execute(mine).mappings().one_or_none()
    return ConsentRecord(**found) if found else None


def _previous(connection: Connection, record: ConsentRecord) -> UUID | None:
    mine = select(ConsentRecord.id).where(
        ConsentRecord.tenant_id == record.tenant_id, ConsentRecord.consent_id == record.consent_id
    )
    found: UUID | None = connection.scalar(mine.order_by(ConsentRecord.id.desc()).limit(1))
    return found


def recorder() -> Recorder:
    found: Recorder = current_app.extensions["portal.recorder"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.recorder"] = Recorder()
