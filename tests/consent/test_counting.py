"""Whatever happens to the log, and in whatever order: the figures are a plain count of its rows."""

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.consent import log
from portal.consent.appending import append
from portal.consent.erasing import erase
from portal.consent.figures.counting import add_up
from portal.consent.figures.reading import read_figures
from portal.consent.models import ConsentRecord
from portal.consent.partitions import make_partitions
from portal.database import (
    appending_connection,
    owner_engine,
    owner_transaction,
    turn_to_write,
    writing,
)
from tests import make, standing
from tests.conftest import TEMPLATE, running
from tests.consent.records import keep, purged, record

NOON = (datetime.now(UTC) - timedelta(days=1)).replace(hour=12)  # erased is only what has been
KEPT = 100  # days
EARLIEST = NOON - timedelta(days=500)
ANSWERS = {
    "accept_all": (["necessary", "statistics"], []),
    "reject_all": (["necessary"], ["statistics"]),
    "withdraw": (["necessary"], ["statistics"]),
    "save": (["necessary", "statistics"], []),
}

moments = st.integers(0, 500 * 24 * 3600).map(lambda seconds: NOON - timedelta(seconds=seconds))
decisions = st.tuples(moments, st.sampled_from(sorted(ANSWERS)), st.sampled_from(["fr", "ar"]))
batches = st.lists(decisions, min_size=1, max_size=4)
deeds = st.one_of(
    st.tuples(st.sampled_from(["insert", "append"]), batches),
    st.tuples(st.sampled_from(["add up", "purge", "erase", "make partitions"])),
)


class Past:
    """A portal and all that was ever decided on it."""

    def __init__(self, app: Flask) -> None:
        self.app, self.ever = app, list[ConsentRecord]()
        self.tenant_id = make.find().id

    def do(self, deed: str, decided: list[tuple[datetime, str, str]] = ()) -> None:
        records = [self._record(*one) for one in decided]
        self.ever += records
        match deed:
            case "insert":
                keep(*records)
            case "append":
                with turn_to_write(), appending_connection() as connection:
                    append(connection, [(one, None) for one in records])
            case "add up":
                with owner_transaction() as connection:
                    add_up(connection)
            case "purge":
                purged(self.app, NOON)
            case "erase" if self.ever:
                with writing():
                    erase(self.tenant_id, self.ever[-1].consent_id, "test", "asked by letter")
            case "make partitions":
                with owner_engine().begin() as connection:
                    make_partitions(connection, 20, EARLIEST.date())

    def _record(self, moment: datetime, decision: str, language: str) -> ConsentRecord:
        accepted, rejected = ANSWERS[decision]
        answer = {"decision": decision, "accepted": accepted, "rejected": rejected}
        return record(self.tenant_id, moment, language=language, **answer)

    def figures(self) -> dict[tuple[object, ...], int]:
        with self.app.app_context():
            found = read_figures(self.tenant_id, EARLIEST.date(), NOON.date())
        return {astuple(one)[:-1]: one.count for one in found.counts}

    def rows(self) -> list[ConsentRecord]:
        with self.app.app_context():
            return list(log.read(self.tenant_id))


def count(records: list[ConsentRecord]) -> Counter[tuple[object, ...]]:
    return Counter(
        (one.given_at.date(), one.policy, one.language, one.decision, " ".join(one.accepted))
        for one in records
    )


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template, tmp_path_factory) -> Iterator[Flask]:
    yield from standing.paris(sqlite_template, tmp_path_factory.mktemp("counting"))


@pytest.fixture(scope="module")
def on_postgresql(cluster, tmp_path_factory) -> Iterator[Flask]:
    name = f"t{uuid.uuid4().hex}"
    cluster.create(name, TEMPLATE)
    environ = {"PORTAL_DATA": str(tmp_path_factory.mktemp("counting")), **cluster.environ(name)}
    with contextmanager(running)(environ) as app:
        make.tenant(app)
        yield app
    cluster.drop(name)


@pytest.fixture(scope="module", params=["on_sqlite", "on_postgresql"])
def past(request) -> Past:
    app = request.getfixturevalue(request.param)
    make.change(app, "paris", retention_days=KEPT)
    with app.app_context():
        return Past(app)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(deeds, max_size=8))
def test_figures_are_a_plain_count_of_all_rows_that_ever_were(past, drawn):
    for deed in drawn:
        with past.app.app_context():
            past.do(*deed)
    assert past.figures() == count(past.ever)
    assert count(past.rows()) <= count(past.ever)


def test_until_rows_go_figures_are_a_plain_count_of_the_log(past):
    with past.app.app_context():
        ages = [KEPT + 50, KEPT - 1, 0, KEPT + 50]  # the last comes late
        days = [NOON - timedelta(days=days) for days in ages]
        past.do("insert", [(day, "save", "fr") for day in days[:3]])
        past.do("add up")
        past.do("append", [(days[3], "accept_all", "ar")])
        before = len(past.rows())
        past.do("purge")
        past.do("insert", [(NOON - timedelta(days=1), "withdraw", "ar")])
    assert len(past.rows()) < before
    assert past.figures() == count(past.ever)
