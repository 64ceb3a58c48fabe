"""An answer that is made while it is sent, part by part as its reader takes them."""

from collections.abc import Callable, Generator

from portal.server.answers import END, BadAnswer, chunk, more
from portal.server.threads import Run

Parts = Generator[bytes, None, None]


class Stream:
    __slots__ = ("_left", "_parts", "_run", "is_chunked")

    def __init__(self, parts: Parts, run: Run, length: int | None, *, chunkable: bool) -> None:
        self._parts, self._run, self._left = parts, run, length
        self.is_chunked = chunkable and length is None

    def framed(self, body: bytes) -> bytes:
        """Raises BadAnswer if it is more than its head said."""
        if self._left is not None:
            self._left -= len(body)
            if self._left < 0 or (self._left and not body):
                raise BadAnswer("the body is not as long as its head says")
        if not self.is_chunked:
            return body
        return chunk(body) if body else END

    def go_on(self, job: Callable[[], None]) -> None:
        """Have a thread make the next part."""
        self._run.start(job)

    def next(self) -> bytes:
        """In a thread; empty at the end."""
        return more(self._parts)

    def end(self) -> None:
        """In a thread: the application may have to give something back."""
        self._parts.close()

    def close(self) -> None:
        """Have a thread end it."""
        self._run.start(self.end)
