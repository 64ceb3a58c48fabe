"""Answers as bytes (RFC 9112): heads, chunks, refusals."""

from collections.abc import Callable, Generator, Iterable, Iterator
from http import HTTPStatus
from itertools import chain
from typing import Any
from wsgiref.types import WSGIApplication

from portal.server.bounds import PART, RETRY_AFTER
from portal.server.environ import Environ

Lines = list[tuple[str, str]]

OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "date"})
WITHOUT_BODY = ("1", "204", "304")
END = b"0\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CLOSE = b"Connection: close\r\n"


class BadAnswer(Exception):
    """The application answers what may not be sent."""


class Head:
    """Status and headers, and what follows from them for the body.

    `length` is what the application says of it, None where it says nothing.
    """

    __slots__ = ("bodiless", "length", "raw")

    def __init__(self, status: str, headers: Lines, method: str) -> None:
        """Raises BadAnswer."""
        self.length: int | None = None
        lines = [f"HTTP/1.1 {status}\r\n"]
        for name, value in headers:
            lower = name.lower()
            if lower == "content-length":
                self._note_length(value)
            if lower not in OF_THE_CONNECTION:
                lines.append(f"{name}: {value}\r\n")
        text = "".join(lines)
        if text.count("\n") != len(lines) or text.count("\r") != len(lines):
            raise BadAnswer("a header holds the end of a line")
        self.bodiless = method == "HEAD" or status.startswith(WITHOUT_BODY)
        self.raw = text.encode("latin-1")

    def _note_length(self, value: str) -> None:
        if self.length is not None or not (value.isascii() and value.isdigit()):
            raise BadAnswer("the length of the body is told twice, or is no number")
        self.length = int(value)

    def measure(self, length: int) -> None:
        """Say how long the body is, where the application has not."""
        if self.length is None and not self.bodiless:
            self.length = length
            self.raw += b"Content-Length: %d\r\n" % length


class Answer:
    """The head, and the first of the body; `rest` is what is made while it is sent."""

    __slots__ = ("body", "head", "rest")

    def __init__(
        self, head: Head, body: bytes, rest: Generator[bytes, None, None] | None = None
    ) -> None:
        self.head, self.body, self.rest = head, body, rest


def whole(status: str, headers: Lines, body: bytes, method: str) -> Answer:
    head = Head(status, headers, method)
    head.measure(len(body))
    if head.bodiless:
        return Answer(head, b"")
    if head.length != len(body):
        raise BadAnswer("the body is not as long as its head says")
    return Answer(head, body)


class Beginning:
    """What WSGI's `start_response` was told, until the head is sent."""

    __slots__ = ("head", "is_sent", "written")

    def __init__(self) -> None:
        self.head: tuple[str, Lines] | None = None
        self.is_sent = False
        self.written: list[bytes] = []  # by the old way of WSGI

    def start(self, status: str, headers: Lines, exc_info: Any = None) -> Callable[[bytes], object]:
        if exc_info and self.is_sent:
            raise exc_info[1].with_traceback(exc_info[2])
        self.head = status, headers
        return self.written.append

    def sent(self) -> tuple[str, Lines]:
        """Raises BadAnswer."""
        if self.head is None:
            raise BadAnswer("the application has not begun to answer")
        self.is_sent = True
        return self.head


def made(app: WSGIApplication, environ: Environ) -> Answer:
    """Ask a WSGI application; raises what it raises, and BadAnswer."""
    beginning, method = Beginning(), environ["REQUEST_METHOD"]
    parts = _parts(app(environ, beginning.start), beginning.written)
    try:
        body = more(parts)
        status, headers = beginning.sent()
        if len(body) >= PART:
            head = Head(status, headers, method)
            if not head.bodiless:
                return Answer(head, body, parts)
    except BaseException:
        parts.close()
        raise
    parts.close()
    return whole(status, headers, body, method)


def _parts(result: Iterable[bytes], written: list[bytes]) -> Generator[bytes, None, None]:
    """The body, with what the application wrote by the old way of WSGI before each part of it."""
    closes = getattr(result, "close", None)
    try:
        for part in chain(result, (b"",)):
            if whole := b"".join((*written, part)):
                written.clear()
                yield whole
    finally:
        if closes:
            closes()


def _filled(parts: Iterator[bytes]) -> Iterator[bytes]:
    """As many parts as are worth sending at once."""
    length = 0
    while length < PART and (part := next(parts, b"")):
        length += len(part)
        yield part


def more(parts: Iterator[bytes]) -> bytes:
    """The next of a body; empty at its end."""
    return b"".join(_filled(parts))


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def refusal(status: int) -> Answer:
    """One of our own: the client is told the status and no more."""
    phrase = HTTPStatus(status).phrase
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", str(RETRY_AFTER)))
    return whole(f"{status} {phrase}", headers, f"{phrase}\n".encode(), "GET")
