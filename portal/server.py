"""The HTTP server: granian, chosen by measurement (tests/benchmarks)."""

import os
import socket
from functools import partial
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from portal import logs
from portal.counting.counts import forget_ended_processes
from portal.private_files import narrow
from portal.settings import ROOT, Settings


def serve(settings: Settings, target: str = "wsgi:app") -> None:
    """Serve a WSGI application until the process is told to stop."""
    narrow(settings.data)
    forget_ended_processes(settings)
    MPServer(
        target,
        address=settings.address,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers or len(os.sched_getaffinity(0)),
        blocking_threads=settings.threads,
        working_dir=ROOT,
        log_level=LogLevels.error,
        log_dictconfig=logs.CONFIG,
        respawn_failed_workers=True,
        websockets=False,
    ).serve(partial(_work, settings.client_timeout))


def _work(client_timeout: int, number: int, name: str, app: Any, sockets: Any, *rest: Any) -> None:
    """What each process does: granian's own, on a socket that nobody blocks for ever.

    The kernel gives up a connection whose client takes nothing for so many seconds; an export that
    writes to it ends then, and its thread is free. A client that is only slow is served.
    """
    (its_own, shared), option = sockets
    listener = shared or its_own.build()
    with socket.socket(fileno=os.dup(listener.get_fd())) as same:
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # what is accepted inherits it
            same.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, client_timeout * 1000)
    work = MPServer._spawn_wsgi_worker  # noqa: SLF001  granian lets this be replaced, not extended
    work(number, name, app, ((None, listener), option), *rest)
