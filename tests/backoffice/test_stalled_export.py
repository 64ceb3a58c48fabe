"""A real server, and a browser that stops reading in the middle of an export."""

import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from portal.cli.demo import OWNER_EMAIL
from tests import make
from tests.backoffice.member import Member
from tests.browser.live import LiveServer, serving
from tests.conftest import running
from tests.consent.records import keep, record
from tests.waiting import comes_true

RECORDS, PAGE = 10_000, "/" + 900 * "a"  # more than both kernels keep
TAKEN = 64 * 1024  # bytes that the kernel takes for the client
PATIENCE = 20  # seconds
PAUSE_EVERY = 1 << 21  # bytes
END = b"0\r\n\r\n"  # of what comes in chunks (RFC 9112)
BUSY = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'
"""


@pytest.fixture
def server(environ) -> Iterator[LiveServer]:
    """One process with one thread, which lets go a client that takes nothing for a second."""
    settings = {"PORTAL_THREADS": "1", "PORTAL_CLIENT_TIMEOUT": "1"}
    with serving(Path(environ["PORTAL_DATA"]), **settings, **environ) as started:
        yield started


@contextmanager
def stalled_export(server: LiveServer, environ: dict[str, str]) -> Iterator[socket.socket]:
    """A connection on which the first of an export has come, and nobody reads on."""
    with contextmanager(running)(environ) as app:
        with app.app_context():
            tenant_id = make.find("pivohub").id
            for _ in range(RECORDS // 1000):
                keep(*(record(tenant_id, language="en", page=PAGE) for _ in range(1000)))
        host = f"pivohub.localhost:{server.port}"
        session = Member(app, OWNER_EMAIL, host).client.get_cookie("sessionid", "pivohub.localhost")
    with socket.socket() as client:
        client.settimeout(PATIENCE)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TAKEN)
        client.connect(("127.0.0.1", server.port))
        client.sendall(
            f"GET /backoffice/consents/export.csv HTTP/1.1\r\nHost: {host}\r\n"
            f"Cookie: sessionid={session.value}\r\n\r\n".encode()
        )
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        yield client


def holds_nothing(environ: dict[str, str]) -> bool:
    """Whether nobody is in the middle of a transaction, neither reading nor writing."""
    if url := environ.get("DATABASE_URL"):
        with psycopg.connect(url) as connection:
            return connection.execute(BUSY).fetchone() == (1,)  # this one
    with closing(sqlite3.connect(f"{environ['PORTAL_DATA']}/portal.sqlite3")) as connection:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def test_a_client_that_stops_reading_an_export_holds_no_transaction_no_thread_and_is_let_go(
    server, environ
):
    with stalled_export(server, environ) as client:
        assert comes_true(lambda: holds_nothing(environ), PATIENCE)
        assert server.ask("pivohub", "/terms/cookies-preferences/").status == 200
        assert comes_true(lambda: has_let_go(server, client), PATIENCE)
        with pytest.raises(ConnectionResetError):
            read_to_the_end(client)


def read_to_the_end(client: socket.socket) -> None:
    while client.recv(TAKEN):
        pass


def has_let_go(server: LiveServer, client: socket.socket) -> bool:
    """Whether the server's end of the connection is gone; the client hears of it when it reads."""
    ends = f":{server.port:04X} 0100007F:{client.getsockname()[1]:04X} "
    return ends not in Path("/proc/net/tcp").read_text()


def test_a_client_that_pauses_between_readings_gets_all_of_an_export(server, environ):
    with stalled_export(server, environ) as client:
        length = 0
        while part := client.recv(1 << 20):
            length, before = length + len(part), length
            if length // PAUSE_EVERY > before // PAUSE_EVERY:
                time.sleep(0.4)
            if part.endswith(END):
                break
    assert length > RECORDS * len(PAGE)
