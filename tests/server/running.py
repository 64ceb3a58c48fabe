"""The server itself on a port of its own, with an application that does little."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

from tests.ports import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds
TARGET = "tests.server.application:app"
PROGRAM = """import os, sys
from portal import server
from portal.settings import Settings
settings = Settings.read(os.environ)
sys.exit(server.serve(settings, server.reserved(settings.address, settings.port), sys.argv[1]))
"""


class Server:
    def __init__(
        self,
        folder: Path,
        target: str,
        limits: str,
        log: IO[str] | None = None,
        **settings: str,
    ) -> None:
        self.port = free_port()
        own = {"PORTAL_DATA": str(folder), "PORT": str(self.port), "PYTHONPATH": python_path()}
        self.process = subprocess.Popen(
            [sys.executable, "-c", limits + PROGRAM, target],
            cwd=ROOT,
            env=os.environ | {"PORTAL_WORKERS": "2", "PORTAL_THREADS": "1"} | own | settings,
            start_new_session=True,
            stderr=log,
        )

    def connect(self, taken: int = 0) -> socket.socket:
        """`taken` is how many bytes the kernel takes for a client that does not read."""
        client = socket.socket()
        client.settimeout(PATIENCE)
        if taken:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, taken)
        try:
            client.connect(("127.0.0.1", self.port))
        except OSError:
            client.close()
            raise
        return client

    def ask(self, path: str = "/", body: bytes | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with closing(connection):
            connection.request("POST" if body is not None else "GET", path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def raw(self, request: bytes) -> bytes:
        """All that comes back until the server closes."""
        with self.connect() as client:
            client.sendall(request)
            return b"".join(iter(lambda: client.recv(65536), b""))

    def answers(self) -> bool:
        """Raises RuntimeError if the server has ended."""
        try:
            return self.ask("/healthz")[0] == 200
        except (OSError, http.client.HTTPException):
            if self.process.poll() is not None:
                raise RuntimeError(f"ended with exit code {self.process.returncode}") from None
            return False

    def workers(self) -> list[int]:
        """The ids of its processes."""
        return children_of(self.process.pid)

    def code(self) -> int:
        """The exit code, once it has ended."""
        return self.process.wait(PATIENCE)

    def is_gone(self) -> bool:
        """Whether nobody listens on its port."""
        try:
            self.connect().close()
        except ConnectionError:
            return True
        return False

    def kill(self) -> None:
        for one in [self.process.pid, *self.workers()]:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self.process.wait(PATIENCE)


def python_path() -> str:
    """Where this interpreter finds the portal, also from another folder."""
    return os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])


def children_of(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


@contextmanager
def serving(
    folder: Path,
    target: str = TARGET,
    limits: str = "",
    log: IO[str] | None = None,
    **settings: str,
) -> Iterator[Server]:
    """`limits` is a program that runs first, such as one that sets the limits of the process."""
    server = Server(folder, target, limits, log, **settings)
    try:
        wait_until(server.answers)
        yield server
    finally:
        server.kill()
