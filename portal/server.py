"""The HTTP server: granian, chosen by measurement (tests/benchmarks)."""

import os

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from portal.settings import ROOT, Settings


def serve(settings: Settings, target: str = "wsgi:app") -> None:
    """Serve a WSGI application until the process is told to stop."""
    MPServer(
        target,
        address=settings.address,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers or len(os.sched_getaffinity(0)),
        blocking_threads=settings.threads,
        working_dir=ROOT,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        websockets=False,
    ).serve()
