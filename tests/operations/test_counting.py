"""Counting: in many threads, in many processes, and where nothing can be written."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from portal.consent.recording import WAITING
from portal.counting.counts import forget_ended_processes
from portal.public.rendering import RENDERED
from portal.settings import Settings
from tests import make
from tests.client import Visitor
from tests.conftest import running
from tests.operations.scraping import REQUESTS, read

PAGES = f"{REQUESTS} public 2xx"
RENDERED_PAGES = "portal_pages_rendered_total"
ANOTHER_PROCESS = """
import os, sys
from portal import create_app
from portal.consent.recording import WAITING
from portal.public.rendering import RENDERED

row = create_app(os.environ | {"PORTAL_DATA": sys.argv[1]}).extensions["portal.counts"]
for _ in range(7):
    row.add(RENDERED)
row.hold(WAITING, 3)
print("counted", flush=True)
input()
"""


def test_no_count_is_lost_between_threads(lone_app):
    row, barrier = lone_app.extensions["portal.counts"], threading.Barrier(8)

    def count(_):
        barrier.wait()
        for _ in range(2000):
            row.add(RENDERED)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    assert read(lone_app)[RENDERED_PAGES] == 16_000


def test_processes_are_read_together_and_what_an_ended_one_held_is_gone(lone_app, tmp_path):
    lone_app.extensions["portal.counts"].hold(WAITING, 1)
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "counted\n"
        during = read(lone_app)
        process.kill()
    after = read(lone_app)
    assert (during[RENDERED_PAGES], during["portal_decisions_waiting"]) == (7, 4)
    assert (after[RENDERED_PAGES], after["portal_decisions_waiting"]) == (7, 1)


def test_every_process_tells_the_same(lone_app, sqlite_environ):
    make.tenant(lone_app)
    with contextmanager(running)(sqlite_environ) as other:
        Visitor(lone_app).get()
        Visitor(other).get()
        assert read(lone_app)[PAGES] == read(other)[PAGES] == 2


def test_a_new_server_forgets_processes_that_ended_and_no_others(
    lone_app, sqlite_environ, tmp_path
):
    read(lone_app)
    [mine] = (tmp_path / "counts").iterdir()
    for name in (f"1-ended{mine.suffix}", "2-ended.older"):
        (tmp_path / "counts" / name).write_bytes(mine.read_bytes())
    forget_ended_processes(Settings.read(sqlite_environ))
    assert list((tmp_path / "counts").iterdir()) == [mine]


def test_a_row_of_another_release_or_a_broken_one_is_not_read(lone_app, tmp_path):
    read(lone_app)
    [mine] = (tmp_path / "counts").iterdir()
    ones = b"\1" * mine.stat().st_size
    for name, row in {
        "1-a.older": ones,
        f"2-b{mine.suffix}": ones[:7],
        f"3-c{mine.suffix}": b"",
    }.items():
        (tmp_path / "counts" / name).write_bytes(row)
    assert read(lone_app)[PAGES] == 0


def test_a_folder_that_cannot_be_written_stops_no_request(lone_app, lone_visitor, tmp_path):
    make.tenant(lone_app)
    (tmp_path / "counts").write_text("in the way")
    assert lone_visitor.get().status_code == 200
    assert read(lone_app)[PAGES] == 1


def test_a_process_that_does_not_count_writes_nothing(lone_app, tmp_path):
    make.tenant(lone_app)
    assert not (tmp_path / "counts").exists()
