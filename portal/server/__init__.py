"""The HTTP server, which every client may try to stall: docs/server.md says what it bounds.

A supervisor starts one process a core. In each, an event loop reads requests and sends answers, and
threads run the application: on whole requests only, so that no client holds one.
"""

import os
import socket
from functools import partial

from portal import logs
from portal.counting.counts import forget_ended_processes
from portal.private_files import narrow
from portal.server.listening import CannotListen, listen, reserved
from portal.server.supervisor import Supervisor
from portal.server.worker import Share, work
from portal.settings import Settings

__all__ = ["CannotListen", "reserved", "serve"]


def serve(settings: Settings, sock: socket.socket, target: str = "wsgi:app") -> int:
    """Serve a WSGI application on a reserved address until told to stop; the exit code.

    Raises CannotListen, and SystemExit in each process of the server.
    """
    listen(sock, settings.client_timeout)
    logs.set_up()
    narrow(settings.data)
    forget_ended_processes(settings)
    processes = settings.workers or len(os.sched_getaffinity(0))
    share = Share(processes)

    def process(number: int, lifeline: int) -> int:
        return work(sock, partial(share.note, number), lifeline, target, settings)

    return Supervisor(process, processes, sock).run()
