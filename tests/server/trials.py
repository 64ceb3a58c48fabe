"""Many stops under load, in every way: `make trials`, or `python -m tests.server.trials 300`.

What is rare on a quiet machine shows here: prints how many servers did not end, or not with code 0,
and how many requests that the server had taken were not answered. Fails if there was any.
"""

import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from threading import Event, Thread

from portal import server
from portal.settings import Settings
from tests.ports import free_port
from tests.server.running import TARGET, children_of
from tests.waiting import comes_true

CLIENTS = 6
LONGEST_PAUSE = 0.3  # seconds
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
WAYS = ("parent", "group", "twice", "dying worker", "started again", "starting", "interrupt")


class Trial:
    def __init__(self, folder: str) -> None:
        self.port, self.seen, self.over = free_port(), Counter[str](), Event()
        environ = {"PORTAL_DATA": folder, "PORT": str(self.port), "PORTAL_WORKERS": "2"}
        settings = Settings.read(environ | {"PORTAL_THREADS": "4"})
        self.pid = os.fork()
        if not self.pid:
            self._serve(settings)

    def _serve(self, settings: Settings) -> None:
        os.setsid()
        code = 70
        try:
            code = server.serve(settings, server.reserved("127.0.0.1", self.port), TARGET)
        except SystemExit as reason:  # one of its processes
            code = reason.code
        finally:
            os._exit(code)

    def load(self) -> None:
        """Requests one after the other, each on a connection of its own."""
        while not self.over.is_set():
            with suppress(ConnectionRefusedError), socket.socket() as client:
                client.settimeout(30)
                client.connect(("127.0.0.1", self.port))
                self.seen[self._asked(client)] += 1

    def _asked(self, client: socket.socket) -> str:
        try:
            client.sendall(REQUEST)
            answer = b"".join(iter(lambda: client.recv(4096), b""))
        except OSError:
            return "not answered"
        return "answered" if answer.endswith(b"ok") else "not answered"

    def stop(self, way: str) -> None:
        if way == "starting":
            return self._tell(signal.SIGTERM)
        comes_true(lambda: self.seen["answered"])
        time.sleep(random.uniform(0, LONGEST_PAUSE))
        if way in ("dying worker", "started again"):
            with suppress(ProcessLookupError, IndexError):
                os.kill(random.choice(children_of(self.pid)), signal.SIGKILL)
        if way == "started again":
            time.sleep(random.uniform(0, 3 * LONGEST_PAUSE))
        if way in ("parent", "twice"):
            os.kill(self.pid, signal.SIGTERM)
        if way != "parent":
            self._tell(signal.SIGINT if way == "interrupt" else signal.SIGTERM)
        return None

    def _tell(self, number: int) -> None:
        if comes_true(lambda: os.getsid(self.pid) == self.pid):
            os.killpg(self.pid, number)

    def ended(self) -> str:
        found: list[int] = []

        def has_ended() -> bool:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            found.append(os.waitstatus_to_exitcode(status) if pid else -1)
            return bool(pid)

        return f"ended with code {found[-1]}" if comes_true(has_ended) else "did not end"


def trial(folder: str, way: str) -> Counter[str]:
    one = Trial(folder)
    clients = [Thread(target=one.load, daemon=True) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    one.stop(way)
    end = one.ended()
    one.over.set()
    for client in clients:
        client.join()
    # a worker that was killed takes its requests with it, one that has not begun has taken none
    lost = 0 if way in ("dying worker", "started again", "starting") else one.seen["not answered"]
    return Counter({end: 1, "answered": one.seen["answered"], "not answered": lost})


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    total = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for count in range(number):
            way = WAYS[count % len(WAYS)]
            found = trial(folder, way)
            if found["not answered"] or (way != "starting" and not found["ended with code 0"]):
                print(count, way, dict(found), flush=True)
            total += found
    print(dict(total))
    if total["did not end"] or total["not answered"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
