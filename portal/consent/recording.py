"""Appending to the log: durable before it is acknowledged, waiting requests share one commit.

The wait for the disk is what a decision costs. One request at a time commits; those that arrive
meanwhile queue in this process and go into its successor's transaction together.
"""

from dataclasses import dataclass, field
from threading import Event, Lock
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from portal.consent.models import ConsentRecord, IdempotencyKey
from portal.database import db


class LogUnavailable(Exception):
    """The database could not store the record, so nothing was decided."""


class KeyReused(ValueError):
    """An idempotency key came again with another decision."""


@dataclass(slots=True)
class Entry:
    """A record on its way into the log. `follows`: its consent id may have earlier records."""

    record: ConsentRecord
    key: UUID | None
    follows: bool
    stored: ConsentRecord | None = None
    failure: Exception | None = None
    woken: Event = field(default_factory=Event)

    @property
    def is_done(self) -> bool:
        return self.stored is not None or self.failure is not None


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
        if not entry.is_done:
            self._commit_waiting()
        if entry.failure:
            raise entry.failure
        assert entry.stored
        return entry.stored

    def _commit_waiting(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        try:
            _commit(batch)
        finally:
            self._hand_over()
            for entry in batch:
                if not entry.is_done:
                    entry.failure = LogUnavailable("the server is stopping")
                entry.woken.set()

    def _hand_over(self) -> None:
        with self._lock:
            self._busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].woken.set()


def _commit(batch: list[Entry]) -> None:
    """Store a batch in one transaction; if that fails, each alone, so that none spoils another."""
    try:
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            stored = [_store(connection, entry) for entry in batch]
    except Exception as reason:
        if len(batch) > 1:
            for entry in batch:
                _commit([entry])
        else:
            batch[0].failure = _named(reason)
    else:
        for entry, record in zip(batch, stored, strict=True):
            entry.stored = record


def _named(reason: Exception) -> Exception:
    if isinstance(reason, SQLAlchemyError):
        unavailable = LogUnavailable(str(reason))
        unavailable.__cause__ = reason
        return unavailable
    return reason


def _store(connection: Connection, entry: Entry) -> ConsentRecord:
    record = entry.record
    if entry.key and not _claim(connection, entry.key, record):
        return _earlier(connection, entry.key, record)
    record.previous = _previous(connection, record) if entry.follows else None
    connection.execute(INSERT, _values(record))
    return record


INSERT = insert(ConsentRecord.__table__)  # type: ignore[arg-type]
COLUMNS = tuple(ConsentRecord.__table__.columns.keys())
DECIDED = ("policy", "decision", "accepted", "rejected")


def _values(record: ConsentRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in COLUMNS}


def _claim(connection: Connection, key: UUID, record: ConsentRecord) -> bool:
    """Take the key for this record; False if another record has it."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    claim = dialect.insert(IdempotencyKey).on_conflict_do_nothing()
    values = {"tenant_id": record.tenant_id, "key": key, "record_id": record.id}
    return connection.execute(claim, values).rowcount == 1


def _earlier(connection: Connection, key: UUID, record: ConsentRecord) -> ConsentRecord:
    found = connection.execute(
        select(ConsentRecord.__table__)
        .join(
            IdempotencyKey,
            (IdempotencyKey.tenant_id == ConsentRecord.tenant_id)
            & (IdempotencyKey.record_id == ConsentRecord.id),
        )
        .where(IdempotencyKey.tenant_id == record.tenant_id, IdempotencyKey.key == key)
    ).one()
    earlier = ConsentRecord(**found._mapping)
    if any(getattr(earlier, name) != getattr(record, name) for name in DECIDED):
        raise KeyReused(str(key))
    return earlier


def _previous(connection: Connection, record: ConsentRecord) -> UUID | None:
    mine = (ConsentRecord.tenant_id == record.tenant_id) & (
        ConsentRecord.consent_id == record.consent_id
    )
    latest = select(ConsentRecord.id).where(mine).order_by(ConsentRecord.id.desc()).limit(1)
    found: UUID | None = connection.scalar(latest)
    return found


def recorder() -> Recorder:
    found: Recorder = current_app.extensions["portal.recorder"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.recorder"] = Recorder()
