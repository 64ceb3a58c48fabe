"""What is erased on SQLite is in no file any more: neither in the database nor in its journal."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from portal import database
from portal.consent.erasing import erase
from portal.database import db, writing
from tests import make
from tests.cli.terminal import run, say
from tests.client import Visitor
from tests.consent.records import keep, record, stored

SECRET_PAGE = "/a-page-that-nobody-may-know"


def is_in_a_file(folder: Path, *texts: str) -> list[tuple[str, str]]:
    """Which of these texts are in which file of the database."""
    files = folder.glob("portal.sqlite3*")
    return [
        (one.name, text) for one in files for text in texts if text.encode() in one.read_bytes()
    ]


@contextmanager
def a_long_reader(folder: Path) -> Iterator[None]:
    """Somebody reads what was before, as an export does."""
    with closing(sqlite3.connect(folder / "portal.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM consent_records").fetchone()
        yield


def decided(app, *, count: int = 3) -> list[str]:
    """Some decisions on a page of their own; what no file may hold once they are erased."""
    make.tenant(app)
    consent_id = uuid4()
    with app.app_context():
        tenant_id = make.find().id
        some = [record(tenant_id, consent_id=consent_id, page=SECRET_PAGE) for _ in range(count)]
        keep(*some)
    return [SECRET_PAGE, *(one.id.hex for one in some)]


def subject(app) -> str:
    return str(stored(app)[0].consent_id)


def erase_all(app) -> None:
    consent_id = stored(app)[0].consent_id
    with app.app_context(), writing():
        assert erase(make.find().id, consent_id, "dpo@paris.example", "asked by letter")


def test_what_is_erased_is_in_no_file(lone_app, tmp_path):
    secrets = decided(lone_app)
    assert is_in_a_file(tmp_path, *secrets)
    erase_all(lone_app)
    assert is_in_a_file(tmp_path, *secrets) == []


def overdue(app) -> list[str]:
    """Many old decisions, whose pages were split while they came; what is to be in no file."""
    make.tenant(app)
    with app.app_context():
        tenant_id = make.find().id
        some = [
            record(tenant_id, datetime(2001, 2, 3, tzinfo=UTC), page=SECRET_PAGE)
            for _ in range(300)
        ]
        keep(*some)
    return [SECRET_PAGE, *(each for one in some for each in (one.id.hex, one.consent_id.hex))]


def test_what_is_purged_is_in_no_file_not_even_whose_it_was(lone_app, tmp_path):
    secrets = overdue(lone_app)
    assert is_in_a_file(tmp_path, *secrets)
    say(lone_app, "consents", "purge")
    assert is_in_a_file(tmp_path, *secrets) == []


def test_a_large_file_is_rewritten_when_the_operator_says_so(lone_app, tmp_path, monkeypatch):
    secrets = overdue(lone_app)
    monkeypatch.setattr("portal.cli.db.COMPACTED_AT_ONCE", 0)
    assert "portal db compact" in run(lone_app, "consents", "purge").stderr
    assert run(lone_app, "consents", "purge").stderr  # again, for as long as it is so
    say(lone_app, "db", "compact")
    assert is_in_a_file(tmp_path, *secrets) == []
    assert run(lone_app, "consents", "purge").stderr == ""


def test_while_somebody_reads_on_it_is_left_to_the_next_who_writes(lone_app, tmp_path):
    secrets = decided(lone_app)
    with a_long_reader(tmp_path):
        erase_all(lone_app)
        assert is_in_a_file(tmp_path, *secrets)
    assert Visitor(lone_app).decide().status_code == 201
    assert is_in_a_file(tmp_path, *secrets) == []


def test_another_process_empties_the_journal_of_one_that_died(lone_app, tmp_path, monkeypatch):
    secrets = decided(lone_app)
    with monkeypatch.context() as dying:
        dying.setattr("portal.sqlite.empty_journal", lambda _: None)
        erase_all(lone_app)
    assert is_in_a_file(tmp_path, *secrets)
    assert Visitor(lone_app).decide().status_code == 201
    assert is_in_a_file(tmp_path, *secrets) == []


def test_the_command_says_when_somebody_still_reads(lone_app, tmp_path, monkeypatch):
    decided(lone_app)
    words = ("consents", "erase", "--tenant", "paris", subject(lone_app), "--reason", "asked")
    monkeypatch.setattr(database, "sleep", lambda _: None)
    with a_long_reader(tmp_path):
        result = run(lone_app, *words)
    assert (result.exit_code, result.stdout) == (0, "3 records erased\n")
    assert "journal" in result.stderr


def test_the_command_waits_for_who_reads_for_a_moment(lone_app, tmp_path, monkeypatch):
    secrets = decided(lone_app)
    words = ("consents", "erase", "--tenant", "paris", subject(lone_app), "--reason", "asked")
    reader = a_long_reader(tmp_path)
    reader.__enter__()
    monkeypatch.setattr(database, "sleep", lambda _: reader.__exit__(None, None, None))
    assert say(lone_app, *words) == "3 records erased\n"
    assert is_in_a_file(tmp_path, *secrets) == []


@pytest.mark.parametrize("bind", [None, "log"])
def test_every_connection_overwrites_what_it_deletes(lone_app, bind):
    with lone_app.app_context(), closing(db.engines[bind].raw_connection()) as connection:
        cursor = connection.cursor()
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)
        cursor.close()
