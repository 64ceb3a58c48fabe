"""What was acknowledged is in the log, whatever happens to the server."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from uuid import UUID

from portal.database import appending_connection
from portal.settings import ROOT
from tests import make
from tests.client import CONSENTS
from tests.conftest import running
from tests.consent.records import stored
from tests.ports import free_port
from tests.waiting import wait_until

HOST = {"Host": "paris.example"}
PORTAL = (sys.executable, "-c", "from portal.cli import main; main()")
VISITORS = 6
ENOUGH = 100  # decisions acknowledged before the server is killed


class Server:
    """`portal serve` with all its processes."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.port = free_port()
        own = {"PORT": str(self.port), "PORTAL_WORKERS": "2"}
        self._process = subprocess.Popen(
            [*PORTAL, "serve"], cwd=ROOT, env=os.environ | environ | own, start_new_session=True
        )

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/api/v1/policy")[0] == 200
        except OSError:
            assert self._process.poll() is None, "the server did not start"
            return False

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, body, HOST | {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()

    def decide(self) -> UUID:
        """Decide; the id of the record that was acknowledged."""
        body = json.dumps({"decision": "accept_all", "policy": 1})
        status, answer = self.ask("POST", CONSENTS, body)
        assert status == 201, answer
        return UUID(json.loads(answer)["id"])

    def kill(self) -> None:
        """Kill -9 of the server and every worker."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)


@contextmanager
def serving(environ: dict[str, str]) -> Iterator[Server]:
    server = Server(environ)
    try:
        wait_until(server.answers)
        yield server
    finally:
        server.kill()


def open_paris(environ: dict[str, str]) -> None:
    with contextmanager(running)(environ) as app:
        make.tenant(app)


def decide_until_it_dies(server: Server, acknowledged: list[UUID]) -> None:
    try:
        while True:
            acknowledged.append(server.decide())
    except (OSError, http.client.HTTPException):
        return


def test_every_acknowledged_decision_outlives_a_kill_of_the_server(environ):
    acknowledged: list[UUID] = []
    open_paris(environ)
    with ThreadPoolExecutor(VISITORS) as pool:
        with serving(environ) as server:
            stream = [
                pool.submit(decide_until_it_dies, server, acknowledged) for _ in range(VISITORS)
            ]
            wait_until(lambda: len(acknowledged) >= ENOUGH)
        for one in stream:
            one.result()
    with contextmanager(running)(environ) as app:
        log = {one.id for one in stored(app)}
    assert set(acknowledged) <= log
    assert len(log) <= len(acknowledged) + VISITORS  # at most those that were on their way


def test_after_a_kill_the_next_server_goes_on(sqlite_environ):
    open_paris(sqlite_environ)
    with serving(sqlite_environ) as first:
        before = first.decide()
    with serving(sqlite_environ) as second:
        after = second.decide()
        for one in (before, after):
            assert second.ask("GET", f"{CONSENTS}/{one}")[0] == 200


def test_sqlite_writes_to_the_disk_before_it_answers(lone_app):
    with lone_app.app_context(), appending_connection() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_postgresql_writes_to_the_disk_before_it_answers(postgresql_app):
    with postgresql_app.app_context(), appending_connection() as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.autocommit
