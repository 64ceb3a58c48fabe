"""`/healthz` and `/readyz`: whether a load balancer may send visitors here."""

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from portal.cli.db import bring_up_to_date
from portal.consent import partitions
from portal.database import db, owner_engine
from portal.headers import ALWAYS
from portal.migrations import newest_revisions
from portal.operations import readiness
from portal.postgresql import PatientConnection
from tests import make
from tests.conftest import running
from tests.waiting import wait_until
from tests.wiring.test_migrations import migrate

UNREACHABLE = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}


@pytest.fixture(autouse=True)
def _looks_every_time(monkeypatch):
    monkeypatch.setattr(readiness, "KEPT", 0.0)


def ask(app: Flask, path: str = "/readyz", host: str = "nowhere.example") -> TestResponse:
    return app.test_client().get(path, base_url="http://x", headers={"Host": host})


def assert_not_ready(app: Flask, what: str, word: str) -> None:
    answer = ask(app)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
    assert (answer.json["status"], answer.json["code"]) == (503, "not_ready")
    [error] = answer.json["errors"]
    assert error["pointer"] == f"/{what}"
    assert word in error["detail"]


@pytest.mark.parametrize(
    "host", ["paris.example", "nowhere.example", "portal_web:8000", "[::1]:8000"]
)
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_portal_that_is_well_says_so_on_any_hostname(app, path, host):
    make.tenant(app)
    answer = ask(app, path, host)
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert answer.headers["Cache-Control"] == "no-store"
    assert dict(ALWAYS).items() <= dict(answer.headers).items()


def test_without_its_database_a_server_lives_but_is_not_ready(tmp_path, monkeypatch):
    asked: list[object] = []  # of the database, by connecting to it
    connect = PatientConnection.connect

    def note(*given, **options):
        asked.append(given)
        return connect(*given, **options)

    monkeypatch.setattr(PatientConnection, "connect", note)
    for app in running({"PORTAL_DATA": str(tmp_path)} | UNREACHABLE):
        assert ask(app, "/healthz", "paris.example").status_code == 200
        assert not asked
        assert_not_ready(app, "database", "does not answer")
        assert asked


def test_a_missing_migration_is_named_with_its_remedy(app):
    migrate(app, command.downgrade, "0003")
    assert_not_ready(app, "migrations", "at 0003")
    assert_not_ready(app, "migrations", f"needs {newest_revisions()[0]}")
    assert_not_ready(app, "migrations", "portal db upgrade")
    with app.app_context():
        bring_up_to_date()
    assert ask(app).status_code == 200


def test_an_empty_database_is_not_ready(app):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert_not_ready(app, "migrations", "at nothing")


def test_a_month_without_its_partition_is_not_ready(postgresql_app):
    [now] = partitions._month_starts(partitions._today(), 1)
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        connection.execute(text(f"DROP TABLE {partitions._name(now)}"))
    assert_not_ready(postgresql_app, "log", "portal db partitions")


def statements() -> list[str]:
    """What the database is asked from now on about its migrations."""
    found: list[str] = []

    def note(_connection, _cursor, statement: str, *_) -> None:
        found.extend([statement] if "FROM alembic_version" in statement else [])

    for engine in {*db.engines.values(), owner_engine()}:
        event.listen(engine, "before_cursor_execute", note)
    return found


def test_a_database_that_hangs_is_waited_for_once_and_not_for_long(postgresql_app, monkeypatch):
    assert ask(postgresql_app).status_code == 200
    monkeypatch.setattr(readiness, "PATIENCE", 0.3)
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        connection.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        asked = statements()
        for _ in range(20):  # who waited for the database would wait for ever
            assert_not_ready(postgresql_app, "database", "does not answer")
        assert len(asked) == 1
    wait_until(lambda: ask(postgresql_app).status_code == 200)


def test_an_answer_is_kept_for_a_moment(lone_app, monkeypatch):
    monkeypatch.setattr(readiness, "KEPT", 60.0)
    assert ask(lone_app).status_code == 200
    migrate(lone_app, command.downgrade, "0003")
    assert ask(lone_app).status_code == 200
