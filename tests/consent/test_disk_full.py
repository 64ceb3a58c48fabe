"""A full disk: decisions are refused honestly, nothing ends, and a load balancer is told."""

import errno
import os
from contextlib import closing

import pytest
from sqlalchemy import event

from portal.consent.recording import WAITING
from portal.database import LOG, db
from portal.operations import readiness
from tests import make
from tests.breaking import make_hasty
from tests.client import Visitor
from tests.operations.scraping import read


@pytest.fixture(autouse=True)
def _looks_every_time(monkeypatch):
    monkeypatch.setattr(readiness, "KEPT", 0.0)
    make_hasty(monkeypatch)


def fill(app) -> list[int]:
    """SQLite has no page left, as on a disk without room; making the list empty makes room."""
    limits = [1]

    def limit(connection, *_):
        pages = limits[0] if limits else 2**30
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with app.app_context():
        event.listen(db.engines[LOG], "checkout", limit)
        for one in db.engines.values():
            one.dispose()
    return limits


def ready(app) -> int:
    return app.test_client().get("/readyz").status_code


def test_without_room_decisions_are_refused_pages_go_on_and_readiness_tells(lone_app):
    make.tenant(lone_app)
    visitor = Visitor(lone_app)
    assert (visitor.get().status_code, ready(lone_app)) == (200, 200)
    limits = fill(lone_app)
    answers = [visitor.decide().status_code for _ in range(60)]
    assert (answers[-1], {*answers}) == (503, {201, 503})
    assert visitor.get().status_code == 200
    assert ready(lone_app) == 503
    limits.clear()
    assert visitor.decide().status_code == 201
    assert ready(lone_app) == 200


def test_a_fault_of_the_program_says_nothing_of_the_disk(lone_app, monkeypatch):
    make.tenant(lone_app)
    monkeypatch.setattr("portal.consent.recording.append", lambda *_: 1 / 0)
    visitor = Visitor(lone_app)
    visitor.decide()
    assert ready(lone_app) == 200


def test_counting_needs_no_room_on_the_disk(lone_app, monkeypatch):
    """A mapped file with holes would end the process (SIGBUS) as soon as one cannot be filled."""

    def no_room(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", no_room)
    lone_app.extensions["portal.counts"].hold(WAITING, 3)
    assert read(lone_app)["portal_decisions_waiting"] == 3


def test_a_file_of_counts_has_no_holes(lone_app, tmp_path):
    read(lone_app)
    [file] = (tmp_path / "counts").iterdir()
    with closing(file.open("rb")) as opened:
        size = file.stat().st_size
        assert os.lseek(opened.fileno(), 0, os.SEEK_HOLE) == size
