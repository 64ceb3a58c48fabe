"""The role that serves on PostgreSQL, by SQL of its own: what it may do is what serving needs.

Every table is walked, so that one which comes later is looked at too.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege, RaiseException
from sqlalchemy import text

from portal.cli import main
from portal.cli.db import bring_up_to_date
from portal.database import owner_engine
from portal.identifiers import uuid7
from portal.privileges import too_much
from tests import make
from tests.backoffice.member import add_member
from tests.cli.terminal import complaint, run, say
from tests.cli.test_help import COMMANDS, examples
from tests.client import Visitor
from tests.conftest import running
from tests.consent.records import stored
from tests.databases import OWNER, SERVING

IS_PUBLIC = {"tenants", "hostnames", "embeddings"}  # what a hostname leads to
RELATIONS = """
SELECT relname, relispartition FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
"""
GUARDED = """
SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'refuse_change'::regproc
"""
OF_TENANTS = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
AND NOT relispartition ORDER BY relname
"""
FOR_THE_OWNER = (
    "ALTER TABLE {} ADD COLUMN more integer",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {} OWNER TO portal_serving",
    "CREATE POLICY more ON {} USING (true)",
    "CREATE TRIGGER more BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE INDEX more ON {} ((1))",
    "DROP TABLE {} CASCADE",
    "TRUNCATE {} CASCADE",
)
A_FUNCTION = "FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
FOR_NOBODY = (
    "SET ROLE portal",
    "SET SESSION AUTHORIZATION portal",
    "SET session_replication_role = 'replica'",
    "CREATE TABLE more (id integer)",
    "CREATE TEMPORARY TABLE erasures (id integer)",
    "CREATE SCHEMA more",
    "CREATE FUNCTION more() RETURNS integer LANGUAGE sql RETURN 1",
    f"CREATE OR REPLACE {A_FUNCTION}",
    "ALTER FUNCTION refuse_change() OWNER TO portal_serving",
    "DROP FUNCTION refuse_change() CASCADE",
    "DROP OWNED BY portal",
    "ALTER ROLE portal_serving SUPERUSER",
    "CREATE ROLE more",
    "SELECT make_partitions('2001-01-01', 1000)",
    "COPY consent_records TO PROGRAM 'cat'",
)


@pytest.fixture
def filled(postgresql_app, postgresql_environ):
    """Two tenants with something in most tables, and the address of the role that serves."""
    for slug in ("paris", "oslo"):
        make.tenant(postgresql_app, slug)
        add_member(postgresql_app, f"owner@{slug}.example", slug=slug)
        assert Visitor(postgresql_app, f"{slug}.example").decide().status_code == 201
    with postgresql_app.app_context():
        say(postgresql_app, "db", "roles", "--role", SERVING)  # what a copy of a database lacks
    return postgresql_environ["DATABASE_URL"]


@contextmanager
def serving(url: str, tenants: str = "") -> Iterator[psycopg.Connection]:
    """A transaction of the role, of which nothing stays."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('portal.tenant', %s, true)", (tenants,))
        yield connection
        connection.rollback()


def ask(url: str, query: str) -> list[tuple]:
    with serving(url) as connection:
        return connection.execute(query).fetchall()


def refused(url: str, statement: str, table: str = "", tenants: str = "") -> bool:
    """Whether the database says that the role has no right to do it."""
    named = sql.SQL(statement).format(sql.Identifier(table))
    with serving(url, tenants) as connection:
        try:
            connection.execute(named)
        except InsufficientPrivilege:
            return True
    return False


def test_no_table_is_changed_in_what_it_is(filled):
    relations = [name for name, _ in ask(filled, RELATIONS)]
    assert len(relations) > 30
    for table in relations:
        for statement in FOR_THE_OWNER:
            assert refused(filled, statement, table), (statement, table)


@pytest.mark.parametrize("statement", FOR_NOBODY)
def test_the_role_becomes_nobody_else_and_makes_nothing(filled, statement):
    assert refused(filled, statement.replace("{", "{{"))


def test_what_only_grows_is_not_rewritten(filled):
    guarded = [name for (name,) in ask(filled, GUARDED)]
    assert {"consent_records", "policy_versions", "audit_entries", "erasures"} < set(guarded)
    columns = dict(ask(filled, FIRST_COLUMNS))
    for table in guarded:
        change = f"UPDATE {{}} SET {columns[table]} = {columns[table]}"
        for tenants in ("", "*", "1,2"):
            assert refused(filled, change, table, tenants), table


FIRST_COLUMNS = """
SELECT attrelid::regclass::text, attname FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
WHERE attnum = 1 AND relnamespace = 'public'::regnamespace
"""


def test_what_only_grows_loses_nothing(filled):
    for (table,) in ask(filled, GUARDED):
        for tenants in ("*", "1,2"):
            if table != "consent_records":
                assert refused(filled, "DELETE FROM {}", table, tenants), table
    with serving(filled, "1,2") as connection, pytest.raises(RaiseException, match="append-only"):
        connection.execute("DELETE FROM consent_records")


def test_partitions_are_reached_through_their_table_alone(filled):
    partitions = [name for name, is_partition in ask(filled, RELATIONS) if is_partition]
    assert len(partitions) > 12
    for table in partitions:
        for statement in ("SELECT FROM {}", "DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES"):
            assert refused(filled, statement, table, "1,2"), (statement, table)


def seen(url: str, table: str, tenants: str) -> int:
    with serving(url, tenants) as connection:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        [(count,)] = connection.execute(query)
    return count


def test_who_names_every_tenant_sees_what_is_public_and_nothing_else(filled):
    tables = [name for (name,) in ask(filled, OF_TENANTS)]
    assert seen(filled, "tenants", "*") == 2
    for table in set(tables) - IS_PUBLIC:
        assert seen(filled, table, "*") == 0, table
    filled_ones = {one for one in tables if seen(filled, one, "1,2")}
    assert {"consent_records", "memberships", "cookies", "audit_entries"} < filled_ones


def test_who_names_no_tenant_sees_none(filled):
    for (table,) in ask(filled, OF_TENANTS):
        assert seen(filled, table, "") == 0, table


def test_several_tenants_are_seen_by_who_names_them(filled):
    counts = [seen(filled, "consent_records", one) for one in ("1", "2", "1,2", "3", "1,3")]
    assert counts == [1, 1, 2, 0, 1]


@pytest.mark.parametrize("table", sorted(IS_PUBLIC))
def test_what_is_public_is_not_changed_by_who_names_every_tenant(filled, table):
    column = "id" if table == "tenants" else "tenant_id"
    with serving(filled, "*") as connection:
        assert connection.execute(f"UPDATE {table} SET {column} = {column}").rowcount == 0
    assert refused(filled, "DELETE FROM {}", "tenants", "1,2")
    assert refused(filled, "INSERT INTO {} DEFAULT VALUES", "tenants", "*")


def erase(connection: psycopg.Connection, tenant: int, **what: UUID) -> None:
    [(column, value)] = what.items()
    connection.execute(
        f"INSERT INTO erasures (tenant_id, id, {column}, actor, reason)"
        " VALUES (%s, %s, %s, '', '')",
        (tenant, uuid7(), value),
    )


def test_an_erasure_of_one_browser_lets_its_records_go_and_no_others(filled, postgresql_app):
    assert Visitor(postgresql_app).decide().status_code == 201
    gone, kept = stored(postgresql_app)
    with serving(filled, str(gone.tenant_id)) as connection:
        erase(connection, gone.tenant_id, consent_id=gone.consent_id)
        delete = "DELETE FROM consent_records WHERE consent_id = %s"
        assert connection.execute(delete, (gone.consent_id,)).rowcount == 1
        with pytest.raises(RaiseException, match="append-only"):
            connection.execute(delete, (kept.consent_id,))


@pytest.mark.parametrize("tenants", ["1", "*"])
def test_an_erasure_of_all_before_a_time_is_the_owners(filled, tenants):
    with serving(filled, tenants) as connection, pytest.raises(InsufficientPrivilege):
        erase(connection, 1, before=uuid7())


def test_an_erasure_for_a_tenant_who_is_not_named_is_refused(filled):
    with serving(filled, "2") as connection, pytest.raises(InsufficientPrivilege):
        erase(connection, 1, consent_id=uuid4())


def test_a_table_for_the_moment_deceives_no_trigger(filled, cluster, postgresql_app):
    """Where some other program needs PUBLIC to make these."""
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"GRANT TEMPORARY ON DATABASE {name} TO PUBLIC"))
    with serving(filled, "1,2") as connection:
        connection.execute("CREATE TEMPORARY TABLE erasures AS SELECT * FROM erasures")
        connection.execute("CREATE TEMPORARY TABLE uncounted AS SELECT * FROM uncounted LIMIT 0")
        connection.execute(
            "INSERT INTO pg_temp.erasures (tenant_id, id, consent_id)"
            " SELECT tenant_id, 'ffffffff-ffff-7fff-bfff-ffffffffffff', consent_id"
            " FROM consent_records"
        )
        with pytest.raises(RaiseException, match="append-only"):
            connection.execute("DELETE FROM consent_records")


def test_functions_of_the_owner_look_nowhere_else_and_are_not_for_everybody(filled):
    everyone = """
    SELECT proname, coalesce(proconfig::text, ''), coalesce(proacl::text, '{=X/x}') FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND (prosecdef OR prorettype = 'trigger'::regtype)
    """
    found = ask(filled, everyone)
    assert len(found) >= 6
    for name, config, privileges in found:
        assert "search_path=public, pg_temp" in config, name
        assert "{=X" not in privileges, name
        assert ",=X" not in privileges, name


def test_functions_of_the_owner_leave_the_tenant_that_was_named(filled):
    for function in ("make_coming_partitions", "add_up_figures", "is_any_tenant_there"):
        with serving(filled, "2") as connection:
            connection.execute(f"SELECT {function}()")
            assert connection.execute("SHOW portal.tenant").fetchone() == ("2",), function


def test_each_table_of_tenants_shows_all_to_the_owner_who_says_so(filled, postgresql_environ):
    tables = [name for (name,) in ask(filled, OF_TENANTS)]
    for table in tables:
        named = seen(filled, table, "1,2")
        assert seen(postgresql_environ["PORTAL_OWNER_DATABASE_URL"], table, "*") == named, table


def test_a_table_that_comes_with_an_upgrade_is_served_too(filled, postgresql_app):
    with postgresql_app.app_context():
        with owner_engine().begin() as connection:
            connection.execute(text("CREATE TABLE later (id integer)"))
        assert refused(filled, "SELECT FROM {}", "later")
        bring_up_to_date()
    assert ask(filled, "SELECT FROM later") == []


def test_privileges_that_somebody_gave_besides_are_taken_away(filled, postgresql_app):
    change = "UPDATE {} SET gpc = true"
    with postgresql_app.app_context():
        with owner_engine().begin() as connection:
            connection.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC"))
        assert not refused(filled, change, "consent_records")
        say(postgresql_app, "db", "roles", "--role", SERVING)
    assert refused(filled, change, "consent_records")


def test_the_role_that_serves_has_nothing_too_much_and_the_owner_has(postgresql_app):
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        assert "owns the tables" in too_much(connection)
        assert "may rewrite the log" in too_much(connection, OWNER)


@pytest.fixture
def superuser(cluster, postgresql_app):
    """The same database, where the owner of all may make roles; those made go at the end."""
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
    with psycopg.connect(cluster.url(name, "postgres"), autocommit=True) as connection:
        connection.execute("ALTER ROLE portal CREATEROLE")
        yield connection
        connection.execute("ALTER ROLE portal NOCREATEROLE")
        connection.execute("DROP OWNED BY newcomer")
        connection.execute("DROP ROLE newcomer")


def test_a_role_is_made_once_and_its_password_shown_nowhere(superuser, postgresql_app):
    for made in (True, False):
        result = postgresql_app.test_cli_runner().invoke(
            main, ["db", "roles", "--role", "newcomer", "--password-stdin"], input="pass w'ord\n"
        )
        assert result.exit_code == 0, result.output
        assert ("role newcomer made" in result.stdout) == made
        assert "DATABASE_URL=postgresql://newcomer:***@" in result.stdout
        assert "pass w" not in result.output
    kept = "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'newcomer'"
    assert superuser.execute(kept).fetchone() == (True,)


@pytest.mark.parametrize("right", ["SUPERUSER", "BYPASSRLS", "CREATEROLE", "IN ROLE portal"])
def test_a_role_that_can_do_too_much_is_refused(superuser, postgresql_app, right):
    superuser.execute(f"CREATE ROLE newcomer LOGIN {right}")
    assert "choose another one" in complaint(postgresql_app, "db", "roles", "--role", "newcomer")


def test_an_owner_who_may_make_no_role_is_told_so(postgresql_app):
    result = run(postgresql_app, "db", "roles", "--role", "stranger")
    assert result.exit_code == 1
    assert "CREATE ROLE stranger LOGIN" in result.stderr


def test_no_command_answers_by_half_for_a_role_that_does_not_see_everything(
    filled, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with contextmanager(running)({"PORTAL_DATA": str(tmp_path), "DATABASE_URL": filled}) as app:
        for words in {*COMMANDS} - {("serve",)}:
            example, *_ = examples(say(app, *words, "--help"))
            copied = [*takewhile(lambda one: one not in ("<", ">"), shlex.split(example)[1:])]
            [Path(one).touch() for one in copied if one.endswith((".csv", ".json"))]
            assert "PORTAL_OWNER_DATABASE_URL" in complaint(app, *copied), words


def test_sqlite_has_no_roles(lone_app):
    assert "SQLite" in complaint(lone_app, "db", "roles")
