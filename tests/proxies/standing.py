"""The proxies of Debian, started with the very files of the documentation; only ports change."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from http.client import HTTPMessage
from pathlib import Path
from typing import NamedTuple

from trustme import CA

from portal.settings import ROOT
from tests.browser.live import PORTAL as PROGRAM
from tests.browser.live import LiveServer
from tests.ports import free_port
from tests.waiting import wait_until

SAMPLES = ROOT / "docs" / "proxies"
PORTAL = "127.0.0.1:8000"
PATIENCE, START = 30, 120  # seconds


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes


class Proxy(ABC):
    """One in front of a portal on a port, with a certificate for some hostnames."""

    program = ""
    sample = ""

    def __init__(self, folder: Path, portal: int, hostnames: list[str]) -> None:
        found = shutil.which(self.program, path=f"{os.environ['PATH']}:/usr/sbin")
        assert found, "make proxies installs it"
        self.folder, self.port, self.plain = folder, free_port(), free_port()
        self.hostnames = hostnames
        self.make_certificate()
        text = (SAMPLES / self.sample).read_text()
        changes = {PORTAL: f"127.0.0.1:{portal}", **self.changes()}
        for before, after in changes.items():
            assert before in text, before
            text = text.replace(before, after)
        self.file = folder / self.sample
        self.file.write_text(text)
        self._process = subprocess.Popen(
            [found, *self.arguments()], env=os.environ | self.environment(), cwd=folder
        )
        wait_until(self._listens, START)

    @abstractmethod
    def changes(self) -> dict[str, str]: ...

    @abstractmethod
    def arguments(self) -> list[str]: ...

    def environment(self) -> dict[str, str]:
        return {}

    def make_certificate(self) -> None:
        self.authority = self.folder / "authority.pem"
        authority = CA()
        authority.cert_pem.write_to_path(self.authority)
        issued = authority.issue_cert(*self.hostnames)
        issued.private_key_pem.write_to_path(self.folder / "key.pem")
        with (self.folder / "fullchain.pem").open("wb") as chain:
            for one in issued.cert_chain_pems:
                chain.write(one.bytes())
        issued.private_key_and_cert_chain_pem.write_to_path(self.folder / "both.pem")

    def ask(
        self,
        hostname: str,
        path: str = "/",
        body: bytes | None = None,
        source: str = "127.0.0.1",
        **headers: str,
    ) -> Answer:
        """Over TLS, whose certificate is looked at, from an address of this machine."""
        trusting = ssl.create_default_context(cafile=self.authority)
        connected = socket.create_connection(
            ("127.0.0.1", self.port), PATIENCE, source_address=(source, 0)
        )
        with closing(http.client.HTTPConnection("127.0.0.1")) as connection, connected:
            connection.sock = trusting.wrap_socket(connected, server_hostname=hostname)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            method = "GET" if body is None else "POST"
            connection.request(method, path, body, {"Host": hostname} | named)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def decide(self, hostname: str, policy: int, source: str = "127.0.0.1", **headers: str):
        body = json.dumps({"decision": "accept_all", "policy": policy}).encode()
        return self.ask(
            hostname, "/api/v1/consents", body, source, Content_Type="application/json", **headers
        )

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def _listens(self) -> bool:
        assert self._process.poll() is None, f"{self.program} ended"
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0


class Nginx(Proxy):
    program, sample = "nginx", "nginx.conf"

    def changes(self) -> dict[str, str]:
        return {
            "listen 80": f"listen 127.0.0.1:{self.plain}",
            "listen 443": f"listen 127.0.0.1:{self.port}",
            "/etc/portal": str(self.folder),
        }

    def arguments(self) -> list[str]:
        own = f"daemon off; error_log stderr; pid {self.folder}/pid; user root;"
        return ["-p", str(self.folder), "-c", str(self.file), "-g", own]


class Haproxy(Proxy):
    program, sample = "haproxy", "haproxy.cfg"

    def changes(self) -> dict[str, str]:
        return {
            "bind :80": f"bind 127.0.0.1:{self.plain}",
            "bind :443": f"bind 127.0.0.1:{self.port}",
            "/etc/portal/certificates/": str(self.folder / "both.pem"),
        }

    def arguments(self) -> list[str]:
        return ["-db", "-f", str(self.file)]


class Caddy(Proxy):
    """Its certificates are those of an authority of its own, as it makes for tests."""

    program, sample = "caddy", "Caddyfile"

    def make_certificate(self) -> None:
        self.authority = self.folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"

    def changes(self) -> dict[str, str]:
        own = f"admin off\n\tskip_install_trust\n\thttp_port {self.plain}\n\thttps_port {self.port}"
        return {
            "{\n\ton_demand_tls": f"{{\n\t{own}\n\ton_demand_tls",
            "\t\ton_demand\n": "\t\tissuer internal\n\t\ton_demand\n",
        }

    def arguments(self) -> list[str]:
        return ["run", "--config", str(self.file), "--adapter", "caddyfile"]

    def environment(self) -> dict[str, str]:
        return {"XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}

    def _listens(self) -> bool:
        return super()._listens() and self.authority.exists()


PROXIES = {one.program: one for one in (Nginx, Haproxy, Caddy)}


@contextmanager
def standing(kind: type[Proxy], folder: Path, portal: int, hostnames: list[str]) -> Iterator[Proxy]:
    folder.mkdir()
    with closing(kind(folder, portal, hostnames)) as proxy:
        yield proxy


@contextmanager
def behind(settings: dict[str, str]) -> Iterator[LiveServer]:
    """A portal with one process, as an operator starts it."""
    server = LiveServer(Path(settings["PORTAL_DATA"]), free_port())
    own = settings | {"PORT": str(server.port), "PORTAL_WORKERS": "1", "DATABASE_URL": ""}
    with subprocess.Popen([PROGRAM, "serve"], env=os.environ | own) as process:
        try:
            wait_until(lambda: lives(process, server), START)
            yield server
        finally:
            process.terminate()


def lives(process: subprocess.Popen[bytes], server: LiveServer) -> bool:
    assert process.poll() is None, "the portal ended"
    try:
        return server.ask("nobody", "/healthz").status == HTTPStatus.OK
    except OSError:
        return False
