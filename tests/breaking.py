"""Ways in which a database goes away, each of them real, and comes back."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from portal.database import db
from tests.databases import Cluster

Breaking = Callable[[], object]  # a context in which the database is away


@contextmanager
def refusing(app: Flask, cluster: Cluster) -> Iterator[None]:
    """It closes the connections that there are, in the middle of what they do, and lets none in."""
    with app.app_context():
        name = db.engine.url.database
    with closing(psycopg.connect(cluster.superuser, autocommit=True)) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@contextmanager
def hanging(cluster: Cluster) -> Iterator[None]:
    """All of its processes are stopped; the system still takes what is sent to them."""
    processes = [cluster.process, *_children(cluster.process)]
    for one in processes:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in processes:
            os.kill(one, signal.SIGCONT)


def _children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(one) for one in found.split()]


@contextmanager
def gone(app: Flask) -> Iterator[None]:
    """SQLite's file is not where it was, and nothing can be made there."""
    file, aside = _file(app), _file(app).with_suffix(".aside")
    file.rename(aside)
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        aside.rename(file)


def _file(app: Flask) -> Path:
    with app.app_context():
        for one in db.engines.values():
            one.dispose()
        return Path(str(db.engine.url.database))


def make_hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less, so that the tests are done sooner."""
    monkeypatch.setattr("portal.postgresql.PATIENCE", 0.3)
    monkeypatch.setattr("portal.postgresql.CANCELLING", 0.1)
    monkeypatch.setattr("portal.sqlite.TURN_TIMEOUT", 0.1)
