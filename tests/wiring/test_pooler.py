"""Behind PgBouncer in transaction mode, where each transaction may get another session."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from portal.consent.figures.impressions import impressions
from portal.database import appending_connection, db, house
from portal.operations.upkeep import upkeep
from tests import make
from tests.backoffice.member import Member, add_member
from tests.cli.terminal import say
from tests.client import Visitor
from tests.conftest import running
from tests.consent.records import keep, record, stored
from tests.pooler import Pooler

ROLES = ("DATABASE_URL", "PORTAL_OWNER_DATABASE_URL")


@pytest.fixture
def pooled(postgresql_environ):
    """An application whose every connection leads through the pooler."""
    with (
        TemporaryDirectory() as folder,  # one that other users may look into
        closing(Pooler(Path(folder), postgresql_environ["DATABASE_URL"])) as pooler,
    ):
        environ = dict(postgresql_environ)
        environ |= {name: pooler.url(environ[name]) for name in ROLES}
        yield from running(environ)


def test_the_pooler_lends_sessions_for_a_transaction(pooled):
    """Else these tests would show nothing: what one transaction sets, others may meet."""
    with pooled.app_context():
        url = db.engine.url.set(drivername="postgresql").render_as_string()
    with psycopg.connect(url, autocommit=True) as one, psycopg.connect(url) as other:
        one.execute("SET portal.tenant = '7'")
        assert other.execute("SHOW portal.tenant").fetchone() == ("7",)


def test_pages_decisions_and_their_history_work(pooled):
    make.tenant(pooled)
    make.tenant(pooled, "oslo", "en", ("en",))
    for host in ("paris.example", "oslo.example"):
        visitor = Visitor(pooled, host)
        assert visitor.get("/").status_code == 200
        assert visitor.get("/terms/cookies-policy/").status_code == 200
        for decision in ("accept_all", "reject_all"):
            assert visitor.decide(decision).status_code == 201
        assert visitor.get("/terms/cookies-preferences/").status_code == 200
    first, second = stored(pooled)
    assert second.previous == first.id


def test_more_threads_than_sessions_decide_for_several_tenants(pooled):
    hosts = ("paris.example", "oslo.example")
    for host in hosts:
        make.tenant(pooled, host.removesuffix(".example"), "en", ("en",))
    answers = []

    def decide(host: str) -> None:
        visitor = Visitor(pooled, host)
        key = str(uuid4())
        for _ in range(6):  # more often than a statement is seen before it would be prepared
            answers.append(visitor.decide(idempotency_key=key).status_code)
            answers.append(visitor.decide("reject_all").status_code)

    threads = [Thread(target=decide, args=(host,)) for host in hosts * 4]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert set(answers) <= {200, 201}
    assert len(answers) == 8 * 12
    assert [len(stored(pooled, host.removesuffix(".example"))) for host in hosts] == [28, 28]


def test_the_back_office_writes(pooled):
    make.tenant(pooled)
    add_member(pooled, "owner@paris.example")
    member = Member(pooled, "owner@paris.example")
    for number in range(8):
        answer = member.post("/backoffice/settings/", {"name": f"Paris {number}"})
        assert answer.status_code < 500
    assert member.get("/backoffice/consents/").status_code == 200
    assert member.get("/backoffice/figures/").status_code == 200


def test_commands_work_and_a_purge_takes_what_is_overdue(pooled):
    number = make.tenant(pooled)
    with pooled.app_context():
        keep(*(record(number, datetime(2001, 1, 1, tzinfo=UTC)) for _ in range(3)), record(number))
    assert "3 records" in say(pooled, "consents", "purge")
    assert say(pooled, "db", "upgrade") == ""
    assert "paris" in say(pooled, "tenant", "list")
    assert len(stored(pooled)) == 1


def test_figures_are_added_up(pooled):
    make.tenant(pooled)
    assert Visitor(pooled).decide().status_code == 201
    with pooled.app_context():
        impressions().write()
        assert db.session.scalar(text("SELECT count(*) FROM uncounted")) == 0
        assert db.session.scalar(text("SELECT sum(count) FROM figures")) == 1


def test_the_server_is_ready_and_makes_its_partitions(pooled):
    make.tenant(pooled)
    assert upkeep(pooled).once()
    answer = Visitor(pooled).get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_no_statement_is_prepared(pooled):
    with pooled.app_context():
        with appending_connection() as connection:
            assert connection.prepare_threshold is None
        with house().connect() as connection:
            assert connection.connection.driver_connection.prepare_threshold is None


def test_without_a_pooler_statements_are_prepared(postgresql_app):
    with postgresql_app.app_context(), appending_connection() as connection:
        assert connection.prepare_threshold == 5
