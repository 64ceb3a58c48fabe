"""`portal backup` and `portal restore`: everything, from either database into either."""

import json
import stat
import tracemalloc
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from zipfile import ZipFile

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from portal.backup import saving
from portal.backup.archives import Listed, Reader, reading_from, writing_to
from portal.backup.places import tables
from portal.backup.restoring import restore
from portal.consent.figures.models import figures, uncounted
from portal.consent.models import DECISIONS, consent_records
from portal.database import db, owner_engine, owner_transaction
from portal.models import metadata
from tests import make
from tests.backup.places import backed_up, contents, furnish, is_empty, new_place, place
from tests.cli.terminal import complaint, facts, run, say
from tests.client import Visitor
from tests.conftest import running
from tests.consent.records import keep, record


@pytest.fixture
def furnished(app) -> Flask:
    furnish(app)
    return app


@pytest.fixture
def lone_furnished(lone_app) -> Flask:
    furnish(lone_app)
    return lone_app


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path, cluster) -> Iterator[Flask]:
    """An empty place on either database, migrated by nobody yet."""
    environ = {"PORTAL_DATA": str(tmp_path / "elsewhere")}
    name = f"r{uuid.uuid4().hex}"
    if request.param == "postgresql":
        environ["DATABASE_URL"] = cluster.create(name)
    yield from running(environ)
    if request.param == "postgresql":
        cluster.drop(name)


def test_there_is_a_row_of_every_table_to_back_up(furnished):
    assert [name for name, rows in contents(furnished).items() if not rows] == []


def test_what_is_restored_is_all_that_there_was_and_nothing_else(furnished, empty, tmp_path):
    file = backed_up(furnished, tmp_path)
    say(empty, "restore", str(file))
    assert contents(empty) == contents(furnished)
    say(empty, "db", "check")


def test_a_restored_portal_works_on(furnished, empty, tmp_path):
    say(empty, "restore", str(backed_up(furnished, tmp_path)))
    visitor = Visitor(empty)
    assert "_new_one" in visitor.get().text
    assert visitor.decide(policy=2).status_code == 201
    make.tenant(empty, "bergen", "en", ("en",))  # its number is nobody else's
    with empty.app_context(), pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text("DELETE FROM consent_records"))


def test_a_restored_record_is_not_counted_again_and_a_new_one_is(furnished, empty, tmp_path):
    say(empty, "restore", str(backed_up(furnished, tmp_path)))
    before = counted(empty)
    assert before == counted(furnished)
    assert Visitor(empty).decide(policy=2).status_code == 201
    assert counted(empty) == before + 1


def counted(app: Flask) -> int:
    with app.app_context(), owner_engine().connect() as connection:
        return sum(
            connection.scalar(
                select(func.coalesce(func.sum(one.c.count), 0)).where(one.c.event.in_(DECISIONS))
            )
            for one in (figures, uncounted)
        )


def test_each_month_of_records_has_a_table_of_its_own(lone_app, empty, tmp_path):
    number = make.tenant(lone_app)
    with lone_app.app_context():
        keep(record(number, datetime(2025, 3, 4, tzinfo=UTC)), record(number))
    say(empty, "restore", str(backed_up(lone_app, tmp_path)))
    with empty.app_context(), owner_engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            in_month = "SELECT count(*) FROM consent_records_2025_03"
            assert connection.scalar(text(in_month)) == 1
            assert connection.scalar(text("SELECT count(*) FROM consent_records_default")) == 0
        assert connection.scalar(text("SELECT count(*) FROM consent_records")) == 2


# While decisions come in


def test_a_backup_is_one_moment_of_what_goes_on(app, empty, tmp_path):
    """All that was acknowledged before it began, no part of anything, and no gap."""
    number = make.tenant(app)
    with app.app_context():
        keep(*(record(number) for _ in range(3000)))
    acknowledged, stop = list[str](), Event()

    def decide() -> None:
        visitor = Visitor(app)
        while not stop.is_set():
            answer = visitor.decide()
            assert answer.status_code == 201, answer.text
            acknowledged.append(answer.json["id"].replace("-", ""))

    with ThreadPoolExecutor() as pool:
        writer = pool.submit(decide)
        while len(acknowledged) < 5:
            assert not writer.done(), writer.result()
        before = list(acknowledged)
        file = backed_up(app, tmp_path)
        stop.set()
        writer.result()
    say(empty, "restore", str(file))
    kept = {one.hex for one in records(empty)}
    assert set(before) <= kept
    in_order = [one in kept for one in acknowledged]
    assert in_order == sorted(in_order, reverse=True)
    assert counted(empty) == len(kept)  # a record and its count are one transaction


def records(app: Flask) -> list[uuid.UUID]:
    with app.app_context(), owner_engine().connect() as connection:
        return list(connection.scalars(select(consent_records.c.id)))


def test_what_is_committed_after_it_began_is_not_in_it(app, tmp_path, monkeypatch):
    """Also in a table that it reads last."""
    make.tenant(app)
    names = saving.newest_revisions

    def meanwhile() -> tuple[str, ...]:
        monkeypatch.undo()
        make.tenant(app, "oslo", "en", ("en",))
        return names()

    monkeypatch.setattr(saving, "newest_revisions", meanwhile)
    with app.app_context():
        manifest = saving.save(tmp_path / "file")
    rows = {one.name: one.rows for one in manifest.tables}
    assert (rows["tenants"], rows["hostnames"], rows["policy_versions"]) == (1, 1, 1)


def test_memory_does_not_grow_with_the_log(app, empty, tmp_path):
    number = make.tenant(app)

    def peak() -> int:
        file = tmp_path / uuid.uuid4().hex
        tracemalloc.reset_peak()
        with app.app_context():
            saving.save(file)
        with reading_from(file):
            return tracemalloc.get_traced_memory()[1]

    def add(count: int) -> None:
        with app.app_context():
            keep(*(record(number) for _ in range(count)))

    add(1000)
    tracemalloc.start()
    try:
        peak()  # what is made once
        few = peak()
        add(10_000)
        assert peak() < few + 2_000_000
    finally:
        tracemalloc.stop()


# The file


def test_only_its_owner_may_read_the_file_and_nothing_else_is_left(lone_furnished, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    file = backed_up(lone_furnished, folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [file]


def test_an_older_backup_is_not_written_over(lone_furnished, tmp_path):
    file = backed_up(lone_furnished, tmp_path)
    before = file.read_bytes()
    assert "is there already" in complaint(lone_furnished, "backup", str(file))
    assert file.read_bytes() == before


def test_where_it_cannot_be_written_it_says_so_and_leaves_nothing(lone_furnished, tmp_path):
    assert "cannot be written" in complaint(lone_furnished, "backup", str(tmp_path / "no" / "x"))
    assert "cannot be written" in complaint(lone_furnished, "backup", "/dev/full/x")


def test_a_backup_that_fails_half_way_leaves_no_file(lone_furnished, tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "_manifest", lambda *_: 1 / 0)
    folder = tmp_path / "backups"
    folder.mkdir()
    assert run(lone_furnished, "backup", str(folder / "x")).exit_code != 0
    assert list(folder.iterdir()) == []


def test_the_secret_is_not_in_it_which_is_said(lone_furnished, tmp_path):
    file = tmp_path / "x"
    assert "PORTAL_SECRET" in say(lone_furnished, "backup", str(file))
    secret = lone_furnished.secret_key.encode()
    with ZipFile(file) as archive:
        assert not any(secret in archive.read(name) for name in archive.namelist())


def test_whether_the_secret_is_the_same_is_told(lone_furnished, lone_app, empty, tmp_path):
    file = backed_up(lone_furnished, tmp_path)
    assert facts(empty, "restore", str(file))["same_secret"] is False
    environ = {"PORTAL_DATA": str(tmp_path / "third"), "PORTAL_SECRET": lone_app.secret_key}
    with place(environ) as third:
        assert facts(third, "restore", str(file))["same_secret"] is True


def test_a_program_is_told_what_is_in_it(lone_furnished, tmp_path):
    told = facts(lone_furnished, "backup", str(tmp_path / "x"))
    assert told["rows"]["tenants"] == 2
    looked = facts(lone_furnished, "restore", str(tmp_path / "x"), "--verify")
    assert looked["rows"] == told["rows"]
    assert "whole" not in json.dumps(told)


def test_verifying_changes_nothing(lone_furnished, tmp_path):
    file, before = backed_up(lone_furnished, tmp_path), contents(lone_furnished)
    say(lone_furnished, "restore", str(file), "--verify")
    assert contents(lone_furnished) == before


# Where it is restored


def test_it_is_restored_into_a_migrated_place_too(lone_furnished, tmp_path, environ):
    file = backed_up(lone_furnished, tmp_path)
    for other in running(environ | {"PORTAL_DATA": str(tmp_path / "own")}):
        say(other, "db", "upgrade")
        say(other, "restore", str(file))
        assert contents(other) == contents(lone_furnished)


def test_where_there_are_rows_nothing_is_restored(furnished, tmp_path):
    file, before = backed_up(furnished, tmp_path), contents(furnished)
    assert "restore into an empty database" in complaint(furnished, "restore", str(file))
    assert contents(furnished) == before


@pytest.mark.parametrize("table", ["people", "known_providers", "wordings"])
def test_also_one_row_of_any_table_is_too_much(lone_furnished, tmp_path, empty, table):
    file = backed_up(lone_furnished, tmp_path)
    say(empty, "db", "upgrade")
    row = contents(lone_furnished)[table][0]
    names = [one.name for one in metadata.tables[table].columns]
    with empty.app_context(), owner_transaction() as connection:
        connection.execute(metadata.tables[table].insert(), [dict(zip(names, row, strict=True))])
    assert table in complaint(empty, "restore", str(file))


def test_a_restoration_that_fails_leaves_the_place_empty(
    lone_furnished, tmp_path, empty, monkeypatch
):
    file = backed_up(lone_furnished, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("portal.backup.restoring._compare", lambda *_: 1 / 0)
        with empty.app_context(), reading_from(file) as reader, pytest.raises(ZeroDivisionError):
            restore(reader)
    assert is_empty(empty)
    say(empty, "restore", str(file))
    assert contents(empty) == contents(lone_furnished)


def test_a_backup_of_what_is_not_migrated_is_refused(tmp_path):
    with new_place(tmp_path / "new") as app:
        assert "portal db upgrade" in complaint(app, "backup", str(tmp_path / "x"))


# Roles of PostgreSQL


def alone(environ: dict[str, str], url: str) -> dict[str, str]:
    """One role for everything."""
    return {"PORTAL_DATA": environ["PORTAL_DATA"], "DATABASE_URL": url}


def test_a_role_from_which_rows_are_hidden_makes_no_backup(postgresql_environ, tmp_path):
    """`pg_dump --enable-row-security` wrote a file without any tenant, and ended well."""
    for app in running(postgresql_environ):
        furnish(app)
    url = postgresql_environ["PORTAL_OWNER_DATABASE_URL"]
    with psycopg.connect(url.replace("portal:", "postgres:", 1), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS backup_reader")
        connection.execute("CREATE ROLE backup_reader LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO backup_reader")
    environ = alone(postgresql_environ, url.replace("portal:", "backup_reader:", 1))
    try:
        for app in running(environ):
            assert "needs the role that owns" in complaint(app, "backup", str(tmp_path / "x"))
            assert not (tmp_path / "x").exists()
    finally:
        with psycopg.connect(url.replace("portal:", "postgres:", 1), autocommit=True) as connection:
            connection.execute("DROP OWNED BY backup_reader; DROP ROLE backup_reader")


def test_a_superuser_may_make_one(postgresql_environ, tmp_path, empty):
    for app in running(postgresql_environ):
        furnish(app)
        before = contents(app)
    url = postgresql_environ["PORTAL_OWNER_DATABASE_URL"].replace("portal:", "postgres:", 1)
    for app in running(alone(postgresql_environ, url)):
        file = backed_up(app, tmp_path)
    say(empty, "restore", str(file))
    assert contents(empty) == before


# Releases


@pytest.mark.parametrize("revision", ["0009", "0014"])
def test_a_backup_of_an_older_release_is_brought_up_to_date(
    lone_furnished, empty, tmp_path, revision
):
    file, older = backed_up(lone_furnished, tmp_path), tmp_path / "older"
    with new_place(tmp_path / "then") as then:
        say(then, "db", "upgrade", revision)
        with then.app_context(), owner_engine().connect() as connection:
            there = {
                name: {one["name"] for one in inspect(connection).get_columns(name)}
                for name in tables(connection)
            }
    with reading_from(file) as reader, writing_to(older) as writer:
        for one in reader.manifest.tables:
            if one.name in there:
                writer.add(one.name, *without(reader, one, there[one.name]))
        writer.finish(reader.manifest.model_copy(update={"revision": revision}))
    say(empty, "restore", str(older))
    say(empty, "db", "check")
    before, after = contents(lone_furnished), contents(empty)
    for name in ("tenants", "consent_records", "policy_versions", "audit_entries", "figures"):
        assert after[name] == before[name]


def without(reader: Reader, listed: Listed, names: set[str]):
    """The columns of a table that there were, and its rows."""
    places = [place for place, (name, _) in enumerate(listed.columns) if name in names]
    columns = [listed.columns[place] for place in places]
    return columns, ([row[place] for place in places] for row in reader.rows(listed))
