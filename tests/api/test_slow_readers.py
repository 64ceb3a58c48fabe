"""A program that stops reading in the middle of an export keeps nothing of the server for long."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask

from portal.consent.log import CHUNK
from portal.database import db
from portal.settings import ROOT
from tests import make
from tests.api.program import API, Program, token
from tests.browser.live import free_port
from tests.conftest import running
from tests.consent.records import keep, record

THREADS = 2
RECORDS = 20_000  # some 8 MB, more than the system keeps for a connection
EXPORT = f"{API}/records/export.ndjson"
SERVER = """
import os
from portal import server
from portal.settings import Settings
server.PATIENCE = 1000
server.serve(Settings.read(os.environ))
"""


@dataclass
class Live:
    port: int
    secret: str

    def ask(self, path: str) -> bytes:
        headers = {"Host": "paris.example", "Authorization": f"Bearer {self.secret}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def begin(self) -> socket.socket:
        """An export of which the beginning is read, and no more."""
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(60)
        reader.connect(("127.0.0.1", self.port))
        lines = (
            f"GET {EXPORT} HTTP/1.1",
            "Host: paris.example",
            f"Authorization: Bearer {self.secret}",
        )
        reader.sendall("\r\n".join((*lines, "", "")).encode())
        assert reader.recv(100).startswith(b"HTTP/1.1 200")
        return reader


@contextmanager
def serving(environ: dict[str, str]) -> Iterator[Live]:
    with contextmanager(running)(environ) as app:
        make.tenant(app)
        secret = token(app)
        with app.app_context():
            tenant_id = make.find().id
            keep(*(record(tenant_id) for _ in range(RECORDS)))
    port = free_port()
    own = {"PORT": str(port), "PORTAL_WORKERS": "1", "PORTAL_THREADS": str(THREADS)}
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | environ | own) as process:
        try:
            wait_for(port)
            yield Live(port, secret)
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server does not listen")


@pytest.fixture
def live(environ) -> Iterator[Live]:
    with serving(environ) as started:
        yield started


def test_who_stops_reading_is_let_go_and_others_are_answered(live):
    assert live.ask(EXPORT).count(b"\n") == RECORDS
    for _ in range(3 * THREADS):
        live.begin().close()
    assert b"published_at" in live.ask(f"{API}/versions")
    with ExitStack() as readers:
        for _ in range(THREADS):
            readers.enter_context(live.begin())
        assert b"published_at" in live.ask(f"{API}/versions")


def connections_in_use(app: Flask) -> int:
    with app.app_context():
        return sum(one.pool.checkedout() for one in db.engines.values())


def test_an_export_holds_no_database_connection_between_two_chunks(app):
    make.tenant(app)
    with app.app_context():
        tenant_id = make.find().id
        keep(*(record(tenant_id) for _ in range(CHUNK + 1)))
    answer = Program(app, token(app)).get("/records/export.ndjson")
    lines = answer.iter_encoded()
    next(lines)
    assert connections_in_use(app) == 0
    assert sum(1 for _ in lines) == CHUNK
