"""`/healthz` and `/readyz`: whether a load balancer may send visitors here."""

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from portal.consent import partitions
from portal.database import db, owner_engine
from portal.headers import ALWAYS
from portal.migrations import newest_revisions
from portal.operations import readiness
from portal.operations.upkeep import upkeep
from portal.postgresql import PatientConnection
from tests import make
from tests.client import Visitor
from tests.conftest import make_anew, running
from tests.databases import SERVING
from tests.operations.scraping import read
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
    make_anew(app)
    assert ask(app).status_code == 200


def test_an_empty_database_is_not_ready(app):
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert_not_ready(app, "migrations", "at nothing")


def warned(app: Flask, what: str) -> str:
    """What a server that is ready says is wrong all the same; the number of its metric agrees."""
    answer = ask(app)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    [warning] = answer.json["warnings"]
    assert warning["pointer"] == f"/{what}"
    assert read(app)[f"portal_database_warnings {what}"] == 1
    return warning["detail"]


def test_a_newer_database_is_a_warning(app):
    """So it is while an upgrade goes on, and no server may leave its place for that."""
    make.tenant(app)
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "at 9999" in warned(app, "migrations")
    assert Visitor(app).decide().status_code == 201


def drop_this_month(app: Flask) -> str:
    name = partitions._name(partitions._today())
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text(f"DROP TABLE {name}"))
    return name


def test_a_month_without_its_partition_is_a_warning(postgresql_app):
    make.tenant(postgresql_app)
    drop_this_month(postgresql_app)
    assert "portal db partitions" in warned(postgresql_app, "log")
    assert Visitor(postgresql_app).decide().status_code == 201


def test_a_server_makes_the_partitions_that_are_missing(postgresql_app):
    name = drop_this_month(postgresql_app)
    assert upkeep(postgresql_app).once()
    assert ask(postgresql_app).text == "ok\n"
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        assert connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None


def test_a_server_that_cannot_make_partitions_says_so_once_and_tries_again(postgresql_app, caplog):
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        connection.execute(text("DROP FUNCTION make_coming_partitions()"))
    assert not upkeep(postgresql_app).once()
    [line] = [one for one in caplog.records if one.name == "portal.operations.upkeep"]
    assert "cannot make the partitions" in line.getMessage()


def as_role(environ: dict[str, str], url: str) -> dict[str, str]:
    return {"PORTAL_DATA": environ["PORTAL_DATA"], "DATABASE_URL": url}


def test_a_server_that_runs_as_the_owner_is_warned_of_it(postgresql_environ, caplog):
    owner = postgresql_environ["PORTAL_OWNER_DATABASE_URL"]
    for app in running(as_role(postgresql_environ, owner)):
        make.tenant(app)
        detail = warned(app, "role")
        assert "owns the tables" in detail
        assert "may rewrite the log" in detail
        assert Visitor(app).decide().status_code == 201
        assert upkeep(app).once()
    assert detail in caplog.text


def test_a_server_that_runs_as_a_superuser_is_warned_of_it(cluster, postgresql_environ):
    name = postgresql_environ["DATABASE_URL"].partition("@/")[2].partition("?")[0]
    superuser = cluster.url(name, "postgres")
    for app in running(as_role(postgresql_environ, superuser)):
        assert "is a superuser" in warned(app, "role")


def test_a_server_whose_role_may_change_the_log_is_warned_of_it(postgresql_app):
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        connection.execute(text(f"GRANT UPDATE ON audit_entries TO {SERVING}"))
    assert "may rewrite the log" in warned(postgresql_app, "role")


def test_a_server_that_is_shown_no_tenant_is_not_ready(postgresql_app):
    """Such as behind a pooler that forgets what a connection was told: every page is a 404."""
    assert ask(postgresql_app).status_code == 200
    make.tenant(postgresql_app)
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        connection.execute(text("DROP POLICY public ON hostnames"))
    assert_not_ready(postgresql_app, "tenants", "shows this server none")


def statements() -> list[str]:
    """What the database is asked from now on about its migrations."""
    found: list[str] = []

    def note(_connection, _cursor, statement: str, *_) -> None:
        found.extend([statement] if "FROM alembic_version" in statement else [])

    for engine in db.engines.values():
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
