"""The log only grows: both databases refuse anything else, whoever asks."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from portal.consent.models import ConsentRecord
from portal.consent.partitions import MONTHS_AHEAD, ensure_partitions, make_partitions
from portal.database import db, house, owner_engine
from tests import make
from tests.client import Visitor
from tests.consent.records import keep, record, stored

FAR_AHEAD = MONTHS_AHEAD + 6  # months
DEFAULT = "consent_records_default"


PARTITIONS = (
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'consent_records'::regclass"
)


@contextmanager
def connected(app: Flask) -> Iterator[Connection]:
    with app.app_context(), owner_engine().begin() as connection:
        yield connection


def assert_refused(app: Flask, statement: str) -> None:
    before = stored(app)
    with pytest.raises(DBAPIError, match="append-only"), connected(app) as connection:
        connection.execute(text(statement))
    assert stored(app) == before


def far_ahead(tenant_id: int) -> ConsentRecord:
    """A record of a month that no partition has been made for."""
    return record(tenant_id, datetime.now(UTC) + timedelta(days=31 * (MONTHS_AHEAD + 2)))


def where(app: Flask, one: ConsentRecord) -> str:
    """The partition that holds a record."""
    found = "SELECT tableoid::regclass::text FROM consent_records WHERE id = :id"
    with connected(app) as connection:
        return str(connection.scalar(text(found), {"id": one.id}))


def month_of(one: ConsentRecord) -> str:
    return f"consent_records_{one.given_at:%Y_%m}"


UPSERT = (
    "INSERT INTO consent_records SELECT * FROM consent_records WHERE true"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET gpc = true"
)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_records SET decision = 'reject_all'",
        "UPDATE consent_records SET id = id WHERE tenant_id = 1",
        "DELETE FROM consent_records",
        UPSERT,
    ],
)
def test_the_database_refuses_to_change_a_record(app, visitor, statement):
    make.tenant(app)
    visitor.decide()
    assert_refused(app, statement)


def test_sqlite_refuses_to_replace_a_record(lone_app, lone_visitor):
    make.tenant(lone_app)
    lone_visitor.decide()
    assert_refused(lone_app, "INSERT OR REPLACE INTO consent_records SELECT * FROM consent_records")
    assert_refused(lone_app, "UPDATE OR REPLACE consent_records SET policy = 2")


@pytest.mark.parametrize("table", ["consent_records", "policy_versions", "wordings"])
def test_sqlite_refuses_to_replace_a_row_for_whatever_client(lone_app, lone_visitor, table):
    make.tenant(lone_app)
    lone_visitor.decide()
    with lone_app.app_context():
        other = sqlite3.connect(db.engine.url.database)  # sets no pragma
    with pytest.raises(sqlite3.DatabaseError, match="append-only"):
        other.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    other.close()


def test_postgresql_refuses_to_truncate_the_log(postgresql_app):
    make.tenant(postgresql_app)
    Visitor(postgresql_app).decide()
    assert_refused(postgresql_app, "TRUNCATE consent_records")
    assert_refused(postgresql_app, "TRUNCATE tenants CASCADE")


@pytest.mark.parametrize("statement", ["UPDATE {} SET gpc = true", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_partition_refuses_changes_when_it_is_addressed_itself(postgresql_app, statement):
    make.tenant(postgresql_app)
    Visitor(postgresql_app).decide()
    [one] = stored(postgresql_app)
    assert_refused(postgresql_app, statement.format(where(postgresql_app, one)))


def test_a_decision_lands_in_the_partition_of_its_month(postgresql_app):
    make.tenant(postgresql_app)
    Visitor(postgresql_app).decide()
    [one] = stored(postgresql_app)
    assert where(postgresql_app, one) == month_of(one)


def test_a_month_begins_and_ends_at_midnight_utc(postgresql_app):
    number = make.tenant(postgresql_app)
    today = datetime.now(UTC)
    following = (today.replace(day=1) + timedelta(days=32)).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    last, first = record(number, following - timedelta(milliseconds=1)), record(number, following)
    with postgresql_app.app_context():
        keep(last, first)
    assert where(postgresql_app, last) == f"consent_records_{today:%Y_%m}"
    assert where(postgresql_app, first) == f"consent_records_{following:%Y_%m}"


def test_the_partitions_reach_a_year_ahead(postgresql_app):
    number = make.tenant(postgresql_app)
    late = record(number, datetime.now(UTC) + timedelta(days=360))
    with postgresql_app.app_context():
        keep(late)
    assert where(postgresql_app, late) == month_of(late)


def test_partitions_that_there_are_already_are_not_made_again(postgresql_app):
    with connected(postgresql_app) as connection:
        assert ensure_partitions(connection) == []
        assert len(make_partitions(connection, FAR_AHEAD)) == FAR_AHEAD - MONTHS_AHEAD
        assert make_partitions(connection, FAR_AHEAD) == []


def test_a_record_of_no_month_yet_is_kept_and_later_moved(postgresql_app):
    number = make.tenant(postgresql_app)
    early = far_ahead(number)
    with postgresql_app.app_context():
        keep(early)
    assert where(postgresql_app, early) == "consent_records_default"
    with connected(postgresql_app) as connection:
        make_partitions(connection, FAR_AHEAD)
    assert where(postgresql_app, early) == month_of(early)
    assert stored(postgresql_app) == [early]


def test_a_record_from_before_every_partition_stays_in_the_default_one(postgresql_app):
    number = make.tenant(postgresql_app)
    old = record(number, datetime.now(UTC) - timedelta(days=365))
    with postgresql_app.app_context():
        keep(old)
    with connected(postgresql_app) as connection:
        make_partitions(connection, FAR_AHEAD)
    assert where(postgresql_app, old) == "consent_records_default"


def test_no_partition_can_be_truncated(postgresql_app):
    with connected(postgresql_app) as connection:
        make_partitions(connection, FAR_AHEAD)
        names = connection.scalars(text(PARTITIONS)).all()
    assert len(names) == FAR_AHEAD + 2
    for name in names:
        with (
            pytest.raises(DBAPIError, match="append-only"),
            connected(postgresql_app) as connection,
        ):
            connection.execute(text(f"TRUNCATE {name}"))


def test_new_partitions_refuse_changes_too(postgresql_app):
    number = make.tenant(postgresql_app)
    early = far_ahead(number)
    with postgresql_app.app_context():
        keep(early)
    with connected(postgresql_app) as connection:
        make_partitions(connection, FAR_AHEAD)
    for statement in ("UPDATE {} SET gpc = true", "DELETE FROM {}", "TRUNCATE {}"):
        for table in ("consent_records", month_of(early)):
            assert_refused(postgresql_app, statement.format(table))


def test_the_default_partition_refuses_changes_also_after_it_was_made_anew(postgresql_app):
    number = make.tenant(postgresql_app)
    for _ in range(2):
        old = record(number, datetime.now(UTC) - timedelta(days=365))
        with postgresql_app.app_context():
            keep(old)
        for statement in ("UPDATE {} SET gpc = true", "DELETE FROM {}", "TRUNCATE {}"):
            assert_refused(postgresql_app, statement.format("consent_records_default"))
        with connected(postgresql_app) as connection:
            make_partitions(connection, FAR_AHEAD)


def test_new_partitions_take_no_record_of_a_version_that_never_was(postgresql_app):
    make.tenant(postgresql_app)
    with connected(postgresql_app) as connection:
        make_partitions(connection, FAR_AHEAD)
    with pytest.raises(DBAPIError, match="fk_consent_records"), postgresql_app.app_context():
        keep(record(1, datetime.now(UTC) + timedelta(days=31 * MONTHS_AHEAD), policy=999))


def test_servers_that_make_partitions_at_once_make_each_of_them_once(postgresql_app):
    with connected(postgresql_app) as connection:
        for name in connection.scalars(text(PARTITIONS)).all():
            connection.execute(text(f"DROP TABLE {name}" if name != DEFAULT else "SELECT 1"))
    together, made = Barrier(4), []

    def make_them() -> None:
        with postgresql_app.app_context(), house().begin() as connection:
            together.wait()
            made.extend(ensure_partitions(connection))

    threads = [Thread(target=make_them) for _ in range(4)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert len(made) == len({*made}) == MONTHS_AHEAD + 1


def test_partitions_wait_for_the_log_no_longer_than_decisions_can(postgresql_app):
    """While somebody reads it for long, such as a backup, they are made another time."""
    number = make.tenant(postgresql_app)
    with connected(postgresql_app) as connection:
        connection.execute(text("SELECT FROM consent_records"))
        with (
            pytest.raises(DBAPIError, match="lock timeout"),
            connected(postgresql_app) as other,
        ):
            make_partitions(other, FAR_AHEAD)
    with postgresql_app.app_context():
        keep(record(number))


def test_nothing_is_locked_where_every_partition_is_there(postgresql_app):
    make.tenant(postgresql_app)
    with connected(postgresql_app) as connection:
        assert ensure_partitions(connection) == []
        assert Visitor(postgresql_app).decide().status_code == 201
