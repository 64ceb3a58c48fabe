"""From bytes to requests: llhttp parses, strictly; what it leaves open stands here.

RFC 9112. What could be read in two ways by a proxy and by us is refused: that is how requests are
smuggled.
"""

import re
from collections import deque

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from portal.server.bounds import LARGEST_BODY, LARGEST_HEAD, MOST_HEADERS, MOST_PIPELINED

NO_HOST = re.compile(rb"""[\s,/@?#\\<>"']""")  # what some would split the name of a host at
OVERHEAD = 8  # times its size that a body may take with the framing of its chunks


class Request:
    """One request. `announced` is its length if it is larger than what is taken, else None."""

    __slots__ = (
        "announced",
        "body",
        "expects",
        "headers",
        "is_http_1_0",
        "keep_alive",
        "method",
        "target",
    )

    def __init__(self) -> None:
        self.method, self.target, self.body = "", b"", b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.keep_alive = self.expects = self.is_http_1_0 = False
        self.announced: int | None = None


class Receiver:
    """The requests of one connection, in `ready` as soon as they are whole.

    `refusal` is the status that the connection ends with once those are answered, 0 if without one.
    """

    __slots__ = (
        "_beginning",
        "_body",
        "_chunked",
        "_framing",
        "_length",
        "_parser",
        "_request",
        "_size",
        "in_body",
        "in_head",
        "ready",
        "refusal",
    )

    def __init__(self) -> None:
        self._parser = HttpRequestParser(self)
        self.ready: deque[Request] = deque()
        self.refusal: int | None = None
        self.in_head = self.in_body = self._chunked = False
        self._request, self._body = Request(), bytearray()
        self._size = self._framing = self._length = self._beginning = 0

    @property
    def held(self) -> int:
        """Bytes of a request that is not whole yet."""
        if self.in_head:  # of a header that has not ended, the parser does not tell
            return self._size + self._beginning + self._framing
        return self._size + len(self._body) if self.in_body else self._size

    @property
    def received(self) -> int:
        """Bytes of the body that is on its way."""
        return len(self._body)

    @property
    def awaits_permission(self) -> bool:
        """Whether a body is on its way whose client waits to be told "100 Continue"."""
        return self.in_body and self._request.expects and not self._body

    def feed(self, data: bytes) -> None:
        """In pieces, none of which has more of a head than a whole one may have."""
        if len(data) <= LARGEST_HEAD:
            self._parse(data)
            return
        view = memoryview(data)
        for start in range(0, len(data), LARGEST_HEAD):
            self._parse(view[start : start + LARGEST_HEAD])

    def _parse(self, data: bytes | memoryview) -> None:
        if self.refusal is not None:
            return
        before, was_in_head = self._request, self.in_head
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._end(0)  # the request is answered as if it had asked for no other protocol
        except HttpParserError:
            self._end(400)
        if self._request is not before:
            self._beginning = len(data)  # some of it may belong to what came before
        elif self.refusal is None:
            self._weigh(len(data), was_in_head)

    def _weigh(self, length: int, was_in_head: bool) -> None:
        """What a request takes that the parser has not told of yet."""
        if self.in_head and was_in_head:
            self._framing += length
            if self._framing > LARGEST_HEAD:
                self._end(431)
        elif self.in_body:
            self._framing += length
            if self._framing > OVERHEAD * len(self._body) + 2 * LARGEST_HEAD:
                self._end(400)

    def _end(self, status: int) -> None:
        if self.refusal is None:
            self.refusal, self.in_head, self.in_body = status, False, False

    # what the parser calls

    def on_message_begin(self) -> None:
        self._request, self._size, self._framing = Request(), 0, 0
        self.in_head = True
        if len(self.ready) >= MOST_PIPELINED:
            self._end(0)

    def on_url(self, url: bytes) -> None:
        self._request.target += url
        self._grow(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.in_head:  # what comes after a body, nobody would expect among the headers
            self._request.headers.append((name, value.rstrip(b" \t")))  # llhttp leaves it
            self._grow(len(name) + len(value) + 4)

    def _grow(self, length: int) -> None:
        self._size += length
        if self._size > LARGEST_HEAD or len(self._request.headers) > MOST_HEADERS:
            self._end(431)

    def on_headers_complete(self) -> None:
        if self.refusal is not None:
            return
        request, parser = self._request, self._parser
        request.method, request.keep_alive = (
            parser.get_method().decode(),
            parser.should_keep_alive(),
        )
        self.in_head, self._framing, self._length, self._chunked = False, 0, 0, False
        version = parser.get_http_version()
        hosts = [self._note(name.lower(), value) for name, value in request.headers].count(True)
        if version == "1.0":
            request.is_http_1_0 = True
            request.keep_alive = request.expects = False  # nobody who still speaks it needs them
        if not _is_clear(version, hosts, is_chunked=self._chunked):
            self._end(400)
        has_body = self._chunked or self._length > 0
        if has_body and parser.should_upgrade():  # llhttp takes it for the other protocol's
            self._end(400)
        self.in_body = self.refusal is None and has_body
        if self.in_body and self._length > LARGEST_BODY:
            self._too_large(self._length)

    def _note(self, name: bytes, value: bytes) -> bool:
        """What a header says of the request's frame; whether it is the host."""
        if name == b"content-length":
            self._length = int(value)
        elif name == b"transfer-encoding":
            self._chunked = True
            if value.lower() != b"chunked":
                self._end(400)
        elif name == b"expect":
            self._request.expects = True
            if value.lower() != b"100-continue":
                self._end(417)
        elif name == b"host":
            if NO_HOST.search(value):
                self._end(400)
            return True
        return False

    def on_body(self, body: bytes) -> None:
        if self.refusal is not None:
            return
        self._body += body
        if len(self._body) > LARGEST_BODY:
            self._too_large(len(self._body))

    def _too_large(self, length: int) -> None:
        """The application is asked without the body: it says so in its own words."""
        self._request.announced = length
        self._request.keep_alive = False
        self._body.clear()
        self.ready.append(self._request)
        self._end(0)

    def on_message_complete(self) -> None:
        if self.refusal is not None:
            return
        if self._body:
            self._request.body = bytes(self._body)
            self._body.clear()
        self.in_body = False
        self.ready.append(self._request)


def _is_clear(version: str, hosts: int, *, is_chunked: bool) -> bool:
    """Whether everybody reads the head alike."""
    if version == "1.0":
        return hosts <= 1 and not is_chunked
    return version == "1.1" and hosts == 1
