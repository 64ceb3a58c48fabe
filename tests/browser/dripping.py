"""A line so slow that a browser paints pages half read: they come on in drops, the rest at once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.browser.live import LiveServer

DROP, PAUSE = 400, 0.02  # bytes and seconds


@contextmanager
def dripping(server: LiveServer) -> Iterator[LiveServer]:
    """The same server at the end of such a line."""

    class Drops(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"].replace(str(line.server_port), str(server.port))
            answer = server.ask(host.partition(".")[0], self.path)
            self.send_response(answer.status)
            for name in ("Content-Type", "Content-Security-Policy"):
                self.send_header(name, answer.headers[name])
            self.end_headers()
            is_page = answer.headers.get_content_type() == "text/html"
            size = DROP if is_page else len(answer.body)
            for start in range(0, len(answer.body), size):
                self.wfile.write(answer.body[start : start + size])
                time.sleep(PAUSE)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Drops) as line:
        thread = Thread(target=line.serve_forever)
        thread.start()
        try:
            yield replace(server, port=line.server_port)
        finally:
            line.shutdown()
            thread.join()
