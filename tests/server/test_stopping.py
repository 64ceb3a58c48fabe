"""However the server is told to stop, and whatever comes together, it stops, and answers first."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.server.running import PATIENCE, ROOT, TARGET, Server, python_path, serving
from tests.waiting import wait_until

REQUEST = b"GET /wait?%b HTTP/1.1\r\nHost: x\r\n\r\n"


def to_parent(server: Server, number: int) -> None:
    os.kill(server.process.pid, number)


def to_group(server: Server, number: int) -> None:
    os.killpg(server.process.pid, number)


def twice(server: Server, number: int) -> None:
    to_group(server, number)
    to_parent(server, number)


def with_a_dying_worker(server: Server, number: int) -> None:
    os.kill(server.workers()[-1], signal.SIGKILL)
    to_group(server, number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("tell", [to_parent, to_group, twice])
def test_a_stop_answers_what_is_in_flight_and_ends(tmp_path, tell, number):
    file = tmp_path / "go"
    with serving(tmp_path) as server, server.connect() as client, server.connect():
        client.sendall(REQUEST % str(file).encode())
        wait_until(file.with_suffix(".begun").exists)
        tell(server, number)
        wait_until(server.is_gone)
        file.touch()
        answer = b"".join(iter(lambda: client.recv(4096), b""))
        assert answer.endswith(b"waited")
        assert b"Connection: close" in answer
        assert server.code() == 0


def test_a_worker_that_dies_while_the_server_stops_is_not_started_again(tmp_path):
    with serving(tmp_path) as server:
        with_a_dying_worker(server, signal.SIGTERM)
        assert server.code() == 0
        assert server.is_gone()


def test_a_stop_while_the_processes_start_ends_them(tmp_path):
    server = Server(tmp_path, TARGET, "")
    try:
        wait_until(lambda: len(server.workers()) == 2)
        workers = server.workers()
        to_group(server, signal.SIGTERM)
        assert server.code() == 0
        assert not any(Path(f"/proc/{one}").exists() for one in workers)
    finally:
        server.kill()


def test_a_worker_that_dies_is_started_again(tmp_path):
    with serving(tmp_path) as server:
        before = server.workers()
        for one in before:
            os.kill(one, signal.SIGKILL)
        wait_until(lambda: len(set(server.workers()) - set(before)) == 2)
        wait_until(server.answers)
        to_parent(server, signal.SIGTERM)
        assert server.code() == 0


def test_a_stop_while_a_dead_worker_waits_to_be_started_again_ends(tmp_path):
    with serving(tmp_path) as server:
        os.kill(server.workers()[0], signal.SIGKILL)
        wait_until(lambda: len(server.workers()) == 1)
        to_parent(server, signal.SIGTERM)
        assert server.code() == 0


def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    with serving(tmp_path) as server:
        workers = server.workers()
        os.kill(server.process.pid, signal.SIGKILL)
        wait_until(server.is_gone)
        wait_until(lambda: not any(map(is_running, workers)))


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_an_application_that_cannot_be_loaded_ends_the_server(tmp_path):
    server = Server(tmp_path, "tests.server.application:nothing", "")
    try:
        assert server.code() == 1
    finally:
        server.kill()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0.0.0.0", "::"])
def test_a_second_server_says_that_the_port_is_taken(tmp_path, address):
    with serving(tmp_path, ADDRESS=address if address != "::1" else "::") as server:
        second = portal_serve(tmp_path, address, server.port)
        assert second.returncode == 1
        assert second.stdout == ""
        [line] = second.stderr.splitlines()
        assert f":{server.port} is taken by another program" in line
        assert server.ask() == (200, b"ok")


def test_an_address_that_is_not_ours_is_told_in_one_line(tmp_path):
    found = portal_serve(tmp_path, "192.0.2.1", free_port())
    assert found.returncode == 1
    [line] = found.stderr.splitlines()
    assert "check ADDRESS and PORT" in line


def portal_serve(folder: Path, address: str, port: int) -> subprocess.CompletedProcess[str]:
    own = {"PORTAL_DATA": str(folder), "ADDRESS": address, "PORT": str(port)}
    return subprocess.run(
        [sys.executable, "-c", "from portal.cli import main; main()", "serve"],
        cwd=ROOT,
        env=os.environ | own | {"PYTHONPATH": python_path()},
        capture_output=True,
        text=True,
        timeout=PATIENCE * 4,
        check=False,
    )
