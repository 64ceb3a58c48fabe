"""Appending to the log: durable before it is acknowledged, waiting requests share one commit.

The wait for the disk is what a decision costs. One request at a time commits; those that arrive
meanwhile queue in this process and go into its successor's transaction together.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from os import sched_yield
from threading import Lock
from time import monotonic
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from portal.consent.appending import Browser, append, newest
from portal.consent.models import ConsentRecord, consent_records, idempotency_keys
from portal.counting.counts import Counts, counts
from portal.counting.metrics import DURATIONS, SECOND, Gauge, Histogram
from portal.database import appending_connection, reading, turn_to_write
from portal.identifiers import time_of, uuid7


class LogUnavailable(Exception):
    """The database could not store the record, so nothing was decided."""


class KeyReused(ValueError):
    """An idempotency key came again with another decision."""


A_MOMENT = 10.0  # seconds
DECIDED = ("policy", "decision", "accepted", "rejected")

WAITING = Gauge("portal_decisions_waiting", "Decisions that wait for the commit before theirs")
BATCHES = Histogram(
    "portal_batch_decisions", "Decisions in one transaction", [2**power for power in range(8)]
)
APPENDING = Histogram(
    "portal_append_duration_seconds", "Database time of one transaction", DURATIONS, SECOND
)

Outcome = ConsentRecord | LogUnavailable | KeyReused


def _closed() -> Lock:
    gate = Lock()
    gate.acquire()
    return gate


@dataclass(slots=True)
class Entry:
    """A record on its way into the log. `follows`: its consent id may have earlier records."""

    record: ConsentRecord
    key: UUID | None
    follows: bool
    outcome: Outcome | None = None
    turn: Lock = field(default_factory=_closed)

    @property
    def browser(self) -> Browser:
        return self.record.tenant_id, self.record.consent_id


class Recorder:
    def __init__(self, numbers: Counts) -> None:
        self._lock, self._counts = Lock(), numbers
        self._waiting: list[Entry] = []
        self._busy = False
        self._failed_at: float | None = None

    @property
    def fails(self) -> bool:
        """Whether the database could not store the last decisions, a moment ago."""
        failed_at = self._failed_at
        return failed_at is not None and monotonic() < failed_at + A_MOMENT

    def append(self, entry: Entry) -> ConsentRecord:
        """Store a record and return it, or the one its key led to before.

        Raises LogUnavailable, and KeyReused for a key that was used for something else.
        """
        with self._lock:
            self._waiting.append(entry)
            self._counts.hold(WAITING, len(self._waiting))
            leads, self._busy = not self._busy, True
        if not leads:
            entry.turn.acquire()  # opened by whoever commits it, or makes it the next to commit
        if entry.outcome is None:
            self._commit_waiting()
        if isinstance(entry.outcome, ConsentRecord):
            self._failed_at = None
            return entry.outcome
        if isinstance(_cause(entry.outcome), OperationalError | OSError):  # of no row's making
            self._failed_at = monotonic()
        raise entry.outcome or LogUnavailable("the server is stopping")

    def _commit_waiting(self) -> None:
        self._gather()
        batch: list[Entry] = []
        try:
            with turn_to_write():
                batch = self._take()  # not before: who comes while we wait goes along
                _commit(batch)
        except OSError as reason:
            batch = batch or self._take()
            _refuse(batch, reason)
        finally:
            batch = batch or self._take()
            self._hand_over()
            for entry in batch:
                entry.turn.release()

    def _gather(self) -> None:
        """Let in who is nearly there: a commit costs about the same for one and for many."""
        known = 0
        while len(self._waiting) > known:
            known = len(self._waiting)
            sched_yield()  # lets go of the interpreter's lock, for which they wait

    def _take(self) -> list[Entry]:
        with self._lock:
            batch, self._waiting = self._waiting, []
            self._counts.hold(WAITING, 0)
        return batch

    def _hand_over(self) -> None:
        with self._lock:
            self._busy = bool(self._waiting)
            if self._waiting:
                self._waiting[0].turn.release()


def _cause(outcome: Outcome | None) -> BaseException | None:
    return outcome.__cause__ if isinstance(outcome, LogUnavailable) else None


def _commit(batch: list[Entry]) -> None:
    for part in _parts(batch):
        _commit_together(part)


def _parts(batch: list[Entry]) -> list[list[Entry]]:
    """The batch in parts with no browser twice; nearly always one.

    Whether a record is stored or its key led to an earlier one is known only afterwards, and no
    record may name one that was not stored.
    """
    parts: list[list[Entry]] = []
    times: Counter[Browser] = Counter()
    for entry in batch:
        if times[entry.browser] == len(parts):
            parts.append([])
        parts[times[entry.browser]].append(entry)
        times[entry.browser] += 1
    return parts


def _commit_together(part: list[Entry]) -> None:
    """Store a part in one transaction; if a row of it is refused, each alone."""
    try:
        with counts().timed(APPENDING):
            inserted = _store(part)
        counts().observe(BATCHES, len(part))
        _answer(part, inserted)
    except IntegrityError as reason:
        if len(part) > 1:
            for entry in part:
                _commit_together([entry])
        else:
            _refuse(part, reason)
    except (SQLAlchemyError, OSError) as reason:
        _refuse(part, reason)


def _answer(part: list[Entry], inserted: set[UUID]) -> None:
    """Those first whose record is stored: reading an earlier one may fail."""
    for entry in sorted(part, key=lambda one: one.record.id not in inserted):
        entry.outcome = entry.record if entry.record.id in inserted else _earlier(entry)


def _refuse(part: list[Entry], reason: Exception) -> None:
    """Tell those who have no answer yet that there is none."""
    unavailable = LogUnavailable(str(reason))
    unavailable.__cause__ = reason
    for entry in part:
        entry.outcome = entry.outcome or unavailable


def _store(part: list[Entry]) -> set[UUID]:
    """Insert what is new; the ids inserted."""
    with appending_connection() as connection:
        _follow(connection, [entry for entry in part if entry.follows])
        return append(connection, [(entry.record, entry.key) for entry in part])


def _earlier(entry: Entry) -> ConsentRecord | KeyReused:
    """The record that the key led to, if it decided the same."""
    keys, log, record = idempotency_keys.c, consent_records.c, entry.record
    kept_under_key = select(keys.record_id).where(
        keys.tenant_id == record.tenant_id, keys.key == entry.key
    )
    query = consent_records.select().where(
        log.tenant_id == record.tenant_id, log.id == kept_under_key.scalar_subquery()
    )
    with reading(record.tenant_id) as session:
        earlier = ConsentRecord(*session.execute(query).one())
    alike = all(getattr(earlier, name) == getattr(record, name) for name in DECIDED)
    return earlier if alike else KeyReused(str(entry.key))


def _follow(connection: DBAPIConnection, entries: list[Entry]) -> None:
    """Let each name the record before it."""
    if entries:
        last = newest(connection, [entry.browser for entry in entries])
        for entry in entries:
            entry.record = _after(last.get(entry.browser), entry.record)


def _after(previous: UUID | None, record: ConsentRecord) -> ConsentRecord:
    """The record as the one that follows, with a later time where its request came first."""
    if previous is None or previous < record.id:
        return replace(record, previous=previous)
    identifier = uuid7()
    waited = time_of(identifier) - time_of(record.id)
    valid_until = record.valid_until + waited
    return replace(record, id=identifier, previous=previous, valid_until=valid_until)


def latest(tenant_id: int, consent_id: UUID) -> UUID | None:
    """The id of a browser's last record."""
    columns = consent_records.c
    mine = select(columns.id).where(
        columns.tenant_id == tenant_id, columns.consent_id == consent_id
    )
    with reading(tenant_id) as session:
        return session.scalar(mine.order_by(columns.id.desc()).limit(1))


def recorder() -> Recorder:
    found: Recorder = current_app.extensions["portal.recorder"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.recorder"] = Recorder(app.extensions["portal.counts"])
