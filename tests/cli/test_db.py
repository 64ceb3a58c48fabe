"""`portal db …`: from nothing, or an older release, to what this release needs."""

from contextlib import contextmanager

import pytest
from sqlalchemy import inspect, text

from portal import create_app
from portal.database import owner_engine
from tests import make
from tests.cli.terminal import run, say
from tests.client import Visitor
from tests.conftest import make_anew, running
from tests.consent.records import stored

FINE = "the database is as this release expects"


def tables(app) -> set[str]:
    with app.app_context():
        return set(inspect(owner_engine()).get_table_names())


def refusal(app, *words: str) -> str:
    """What a command that cannot work with the database says."""
    result = run(app, *words)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    assert result.stdout == ""
    return str(result.stderr)


def test_upgrade_makes_everything_from_nothing(app):
    say(app, "db", "downgrade", "base", "--yes")
    assert tables(app) <= {"alembic_version"}
    say(app, "db", "upgrade")
    make_anew(app)  # for the role that serves too, whose rights went with the tables
    make.tenant(app)
    assert Visitor(app).decide().status_code == 201


def test_upgrade_of_what_is_up_to_date_changes_nothing(app):
    make.tenant(app)
    Visitor(app).decide()
    before = stored(app)
    assert say(app, "db", "upgrade") == ""
    assert stored(app) == before


def test_upgrade_may_stop_at_a_revision(app):
    say(app, "db", "downgrade", "base", "--yes")
    say(app, "db", "upgrade", "0001")
    assert "tenants" in tables(app)
    assert "cookies" not in tables(app)


def test_downgrade_undoes_as_far_as_it_is_told(app):
    say(app, "db", "downgrade", "0003", "--yes")
    assert "policy_versions" in tables(app)
    assert "consent_records" not in tables(app)


def test_check_says_that_all_is_well(app):
    assert FINE in say(app, "db", "check")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE tenants ADD COLUMN extra INTEGER",
        "ALTER TABLE tenants RENAME COLUMN email TO mail",
        "CREATE TABLE extra (id INTEGER)",
        "DROP INDEX ix_tenants_changed",
    ],
)
def test_check_fails_where_the_tables_differ(app, change):
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text(change))
    assert "portal db upgrade" in refusal(app, "db", "check")


def test_check_fails_where_a_migration_is_missing(app):
    say(app, "db", "downgrade", "0003", "--yes")
    assert "portal db upgrade" in refusal(app, "db", "check")


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_an_unknown_revision_is_said_in_plain_words(app, command):
    assert "9999" in refusal(app, "db", command, "9999")


@pytest.mark.parametrize(
    "words",
    [("tenant", "list"), ("tenant", "suspend", "paris"), ("consents", "list", "--tenant", "paris")],
)
def test_without_tables_every_command_says_to_upgrade(app, words):
    say(app, "db", "downgrade", "base", "--yes")
    assert "run `portal db upgrade`" in refusal(app, *words)


def test_a_database_that_cannot_be_reached_is_said_in_plain_words(tmp_path):
    nobody = "postgresql://nobody@127.0.0.1:1/nothing"
    app = create_app({"PORTAL_DATA": str(tmp_path), "DATABASE_URL": nobody})
    assert "check DATABASE_URL" in refusal(app, "tenant", "list")


def test_partitions_are_made_once(app):
    assert say(app, "db", "partitions") == ""


def test_missing_partitions_are_made_and_named(postgresql_environ):
    with contextmanager(running)(postgresql_environ) as app:
        with app.app_context(), owner_engine().begin() as connection:
            names = inspect(connection).get_table_names()
            last = max(one for one in names if one.startswith("consent_records_2"))
            connection.execute(text(f"DROP TABLE {last}"))
        assert say(app, "db", "partitions") == f"partition {last} made\n"


def test_upgrade_makes_the_folder_for_the_data(tmp_path):
    folder = tmp_path / "new" / "data"
    with contextmanager(running)({"PORTAL_DATA": str(folder)}) as app:
        say(app, "db", "upgrade")
        make.tenant(app)
        assert (folder / "portal.sqlite3").exists()
