"""PostgreSQL: a server that does not answer holds nobody for long.

A server may be stopped, or the network to it swallow everything; then neither it nor the system
tells, so this side counts the time. What is still running when the time is over is cancelled, which
a server that lives confirms. Who cannot be reached even so is taken to be away: then one request at
a time finds out whether it is back (a circuit breaker), and all others hear so at once.

No setting of the session does this: a pooler would hand it to whoever gets the session next.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from time import monotonic
from typing import Any

from psycopg import Connection, errors, waiting
from sqlalchemy import Engine, event

CONNECT_TIMEOUT = 5  # seconds
PATIENCE = 5.0  # seconds that a statement may take in a request
CANCELLING = 1.0  # seconds that the server has to confirm that it is cancelled
PAUSE = 1.0  # seconds after which a server that was away is asked again
INTERVAL = 0.1  # seconds between two looks at whether somebody interrupts
OPTIONS = {  # of the client alone: none of them reaches the server, or a pooler before it
    "connect_timeout": CONNECT_TIMEOUT,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 1000 * int(PATIENCE + CANCELLING),  # milliseconds
}

Answer = Generator[Any, Any, Any]  # psycopg's word for one that is still to come

in_a_hurry: ContextVar[bool] = ContextVar("in_a_hurry", default=True)  # commands are not


@contextmanager
def unhurried() -> Iterator[None]:
    """Commands take their time: a migration of a large log lasts."""
    before = in_a_hurry.set(False)
    try:
        yield
    finally:
        in_a_hurry.reset(before)


class Server:
    """Whether the server answers, as those who asked last found."""

    def __init__(self) -> None:
        self._is_away, self._again = False, 0.0

    def admit(self) -> None:
        """Before it is asked something; raises OperationalError."""
        if self._is_away and in_a_hurry.get():
            now = monotonic()
            if now < self._again:
                raise errors.OperationalError("the database did not answer a moment ago")
            self._again = now + PATIENCE + CANCELLING  # who asks will have heard until then

    def answers(self) -> None:
        self._is_away = False

    def is_silent(self) -> None:
        self._again = monotonic() + PAUSE
        self._is_away = True


class PatientConnection(Connection[Any]):
    """A connection of this application; its server is known once it is made."""

    server = Server()

    def wait(self, gen: Answer, interval: float = INTERVAL, timeout: float | None = None) -> Any:
        """Wait for an answer; raises OperationalError when PATIENCE is over."""
        if timeout is not None or not in_a_hurry.get():
            return super().wait(gen, interval, timeout)
        try:
            self.server.admit()
        except errors.OperationalError:
            self.pgconn.finish()
            raise
        try:
            found = super().wait(gen, interval, PATIENCE)
        except errors._WaitTimeout:  # noqa: SLF001  there is no other name for it
            found = self._cancelled(gen)
        self.server.answers()
        return found

    def _cancelled(self, gen: Answer) -> Any:
        """Undo what takes too long, or its answer if it came meanwhile; raises OperationalError."""
        try:
            self.cancel_safe(timeout=CANCELLING)
            return waiting.wait(gen, self.pgconn.socket, INTERVAL, CANCELLING)
        except errors.QueryCanceled:
            raise
        except errors.OperationalError as reason:
            self.server.is_silent()
            self.pgconn.finish()
            raise errors.OperationalError("the database does not answer") from reason


def prepare(engines: Iterable[Engine]) -> None:
    """Let all engines of an application share what they know of their server."""
    server = Server()
    for engine in engines:
        event.listen(engine, "do_connect", partial(_connect, server))
        event.listen(engine, "connect", _expect_pooler)


def _connect(
    server: Server, _dialect: object, _record: object, given: list[Any], options: dict[str, Any]
) -> PatientConnection:
    server.admit()
    try:
        connection = PatientConnection.connect(*given, **options)
    except errors.ConnectionTimeout:
        server.is_silent()
        raise
    server.answers()
    connection.server = server
    return connection


def _expect_pooler(connection: PatientConnection, _record: object) -> None:
    """Prepare no statements where a pooler stands between: each transaction gets another session.

    Its number for a connection is of its own making (PgBouncer and its like).
    """
    [(process,)] = connection.execute("SELECT pg_backend_pid()")
    connection.rollback()
    if process != connection.info.backend_pid:
        connection.prepare_threshold = None
