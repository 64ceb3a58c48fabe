"""The HTTP server: granian, chosen by measurement (tests/benchmarks)."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from portal import logs
from portal.counting.counts import forget_ended_processes
from portal.settings import ROOT, Settings

PATIENCE = 30_000  # milliseconds that somebody may take nothing of what they asked for


def serve(settings: Settings, target: str = "wsgi:app") -> None:
    """Serve a WSGI application until the process is told to stop."""
    forget_ended_processes(settings)
    MPServer(
        target,
        address=settings.address,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers or len(os.sched_getaffinity(0)),
        blocking_threads=settings.threads,
        log_level=LogLevels.error,
        log_dictconfig=logs.CONFIG,
        respawn_failed_workers=True,
        websockets=False,
    ).serve(target_loader=load)


def load(target: str) -> Any:
    """The application, in a process that is about to listen."""
    sys.path.insert(0, str(ROOT))
    module, _, name = target.partition(":")
    if sys.platform == "linux":
        Thread(target=lose_patience, name="patience", daemon=True).start()
    return getattr(import_module(module), name)


def lose_patience() -> None:
    """Let the system end connections of those who stop reading: each would keep a thread.

    A connection has this from the socket that it came in by, which the server opens by itself.
    Linux counts from when no more can be sent (tcp(7), TCP_USER_TIMEOUT).
    """
    while not (found := [one for one in sockets() if listens(one)]):
        sleep(0.05)
    for one in found:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PATIENCE)


def sockets() -> Iterator[socket.socket]:
    """Those of this process, each once more: closing these closes nothing."""
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed by now
            if descriptor.is_socket():
                yield socket.socket(fileno=os.dup(int(descriptor.name)))


def listens(one: socket.socket) -> bool:
    return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
