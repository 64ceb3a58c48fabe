"""The parent of the server's processes: starts them, starts them again, stops them.

It runs no thread and holds no lock, and signals reach it as bytes in a pipe: whatever comes
together is worked on one after the other.
"""

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from logging import getLogger
from typing import NoReturn

from portal.server.bounds import STOP_TIMEOUT
from portal.server.worker import LATEST, NOT_LOADED, STOPPING

# what a process does until it ends, with its number and the lifeline; its exit code
Work = Callable[[int, int], int]

LIVED = 10.0  # seconds after which a process that ends is started again at once
SHORTEST, LONGEST = 0.5, 30.0  # seconds before one is started again that ended early
KILLS = (signal.SIGKILL, signal.SIGALRM)
PATIENCE = STOP_TIMEOUT + LATEST + 2  # seconds after which processes that should stop are killed

log = getLogger(__name__)


class Place:
    """Where one process of the server runs, or will run again."""

    def __init__(self) -> None:
        self.pid = 0
        self.begun = self.due = 0.0
        self.failures = 0

    def ended(self, now: float) -> None:
        """Wait longer each time that it ends early."""
        self.pid = 0
        self.failures = 0 if now - self.begun >= LIVED else self.failures + 1
        wait = SHORTEST * 2 ** (self.failures - 1) if self.failures else 0.0
        self.due = now + min(wait, LONGEST)


class Supervisor:
    def __init__(self, work: Work, number: int, listener: socket.socket) -> None:
        self._work, self._listener = work, listener
        self._places = [Place() for _ in range(number)]
        self._signals, self._wakeup = _pipe()
        self._lifeline, self._life = os.pipe()
        self._stops_at: float | None = None
        self._has_served = False
        self._code = 0

    def run(self) -> int:
        """Until told to stop; the exit code. Leaves by SystemExit in each of the processes."""
        for number in (*STOPPING, signal.SIGCHLD):
            signal.signal(number, _noted)
        signal.set_wakeup_fd(self._wakeup, warn_on_full_buffer=False)
        while self._stops_at is None or any(place.pid for place in self._places):
            now = time.monotonic()
            self._start(now)
            if self._stops_at is not None and now >= self._stops_at:
                self._kill()
            received = self._received(self._wait(now))
            if self._stops_at is None and received.intersection(STOPPING):
                self._stop()
            self._collect(time.monotonic())
        return self._code

    def _wait(self, now: float) -> float | None:
        """Seconds until there is something to do, None if only a signal can tell."""
        if self._stops_at is not None:
            return max(0.1, self._stops_at - now)
        due = [place.due for place in self._places if not place.pid]
        return max(0.0, min(due) - now) if due else None

    def _received(self, seconds: float | None) -> set[int]:
        """The signals that came meanwhile."""
        ready, _, _ = select.select([self._signals], [], [], seconds)
        return set(os.read(self._signals, 4096)) if ready else set()

    def _start(self, now: float) -> None:
        if self._stops_at is None:
            for number, place in enumerate(self._places):
                if not place.pid and place.due <= now:
                    place.begun, place.pid = now, self._fork(number)

    def _fork(self, number: int) -> int:
        """No signal is lost between two handlers: those wait that come meanwhile."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        try:
            pid = os.fork()
            if not pid:
                self._become_process(number)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        return pid

    def _become_process(self, place: int) -> NoReturn:
        signal.set_wakeup_fd(-1)
        for number in (*STOPPING, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        for descriptor in (self._signals, self._wakeup, self._life):
            os.close(descriptor)
        sys.exit(self._work(place, self._lifeline))

    def _collect(self, now: float) -> None:
        """See who has ended."""
        for number, place in enumerate(self._places, 1):
            if not place.pid:
                continue
            pid, status = os.waitpid(place.pid, os.WNOHANG)
            if pid:
                first = not place.failures and now - place.begun < LIVED
                place.ended(now)
                self._judge(number, os.waitstatus_to_exitcode(status), first=first)

    def _judge(self, number: int, code: int, *, first: bool) -> None:
        if self._stops_at is not None:
            if -code in KILLS:
                log.warning("process %d had to be killed", number)
            return
        if code == NOT_LOADED and first:
            self._code = 1
            self._stop()
            return
        log.error("process %d ended unexpectedly with code %d", number, code)

    def _stop(self) -> None:
        """Tell those that serve by the end of the lifeline, and end those that are starting.

        Our own socket is closed first: whom the kernel connects until the last of them has looked,
        that one still serves.
        """
        self._stops_at = time.monotonic() + PATIENCE
        self._listener.close()
        os.close(self._life)
        self._signal(signal.SIGTERM)

    def _kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        """No pid here can be another program's: none is forgotten before it has been waited for."""
        for place in self._places:
            if place.pid:
                os.kill(place.pid, number)


def _pipe() -> tuple[int, int]:
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    return read, write


def _noted(number: int, frame: object) -> None:
    """The byte in the pipe is enough."""
