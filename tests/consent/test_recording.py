"""Stored once, stored for good, or refused in plain words: never acknowledged and lost."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from werkzeug.test import TestResponse

from portal import sqlite
from portal.consent import appending, recording
from portal.consent.models import ConsentRecord, idempotency_keys
from portal.consent.recording import Entry, LogUnavailable, recorder
from portal.database import LOG, appending_connection, db, owner_engine, writing
from tests import make
from tests.client import Visitor
from tests.conftest import running
from tests.consent.records import record, stored
from tests.waiting import wait_until

CROWD = 8


def together(act: Callable[[int], Any], count: int = CROWD) -> list[Any]:
    """What a function gives when that many threads call it at once."""
    barrier = threading.Barrier(count)

    def at_once(number: int) -> Any:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(at_once, range(count)))


@contextmanager
def busy_log(app: Flask) -> Iterator[None]:
    """Nobody can append meanwhile; who tries waits."""
    with app.app_context(), writing():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("LOCK TABLE consent_records"))
        yield


def held_back(app: Flask) -> int:
    """SQLite's batch is taken when it is its turn to write; PostgreSQL's first goes ahead alone."""
    with app.app_context():
        return 1 if db.engine.dialect.name == "sqlite" else 0


def in_one_batch(app: Flask, entries: list[Entry]) -> list[ConsentRecord | Exception]:
    """Append entries that waited together while another one was being committed."""
    queue = app.extensions["portal.recorder"]

    def append(entry: Entry) -> ConsentRecord | Exception:
        with app.app_context():
            try:
                return recorder().append(entry)
            except LogUnavailable as reason:
                return reason

    with ThreadPoolExecutor(len(entries) + 1) as pool, busy_log(app):
        with app.app_context():
            first = Entry(record(make.find().id), None, follows=False)
            held = held_back(app)
        waiting = [pool.submit(append, first)]
        wait_until(lambda: queue._busy and len(queue._waiting) == held)
        for number, entry in enumerate(entries, held + 1):
            waiting.append(pool.submit(append, entry))
            wait_until(lambda number=number: len(queue._waiting) == number)
        release = waiting[1:]
    return [one.result() for one in release]


def assert_unavailable(response: TestResponse) -> None:
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "Set-Cookie" not in response.headers


def test_a_repeated_key_stores_one_record_and_answers_with_it_again(app, visitor):
    make.tenant(app)
    key = str(uuid4())
    first = visitor.decide(idempotency_key=key)
    again = visitor.decide(idempotency_key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert len(stored(app)) == 1


def test_a_repeated_key_sets_the_same_cookie_again(app):
    make.tenant(app)
    key, first, again = str(uuid4()), Visitor(app), Visitor(app)
    first.decide(idempotency_key=key)
    again.decide(idempotency_key=key)  # the answer to the first was lost with its cookie
    assert again.preferences == first.preferences


def test_a_key_that_comes_late_does_not_bring_an_older_decision_back(app, visitor):
    make.tenant(app)
    key = str(uuid4())
    first = visitor.decide(idempotency_key=key)  # its answer was lost, so the script keeps it
    visitor.decide("reject_all")
    later = visitor.preferences | {"at": visitor.preferences["at"] + 5}
    visitor.remember(quote(json.dumps(later)))
    again = visitor.decide(idempotency_key=key)
    assert again.json == first.json
    assert visitor.preferences == later


def test_what_was_just_decided_is_kept_whatever_clock_the_browser_met_before(app, visitor):
    make.tenant(app)
    visitor.decide()
    ahead = visitor.preferences | {"at": visitor.preferences["at"] + 3600}
    for act in (visitor.decide, visitor.submit):
        visitor.remember(quote(json.dumps(ahead)))
        act("reject_all")
        assert visitor.preferences["accepted"] == ["necessary"]
    assert stored(app)[-1].decision == "reject_all"


def test_a_key_of_the_same_second_brings_back_only_the_last_decision(app, visitor):
    make.tenant(app)
    visitor.decide("reject_all")
    key, before = str(uuid4()), visitor.preferences
    accepted = visitor.decide(idempotency_key=key).json
    in_that_second = int(datetime.fromisoformat(accepted["given_at"]).timestamp())
    visitor.remember(quote(json.dumps(before | {"at": in_that_second})))  # the answer was lost
    visitor.decide(idempotency_key=key)
    assert "statistics" in visitor.preferences["accepted"]
    visitor.decide("reject_all")
    last = visitor.preferences | {"at": in_that_second}
    visitor.remember(quote(json.dumps(last)))
    visitor.decide(idempotency_key=key)
    assert visitor.preferences == last


def test_a_key_does_not_bring_back_what_was_decided_under_an_id_before(app):
    make.tenant(app)
    key, lost, visitor = str(uuid4()), Visitor(app), Visitor(app)
    lost.decide(idempotency_key=key)
    visitor.decide("reject_all")
    refused = visitor.preferences
    assert visitor.decide(idempotency_key=key).json["consent_id"] != refused["id"]
    assert visitor.preferences == refused


def test_a_key_with_another_decision_is_a_conflict(app, visitor):
    make.tenant(app)
    key = str(uuid4())
    visitor.decide(idempotency_key=key)
    before = visitor.preferences
    response = visitor.decide("reject_all", idempotency_key=key)
    assert response.status_code == 409
    assert response.json["code"] == "idempotency_key_reused"
    assert visitor.preferences == before
    assert len(stored(app)) == 1


def test_a_key_sent_by_many_threads_at_once_stores_one_record(app):
    make.tenant(app)
    key = str(uuid4())
    answers = together(lambda _: Visitor(app).decide(idempotency_key=key))
    assert {one.status_code for one in answers} == {201}
    assert {one.json["id"] for one in answers} == {str(one.id) for one in stored(app)}
    assert len(stored(app)) == 1


def test_a_key_with_two_decisions_at_once_stores_one_of_them(app):
    make.tenant(app)
    key, words = str(uuid4()), ("accept_all", "reject_all")
    answers = together(lambda n: Visitor(app).decide(words[n % 2], idempotency_key=key))
    [kept] = stored(app)
    for number, answer in enumerate(answers):
        same = words[number % 2] == kept.decision
        assert answer.status_code == (201 if same else 409)


def test_tenants_do_not_share_keys(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en")
    key = str(uuid4())
    assert Visitor(app).decide(idempotency_key=key).status_code == 201
    other = Visitor(app, "oslo.example").decide("reject_all", idempotency_key=key)
    assert other.status_code == 201
    assert len(stored(app)) == len(stored(app, "oslo")) == 1


def test_another_server_knows_the_key(app, environ):
    make.tenant(app)
    key = str(uuid4())
    first = Visitor(app).decide(idempotency_key=key)
    with contextmanager(running)(environ) as elsewhere:
        assert Visitor(elsewhere).decide(idempotency_key=key).json == first.json
    assert len(stored(app)) == 1


def test_who_decides_at_once_gets_a_record_of_their_own(app):
    make.tenant(app)
    visitors = [Visitor(app) for _ in range(CROWD)]
    words = ("accept_all", "reject_all", "withdraw")
    answers = together(lambda n: [visitors[n].decide(words[k]).json for k in range(3)])
    log = {str(one.id): one for one in stored(app)}
    assert len(log) == 3 * CROWD
    for visitor, receipts in zip(visitors, answers, strict=True):
        assert [log[one["id"]].decision for one in receipts] == list(words)
        assert {one["consent_id"] for one in receipts} == {visitor.preferences["id"]}
        previous = [None, receipts[0]["id"], receipts[1]["id"]]
        assert [one["previous"] for one in receipts] == previous


def line_of(receipts: list[ConsentRecord]) -> list[tuple[UUID | None, UUID]]:
    ids = [None, *(one.id for one in receipts)]
    return list(pairwise(ids))


def test_what_one_browser_sends_at_once_is_one_line(app):
    make.tenant(app)
    first = Visitor(app)
    first.decide()
    known, visitors = quote(json.dumps(first.preferences)), [Visitor(app) for _ in range(CROWD)]
    for one in visitors:
        one.remember(known)
    together(lambda number: visitors[number].decide("reject_all"))
    log = sorted(stored(app), key=lambda one: one.id)
    assert len(log) == CROWD + 1
    assert [(one.previous, one.id) for one in log] == line_of(log)


def test_what_came_first_and_is_stored_later_follows_all_the_same(app):
    number, browser = make.tenant(app), uuid4()
    made = [record(number, consent_id=browser) for _ in range(3)]
    entries = [Entry(one, None, follows=True) for one in reversed(made)]
    kept = in_one_batch(app, entries)
    assert [(one.previous, one.id) for one in kept] == line_of(kept)
    assert {one.valid_until - one.given_at for one in kept} == {
        made[0].valid_until - made[0].given_at
    }
    assert [one.id for one in stored(app) if one.consent_id == browser] == [one.id for one in kept]


def commits(app: Flask, statements: list[str]) -> int:
    """In how many transactions the log was written, as the database itself tells."""
    if held_back(app):
        return statements.count("COMMIT")
    with app.app_context():
        return db.session.scalar(text("SELECT count(DISTINCT xmin::text) FROM consent_records"))


def test_those_who_wait_share_a_commit(app):
    number, statements = make.tenant(app), []
    if held_back(app):
        with app.app_context(), appending_connection() as connection:
            connection.set_trace_callback(statements.append)
    entries = [Entry(record(number), None, follows=False) for _ in range(CROWD)]
    answers = in_one_batch(app, entries)
    assert {one.id for one in answers} < {one.id for one in stored(app)}
    assert commits(app, statements) == 2 - held_back(app)


def test_who_is_stored_hears_so_even_if_an_earlier_record_cannot_be_read(app, monkeypatch):
    number, key = make.tenant(app), uuid4()
    in_one_batch(app, [Entry(record(number), key, follows=False)])

    def broken(_entry: Entry) -> ConsentRecord:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(recording, "_earlier", broken)
    entries = [Entry(record(number), one, follows=False) for one in (key, None, uuid4())]
    repeated, *others = in_one_batch(app, entries)
    assert isinstance(repeated, LogUnavailable)
    assert {one.id for one in others} < {one.id for one in stored(app)}


def test_a_batch_is_stored_whole_or_not_at_all(app):
    number = make.tenant(app)
    batch = [(record(number), uuid4()), (record(number, policy=999), None)]
    with app.app_context():
        with pytest.raises(IntegrityError), appending_connection() as connection:
            appending.append(connection, batch)
        assert stored(app) == []
        with appending_connection() as connection:
            assert appending.append(connection, batch[:1]) == {batch[0][0].id}
    assert stored(app) == [batch[0][0]]


@pytest.mark.parametrize("defect", [{"page": object()}, {"valid_until": "soon"}])
def test_what_a_defect_leaves_half_done_is_not_stored_with_the_next(lone_app, defect):
    number = make.tenant(lone_app)
    begun = [(record(number), uuid4()), (record(number, **defect), None)]
    batch = [(record(number), None)]
    with lone_app.app_context():
        with pytest.raises((DBAPIError, AttributeError)), appending_connection() as connection:
            appending.append(connection, begun)
        with appending_connection() as connection:
            appending.append(connection, batch)
        assert db.session.scalar(select(func.count()).select_from(idempotency_keys)) == 0
    assert stored(lone_app) == [batch[0][0]]


def test_decisions_of_one_browser_in_one_batch_form_a_chain(app):
    number = make.tenant(app)
    browser = uuid4()
    entries = [Entry(record(number, consent_id=browser), None, follows=True) for _ in range(3)]
    first, second, third = in_one_batch(app, entries)
    assert [first.previous, second.previous, third.previous] == [None, first.id, second.id]


def test_the_same_key_twice_in_one_batch_stores_one_record(app):
    number, key = make.tenant(app), uuid4()
    first, again = in_one_batch(app, [Entry(record(number), key, follows=False) for _ in range(2)])
    assert first == again
    assert [one.id for one in stored(app)].count(first.id) == 1


def test_no_record_names_one_before_it_that_was_not_stored(app):
    number, key, browser = make.tenant(app), uuid4(), uuid4()
    keys = [key, key, None, key, None]
    entries = [Entry(record(number, consent_id=browser), one, follows=True) for one in keys]
    in_one_batch(app, entries)
    log = [one for one in stored(app) if one.consent_id == browser]
    assert len(log) == 3
    assert {one.previous for one in log} <= {None, *(one.id for one in log)}


def test_one_bad_row_does_not_spoil_the_others(app):
    number = make.tenant(app)
    records = [record(number, policy=999 if n == 2 else 1) for n in range(5)]
    answers = in_one_batch(app, [Entry(one, None, follows=False) for one in records])
    assert isinstance(answers.pop(2), LogUnavailable)
    kept = {one.id for one in stored(app)}
    assert {one.id for one in answers} == {one.id for one in records if one.policy == 1}
    assert kept.issuperset(one.id for one in answers)
    assert records[2].id not in kept


@pytest.mark.parametrize("way", ["decide", "submit"])
def test_without_its_table_nothing_is_decided(app, visitor, way):
    make.tenant(app)
    visitor.get()
    rename = "ALTER TABLE {} RENAME TO {}"
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text(rename.format("consent_records", "elsewhere")))
    assert_unavailable(getattr(visitor, way)())
    assert visitor.preferences is None
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text(rename.format("elsewhere", "consent_records")))
    assert stored(app) == []
    assert getattr(visitor, way)().status_code in (201, 303)
    assert len(stored(app)) == 1


def test_many_who_meet_a_broken_database_are_all_told(app):
    make.tenant(app)
    Visitor(app).get()
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text("ALTER TABLE idempotency_keys RENAME TO elsewhere"))
    for answer in together(lambda _: Visitor(app).decide(idempotency_key=str(uuid4()))):
        assert_unavailable(answer)
    assert stored(app) == []


def test_a_key_whose_decision_was_not_stored_is_free_again(app, visitor):
    make.tenant(app)
    visitor.get()
    key = str(uuid4())
    rename = "ALTER TABLE {} RENAME TO {}"
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text(rename.format("consent_records", "elsewhere")))
    assert_unavailable(visitor.decide(idempotency_key=key))
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text(rename.format("elsewhere", "consent_records")))
    assert visitor.decide("reject_all", idempotency_key=key).status_code == 201


def test_a_locked_sqlite_file_is_waited_for_and_then_given_up(lone_app, lone_visitor):
    with lone_app.app_context():
        hurry = "PRAGMA busy_timeout = 100"
        event.listen(db.engines[LOG], "connect", lambda connection, _: connection.execute(hurry))
        file = db.engine.url.database
    make.tenant(lone_app)
    lone_visitor.get()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert_unavailable(lone_visitor.decide())
    other.execute("ROLLBACK")
    other.close()
    assert stored(lone_app) == []
    assert lone_visitor.decide().status_code == 201


def test_a_data_folder_that_cannot_be_written_is_no_reason_to_break(lone_app, lone_visitor):
    make.tenant(lone_app)
    lone_visitor.get()
    with lone_app.app_context():
        turn = Path(f"{db.engine.url.database}-turn")
    turn.unlink()
    turn.mkdir()  # even root cannot write to this
    assert_unavailable(lone_visitor.decide())
    turn.rmdir()
    assert lone_visitor.decide().status_code == 201


def test_a_stopped_writer_is_not_waited_for_for_ever(lone_app, lone_visitor, monkeypatch):
    make.tenant(lone_app)
    lone_visitor.get()
    monkeypatch.setattr(sqlite, "TURN_TIMEOUT", 0.1)
    with busy_log(lone_app):
        assert_unavailable(lone_visitor.decide())
    assert lone_visitor.decide().status_code == 201


def test_a_sqlite_lock_that_is_soon_released_is_not_noticed(lone_app, lone_visitor):
    make.tenant(lone_app)
    with ThreadPoolExecutor(1) as pool:
        with busy_log(lone_app):
            answer = pool.submit(lone_visitor.decide)
            wait_until(lambda: lone_app.extensions["portal.recorder"]._busy)
            assert not answer.done()
        assert answer.result().status_code == 201


def test_decisions_go_on_after_postgresql_has_closed_its_connections(postgresql_app):
    make.tenant(postgresql_app)
    visitor = Visitor(postgresql_app)
    visitor.decide()
    close_connections(postgresql_app)
    answers = [visitor.decide() for _ in range(3)]
    for answer in answers:
        if answer.status_code != 201:
            assert_unavailable(answer)
    assert answers[-1].status_code == 201
    acknowledged = sum(one.status_code == 201 for one in answers)
    assert len(stored(postgresql_app)) == 1 + acknowledged


def close_connections(app: Flask) -> None:
    """What a restart of PostgreSQL does to an application."""
    with app.app_context():
        url = owner_engine().url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as own:
        own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
