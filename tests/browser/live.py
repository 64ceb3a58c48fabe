"""The product as an operator starts it: `portal serve --demo` on a port and a folder of its own."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask

from tests.client import CONSENTS
from tests.conftest import running
from tests.ports import free_port
from tests.waiting import wait_until

PORTAL = Path(sys.executable).with_name("portal")  # the console script beside the interpreter
PATIENCE = 30  # seconds
STARTING = 180  # seconds, on a machine that is busy with something else


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True)
class LiveServer:
    folder: Path
    port: int

    @contextmanager
    def editing(self) -> Iterator[Flask]:
        """Another process that works on the same database, such as the command line."""
        with contextmanager(running)({"PORTAL_DATA": str(self.folder)}) as app:
            yield app

    def records(self, consent_id: str = "") -> list[dict[str, Any]]:
        """The consent log of one browser, or of all of all tenants, oldest first."""
        with closing(sqlite3.connect(self.folder / "portal.sqlite3")) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute("SELECT * FROM consent_records ORDER BY id")
            wanted = consent_id.replace("-", "")
            return [dict(row) for row in rows if wanted in ("", row["consent_id"])]

    def ask(
        self, tenant: str, path: str = "/", body: bytes | None = None, **headers: str
    ) -> Answer:
        """An answer as it comes over the wire; to a POST if there is a body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=body,
            headers={"Host": f"{tenant}.localhost:{self.port}"} | named,
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def decision(self, tenant: str) -> str:
        """The value of cookies_preferences of somebody who has rejected everything."""
        body = json.dumps({"decision": "reject_all", "policy": self.version(tenant)}).encode()
        answer = self.ask(tenant, CONSENTS, body, Content_Type="application/json")
        return re.search("cookies_preferences=([^;]+)", answer.headers["Set-Cookie"])[1]

    def version(self, tenant: str) -> int:
        """The number of the version in force."""
        return int(re.search(rb'name="policy" value="(\d+)"', self.ask(tenant).body)[1])

    def wait_for(self, tenant: str, text: bytes, path: str = "/") -> None:
        """Until a page of a tenant holds a text: the server hears of changes on its own."""
        wait_until(lambda: text in self.ask(tenant, path).body)


DATABASES = ("DATABASE_URL", "PORTAL_OWNER_DATABASE_URL")


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[LiveServer]:
    server = LiveServer(folder, free_port())
    # one process: what it has once heard of, no other can be behind with
    own = {"PORTAL_DATA": str(folder), "PORT": str(server.port), "PORTAL_WORKERS": "1"} | settings
    others = {name: os.environ[name] for name in {*os.environ} - {*DATABASES}}
    command = [PORTAL, "serve", "--demo"]
    with subprocess.Popen(command, env=others | own, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: answers(process, server), STARTING)
            yield server
        finally:
            process.terminate()


def answers(process: subprocess.Popen[bytes], server: LiveServer) -> bool:
    """Raises RuntimeError if the server has ended."""
    try:
        server.ask("pivohub")
    except OSError:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with exit code {process.returncode}") from None
        return False
    return True
