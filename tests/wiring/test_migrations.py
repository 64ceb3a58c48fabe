"""Models and migrations agree on both databases, and migrations can be undone."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import CheckConstraint, Connection, Table, inspect, text
from sqlalchemy.exc import DBAPIError

from portal.cli.db import alembic_config, bring_up_to_date
from portal.database import db, owner_engine, writing
from portal.models import metadata
from portal.people.accounts import add_person, find_person
from portal.people.models import Membership
from portal.people.vouching import NOWHERE
from portal.settings import ROOT
from tests import make
from tests.client import Visitor
from tests.conftest import make_anew

SCRIPTS = ScriptDirectory.from_config(alembic_config())
REVISIONS = [one.revision for one in SCRIPTS.walk_revisions()][::-1]
PARTITION = re.compile(r"consent_records_(\d{4}_\d{2}|default)")


@contextmanager
def connected(app: Flask) -> Iterator[Connection]:
    with app.app_context(), owner_engine().connect() as connection:
        yield connection


def migrate(app: Flask, step, revision: str) -> None:
    with connected(app) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        step(config, revision)


def differences(connection: Connection) -> list:
    """What Alembic would change in the database to make it as the models are."""

    def is_ours(_thing, name, kind, *_rest) -> bool:
        return not (kind == "table" and PARTITION.fullmatch(name or ""))

    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_object": is_ours,
    }
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def everything(app: Flask) -> list[list[str]]:
    """All tables, columns, constraints, indexes, triggers and functions that there are."""
    with connected(app) as connection:
        asked = WHOLE_SCHEMA[connection.dialect.name]
        return [sorted(map(repr, connection.execute(text(one)))) for one in asked]


WHOLE_SCHEMA = {
    "sqlite": ["SELECT type, name, sql FROM sqlite_schema"],
    "postgresql": [
        """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,
        column_default FROM information_schema.columns WHERE table_schema = 'public'""",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    ],
}


def test_the_models_are_what_the_migrations_make(app):
    with connected(app) as connection:
        assert differences(connection) == []


def test_a_difference_would_be_seen(app):
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text("ALTER TABLE tenants ADD COLUMN extra INTEGER"))
    with connected(app) as connection:
        assert differences(connection)


def rules(table: Table) -> dict[str, str]:
    """The names of a model's CHECK constraints, and what they check."""
    found = [one for one in table.constraints if isinstance(one, CheckConstraint)]
    return {str(one.name): str(one.sqltext) for one in found}


RULES = {table.name: rules(table) for table in metadata.sorted_tables}


def rules_in(connection: Connection) -> dict[str, dict[str, str]]:
    inspector = inspect(connection)
    found = {name: inspector.get_check_constraints(name) for name in RULES}
    return {name: {one["name"]: one["sqltext"] for one in found[name]} for name in found}


def test_models_and_migrations_have_the_same_check_constraints(app):
    """Alembic does not see these."""
    with connected(app) as connection:
        found = rules_in(connection)
    assert {name: set(found[name]) for name in found} == {name: set(RULES[name]) for name in RULES}
    assert sum(map(len, RULES.values())) >= 7


def test_models_and_migrations_check_the_same(lone_app):
    with connected(lone_app) as connection:  # SQLite keeps a rule in the words it was written in
        assert rules_in(connection) == RULES


def test_models_and_migrations_name_keys_alike(app):
    with connected(app) as connection:
        inspector = inspect(connection)
        for table in metadata.sorted_tables:
            found = {inspector.get_pk_constraint(table.name)["name"]}
            found |= {one["name"] for one in inspector.get_foreign_keys(table.name)}
            named = {str(one.name) for one in table.constraints}
            assert found == {one for one in named if one.startswith(("pk_", "fk_"))}


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_of_a_tenant_leads_with_the_tenant(table):
    if "tenant_id" in table.columns:
        assert table.primary_key.columns[0].name == "tenant_id"
        for key in table.foreign_key_constraints:
            if key.referred_table.name == "people":
                continue  # belongs to no tenant; a sharded database keeps a copy on every machine
            assert key.column_keys[0] == "tenant_id"


def test_everything_can_be_undone(app):
    migrate(app, command.downgrade, "base")
    left = [thing for kind in everything(app) for thing in kind]
    assert [thing for thing in left if "alembic_version" not in thing] == []


def test_what_was_undone_can_be_done_again(app):
    before = everything(app)
    migrate(app, command.downgrade, "base")
    with app.app_context():
        bring_up_to_date()
    assert everything(app) == before


def test_each_migration_can_be_undone_and_done_again_by_itself(app):
    with app.app_context():
        for revision in REVISIONS[::-1]:
            migrate(app, command.downgrade, f"{revision}-1")
            migrate(app, command.upgrade, revision)
            migrate(app, command.downgrade, f"{revision}-1")
        migrate(app, command.upgrade, "head")
    with connected(app) as connection:
        assert differences(connection) == []


PEOPLE = {  # email: (password, operator, the tenants, who vouches after the migration)
    "one@paris.example": ("x", False, ("paris",), "paris"),
    "both@city.example": ("x", False, ("paris", "oslo"), None),
    "op@host.example": ("x", True, ("oslo",), None),
    "waits@city.example": (None, False, (), None),
    "left@oslo.example": ("x", False, (), NOWHERE),
}


def test_of_accounts_that_are_there_each_keeps_what_it_could_do_and_no_more(app):
    number = {"paris": make.tenant(app), "oslo": make.tenant(app, "oslo", "en", ("en",))}
    with app.app_context(), writing():
        for email, (password, operator, slugs, _) in PEOPLE.items():
            person = add_person(email, password=password, operator=operator)
            for slug in slugs:
                db.session.add(
                    Membership(tenant_id=number[slug], person_id=person.id, role="editor")
                )
    migrate(app, command.downgrade, "0015")
    migrate(app, command.upgrade, "0016")
    with app.app_context():
        for email, (*_, vouches) in PEOPLE.items():
            assert find_person(email).vouched_by == number.get(vouches, vouches), email


def test_the_log_is_append_only_also_after_it_was_made_anew(app):
    migrate(app, command.downgrade, "base")
    make_anew(app)
    make.tenant(app)
    assert Visitor(app).decide().status_code == 201
    with app.app_context(), pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text("DELETE FROM consent_records"))


def test_the_database_is_at_the_newest_revision(app):
    with connected(app) as connection:
        assert MigrationContext.configure(connection).get_current_heads() == (REVISIONS[-1],)


def test_revisions_are_numbered_in_one_line_of_succession():
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    for earlier, later in itertools.pairwise(REVISIONS):
        assert SCRIPTS.get_revision(later).down_revision == earlier
    assert SCRIPTS.get_heads() == [REVISIONS[-1]]


def test_every_file_is_named_by_number_and_deed():
    names = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    assert [name[:4] for name in names] == REVISIONS
    for name in names:
        assert re.fullmatch(r"\d{4}(_[a-z]+)+\.py", name)
