"""Starting the two servers that are compared, with the same settings."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
WORKERS, THREADS = 2, 16


@contextmanager
def serving(target: str, environ: dict[str, str]):
    port = free_port()
    program = (
        "import os; from portal import server; from portal.settings import Settings; "
        "settings = Settings.read(os.environ); "
        f"server.serve(settings, server.reserved('127.0.0.1', settings.port), {target!r})"
    )
    own = {"PORT": str(port), "PORTAL_WORKERS": str(WORKERS), "PORTAL_THREADS": str(THREADS)}
    own["PORTAL_VISIT_LIMIT"] = str(10**9)  # all of the load comes from one address
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ | environ | own
    )
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
