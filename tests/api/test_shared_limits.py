"""Attempts counted for all servers together, by a Redis as Debian has it."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from portal.limits import FAILED_TOKENS
from tests import make
from tests.api.program import Program, token
from tests.api.test_limits import assert_told_to_wait
from tests.conftest import running
from tests.ports import free_port

PATIENCE = 10  # seconds
server = contextmanager(running)


class Counter:
    """A Redis that keeps nothing on the disk."""

    def __init__(self, folder: str) -> None:
        self.port = free_port()
        listening = ["--bind", "127.0.0.1", "--port", str(self.port)]
        program = shutil.which("redis-server")
        assert program, "make counter installs it"
        self._process = subprocess.Popen(
            [program, *listening, "--save", "", "--appendonly", "no", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        self._wait()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/"

    def freeze(self) -> None:
        """Take connections, and answer nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise TimeoutError(self.url)


@pytest.fixture
def counter(tmp_path) -> Iterator[Counter]:
    started = Counter(str(tmp_path))
    yield started
    started.stop()


@pytest.fixture
def shared(sqlite_environ, counter):
    """What the servers of one installation are told."""
    few = {"PORTAL_TOKEN_LIMIT": "3"}
    return sqlite_environ | few | {"PORTAL_LIMITS_URL": counter.url}


def test_what_one_server_counted_another_knows(shared):
    with server(shared) as one, server(shared) as other:
        make.tenant(one)
        secret = token(one)
        for app in (one, other, one):
            assert Program(app, secret).get("/cookies").status_code == 200
        for app in (one, other):
            assert_told_to_wait(Program(app, secret).get("/cookies"))
        assert Program(other, token(one)).get("/cookies").status_code == 200


def test_tokens_tried_in_turns_at_all_servers_add_up(shared):
    with server(shared) as one, server(shared) as other:
        make.tenant(one)
        for number in range(FAILED_TOKENS):
            guesser = Program((one, other)[number % 2], f"guess-{number}")
            assert guesser.get("/cookies").status_code == 401
        for app in (one, other):
            assert_told_to_wait(Program(app, "guess").get("/cookies"))
        assert Program(other, token(one)).get("/cookies").status_code == 200


@pytest.mark.parametrize("end", [Counter.stop, Counter.freeze])
def test_a_counter_that_goes_away_refuses_nobody(shared, counter, end):
    with server(shared) as one:
        make.tenant(one)
        program = Program(one, token(one))
        for _ in range(3):
            assert program.get("/cookies").status_code == 200
        assert_told_to_wait(program.get("/cookies"))
        end(counter)
        assert program.get("/cookies").status_code == 200


def test_servers_that_count_for_themselves_do_not_know_of_each_other(sqlite_environ):
    alone = sqlite_environ | {"PORTAL_TOKEN_LIMIT": "1"}
    with server(alone) as one, server(alone) as other:
        make.tenant(one)
        secret = token(one)
        assert Program(one, secret).get("/cookies").status_code == 200
        assert Program(other, secret).get("/cookies").status_code == 200
        assert_told_to_wait(Program(one, secret).get("/cookies"))
