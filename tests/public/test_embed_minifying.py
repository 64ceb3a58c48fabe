"""What a server process does that was forked after the application was loaded."""

import subprocess
import sys
from pathlib import Path

FORKED = """
import sys
from multiprocessing import get_context

from portal import create_app
from portal.public.embed.minifying import minified

STYLES = ".ask { color: red }" * 200


def work():
    for _ in range(200):  # so many that the library collects its garbage several times
        minified("text/css", STYLES)


create_app()
process = get_context("fork").Process(target=work)
process.start()
process.join(timeout=30)
process.kill()
process.join()
sys.exit(process.exitcode)
"""


def test_a_process_that_was_forked_minifies_for_as_long_as_it_runs(tmp_path: Path) -> None:
    here = {"PORTAL_DATA": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", FORKED], env=here, timeout=60, check=False)
    assert ended.returncode == 0
