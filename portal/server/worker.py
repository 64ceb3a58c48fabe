"""One process of the server: accepts connections, and stops when it is told to."""

import importlib
import os
import signal
import socket
import sys
from asyncio import AbstractEventLoop, Task
from collections.abc import Callable
from logging import getLogger
from mmap import mmap
from typing import Any
from wsgiref.types import WSGIApplication

import uvloop

from portal.server.bounds import STOP_TIMEOUT, most_connections
from portal.server.connection import Connection
from portal.server.service import Service
from portal.settings import ROOT, Settings

NOT_LOADED = 3  # exit code: the application cannot be loaded
TURN = 0.002  # seconds that a process with more connections lets the others accept
MOST_AT_ONCE = 64  # connections
PAUSE = 0.1  # seconds, where the system has no room for another connection
SWEEP = 1.0  # seconds between two looks for clients that are overdue
LATEST = 5  # seconds that the process may take to end after its last request
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

log = getLogger(__name__)


def work(
    listener: socket.socket,
    share: Callable[[int], bool],
    lifeline: int,
    target: str,
    settings: Settings,
) -> int:
    """Serve until told to stop, or until `lifeline` ends, as it does with the parent process."""
    try:
        app = _load(target)
    except Exception:
        log.exception("the application cannot be loaded")
        return NOT_LOADED
    loop = uvloop.new_event_loop()
    service = Service(app, loop, settings.threads, settings.client_timeout)
    worker = Worker(loop, service, listener, share)
    for number in STOPPING:  # the parent hears them too, and stops all processes in order
        loop.add_signal_handler(number, _nothing)
    loop.add_reader(lifeline, worker.stop)
    loop.call_soon(worker.begin)
    loop.run_forever()
    return 0


def _load(target: str) -> WSGIApplication:
    """The application that `module:name` names."""
    sys.path.insert(0, str(ROOT))
    module, _, name = target.partition(":")
    app = getattr(importlib.import_module(module), name)
    found: WSGIApplication = getattr(app, "wsgi_app", app)  # what a Flask object calls
    return found


def _nothing() -> None:
    """What a process that serves does about a signal that its parent gets as well."""


class Share:
    """How many connections each process has: who has more lets the others accept first."""

    def __init__(self, processes: int) -> None:
        self._counts = memoryview(mmap(-1, 4 * processes)).cast("i")  # seen by all of them

    def note(self, number: int, connections: int) -> bool:
        """Whether it is this process's turn."""
        self._counts[number] = connections
        return connections <= min(self._counts)


class Worker:
    def __init__(
        self,
        loop: AbstractEventLoop,
        service: Service,
        listener: socket.socket,
        share: Callable[[int], bool],
    ) -> None:
        self._loop, self._service, self._listener, self._share = loop, service, listener, share
        self._most = most_connections()
        self._tasks: set[Task[Any]] = set()
        self._ends = 0.0

    def begin(self) -> None:
        self._sweep()
        self._accept_from_now()

    def _accept_from_now(self) -> None:
        if not self._service.is_stopping:
            self._loop.add_reader(self._listener.fileno(), self._accept_in_turn)

    def _pause(self, seconds: float, then: Callable[[], object]) -> None:
        self._loop.remove_reader(self._listener.fileno())
        self._loop.call_later(seconds, then)

    def _accept_in_turn(self) -> None:
        """One, and at once if no other process has fewer; else if none of them takes it."""
        if self._share(self._connections()):
            self._accept()
        else:
            self._pause(TURN, self._accept_those_left)

    def _accept_those_left(self) -> None:
        for _ in range(MOST_AT_ONCE):
            if self._service.is_stopping or not self._accept():
                break
        self._accept_from_now()

    def _connections(self) -> int:
        return len(self._service.connections) + len(self._tasks)

    def _accept(self) -> bool:
        """Accept a connection; whether there was one."""
        service = self._service
        if self._connections() >= self._most and not service.evict():
            self._pause(PAUSE, self._accept_from_now)
            return False
        try:
            sock, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False  # another process was quicker, or the client gave up
        except OSError as reason:
            log.warning("no connection can be accepted: %s", os.strerror(reason.errno or 0))
            service.evict()
            self._pause(PAUSE, self._accept_from_now)
            return False
        sock.settimeout(0)
        task = self._loop.create_task(self._connect(sock))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _connect(self, sock: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: Connection(self._service), sock)
        except OSError:  # the client is gone
            sock.close()

    def _sweep(self) -> None:
        self._loop.call_later(SWEEP, self._sweep)  # first: whatever happens, the next comes
        self._service.sweep()

    def stop(self) -> None:
        """What is on its way is answered; then, or after a while, the process ends."""
        if self._service.is_stopping:
            return
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(int(STOP_TIMEOUT) + LATEST)  # the kernel ends it, whatever else hangs
        self._ends = self._loop.time() + STOP_TIMEOUT
        while self._accept():  # those whom the kernel has already promised
            pass
        self._service.is_stopping = True
        self._loop.remove_reader(self._listener.fileno())
        self._listener.close()
        self._end_when_done()

    def _end_when_done(self) -> None:
        for one in list(self._service.connections):
            one.stop()
        left = self._service.connections or self._tasks
        if left and self._loop.time() < self._ends:
            self._loop.call_later(0.02, self._end_when_done)
        else:
            self._loop.stop()
