"""Other sites of a tenant, and the services they use, on hostnames and ports of their own."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

# what a careful site sends: no script, style or request but its own and the portal's
STRICT = (
    "default-src 'none'; script-src 'self' {portal} {hosts}; style-src 'self'; "
    "connect-src {portal}; frame-src {hosts}; img-src {hosts}; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


@dataclass(frozen=True)
class Reply:
    body: str
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0  # seconds


@dataclass(frozen=True)
class Sites:
    """All sites at once: a page is chosen by hostname and path, and each request is noted."""

    port: int
    pages: dict[tuple[str, str], Reply] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def origin(self, host: str) -> str:
        return f"http://{host}:{self.port}"

    def put(
        self, host: str, path: str, body: str, kind: str = "", delay: float = 0, **headers: str
    ) -> str:
        """Serve a page from now on; its address. `_` in a header's name stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kinds = {"kind": kind} if kind else {}
        self.pages[host, path] = Reply(body, headers=named, delay=delay, **kinds)
        return self.origin(host) + path

    def hosts_asked(self) -> set[str]:
        return {host for host, _ in self.asked}


@contextmanager
def other_sites() -> Iterator[Sites]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host, path = self.headers["Host"].partition(":")[0], self.path.partition("?")[0]
            sites.asked.append((host, path))
            reply = sites.pages.get((host, path))
            time.sleep(reply.delay if reply else 0)
            self.send_response(200 if reply else 204 if path == "/favicon.ico" else 404)
            if reply:
                self.send_header("Content-Type", reply.kind)
                for name, value in reply.headers.items():
                    for one in value.split("\n"):
                        self.send_header(name, one)
            self.end_headers()
            if reply:
                self.wfile.write(reply.body.encode())

        def log_message(self, *_: object) -> None:
            """Tests say what went wrong themselves."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        sites = Sites(server.server_address[1])
        Thread(target=server.serve_forever, daemon=True).start()
        yield sites
        server.shutdown()
