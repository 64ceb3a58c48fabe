"""The HTTP server: granian, chosen by measurement (tests/benchmarks)."""

import os

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from portal import logs
from portal.counting.counts import forget_ended_processes
from portal.settings import ROOT, Settings


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
        working_dir=ROOT,
        log_level=LogLevels.error,
        log_dictconfig=logs.CONFIG,
        respawn_failed_workers=True,
        websockets=False,
    ).serve()
