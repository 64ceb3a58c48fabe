"""What all connections of one process share: the application, its threads, the bounds."""

from asyncio import AbstractEventLoop
from collections.abc import Callable
from email.utils import formatdate
from logging import getLogger
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication

from portal.headers import ReadyResponse
from portal.server.bounds import MEMORY
from portal.server.environ import Environ
from portal.server.threads import Pool

if TYPE_CHECKING:
    from portal.server.connection import Connection

AtOnce = Callable[[Environ], ReadyResponse | None]

LIVENESS, READINESS = "/healthz", ("/readyz", "/metrics")  # never wait behind visitors

log = getLogger(__name__)


class Service:
    """`waiting` holds the connections that wait for their client, the longest first."""

    def __init__(
        self, app: WSGIApplication, loop: AbstractEventLoop, threads: int, client_timeout: int
    ) -> None:
        self.app, self.loop, self.client_timeout = app, loop, client_timeout
        # answers what needs no thread, and None for what does; must not block
        self.at_once: AtOnce | None = getattr(app, "answer_at_once", None)
        self.connections: set[Connection] = set()
        self.waiting: dict[Connection, None] = {}
        self.held = 0
        self.is_stopping = False
        self.date = b""
        self._pool = Pool("request", threads)
        self._own = {LIVENESS: Pool("liveness", 1)} | dict.fromkeys(READINESS, Pool("operator", 2))

    def pool_for(self, path: str) -> Pool:
        return self._own.get(path, self._pool)

    def post(self, call: Callable[..., None], *arguments: Any) -> None:
        """From a thread: have it called in the event loop."""
        self.loop.call_soon_threadsafe(call, *arguments)

    def sweep(self) -> None:
        """Once a second: let go the clients that are overdue."""
        self.date = b"Date: %b\r\n" % formatdate(usegmt=True).encode()
        now = self.loop.time()
        for one in [one for one in self.waiting if one.is_overdue(now)]:
            one.let_go()

    def hold(self, more: int) -> bool:
        """Count memory that clients make us hold; whether there is room for it.

        Where there is none, those go that have made us wait for the longest.
        """
        self.held += more
        if self.held > MEMORY:
            for one in [one for one in self.waiting if one.held]:
                one.abort()
                if self.held <= MEMORY:
                    break
        return self.held <= MEMORY

    def evict(self) -> bool:
        """Make room for another connection, where somebody waits for their client."""
        for one in self.waiting:
            one.abort()
            return True
        return False
