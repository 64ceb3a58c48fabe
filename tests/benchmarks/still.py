"""A server of bodies that never change: compressed beforehand, on any hostname, kept alive."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import brotli


@dataclass
class Still:
    port: int
    bodies: dict[tuple[str, str], tuple[str, str, bytes]] = field(default_factory=dict)

    def origin(self, host: str) -> str:
        return f"http://{host}:{self.port}"

    def put(self, host: str, path: str, kind: str, body: bytes, keep: str = "no-store") -> str:
        """Serve a body from now on; its address. `keep` is its Cache-Control."""
        self.bodies[host, path] = (kind, keep, brotli.compress(body, quality=11))
        return self.origin(host) + path


@contextmanager
def still() -> Iterator[Still]:
    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # the head and the body in one packet

        def do_GET(self) -> None:
            found = server_of.bodies.get((self.headers["Host"].partition(":")[0], self.path))
            kind, keep, body = found or ("text/plain", "no-store", b"")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", keep)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
            if found:
                self.send_header("Content-Encoding", "br")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.daemon_threads = True
        server_of = Still(server.server_address[1])
        Thread(target=server.serve_forever, daemon=True).start()
        yield server_of
        server.shutdown()
