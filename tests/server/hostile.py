"""Hostile requests against a portal as it is served: `make trials`, or
`python -m tests.server.hostile 100000 [postgresql] [nginx]`.

Several are sent ahead on a connection, which ends with the first that is refused. Of every ten
connections one breaks off, and a hundred stand still all the while. Prints how many
answers had which status, and what each process weighs; fails at any 5xx that is no 503, at a
traceback in the log, when `/healthz` is not answered, or when a thread is lost.
"""

import json
import re
import socket
import ssl
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread

from portal import create_app
from tests import make
from tests.api.program import token
from tests.conftest import make_anew
from tests.databases import postgresql
from tests.proxies.standing import Nginx, standing
from tests.server.mutations import Mutations
from tests.server.running import Server, serving

HOSTS = ["paris.example", "lyon.example", "nice.example"]
THREADS = 8  # of the clients, and of each process of the server
STANDING = 100  # connections that stand still
LIMITS = {"PORTAL_VISIT_LIMIT": str(10**9), "PORTAL_TOKEN_LIMIT": str(10**9)}  # all is let in
STATUS = re.compile(rb"(?:^|\n|[^\r\n])HTTP/1\.1 (\d\d\d|reset|timeout) ")
STALLS = [b"", b"GET", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"]
SHORT = 0.5  # seconds, for a proxy that waits for the rest of a request
PROXYS_OWN = ("501", "505")  # codings and versions that nginx does not know
LAST = b"GET / HTTP/1.1\r\nHost: paris.example\r\nConnection: close\r\n\r\n"
RESET, TIMEOUT = b"\nHTTP/1.1 reset ", b"\nHTTP/1.1 timeout "
NEEDS_A_THREAD = (
    b"GET /nothing-is-here HTTP/1.1\r\nHost: paris.example\r\nConnection: close\r\n\r\n"
)
WARM_UP = 5  # of how many parts of the requests the first one is no measure


class Trial:
    def __init__(self, server: Server, mutations: list[Mutations], proxy: Nginx | None) -> None:
        self._server, self._mutations, self._proxy = server, mutations, proxy
        self.statuses, self._lock = Counter[str](), Lock()
        self._over = Event()

    @property
    def is_proxied(self) -> bool:
        return self._proxy is not None

    def run(self, requests: int) -> None:
        """Send so many, in as many threads as there are mutations."""
        each = requests // len(self._mutations)
        with ThreadPoolExecutor(len(self._mutations)) as pool:
            list(pool.map(self._send, self._mutations, [each] * len(self._mutations)))

    def _send(self, mutations: Mutations, requests: int) -> None:
        chance, seen = Random(requests), Counter[str]()
        while requests > 0:
            some = mutations.some()
            requests -= len(some)
            seen["sent"] += len(some)
            seen.update(self._answers(b"".join(some), breaks_off=chance.random() < 0.1))
        with self._lock:
            self.statuses += seen

    def _answers(self, data: bytes, *, breaks_off: bool) -> list[str]:
        found = []
        try:
            with self._connect() as client:
                if breaks_off:
                    client.sendall(data[: len(data) // 2])
                    return ["broken off"]
                with suppress(OSError):  # it may have been refused already
                    client.sendall(data if not self._proxy else data + LAST)
                    if (
                        not self._proxy
                    ):  # which takes the end of what is sent for a client that went
                        client.shutdown(socket.SHUT_WR)
                found.extend(iter(lambda: client.recv(65536), b""))
        except TimeoutError:
            found.append(b"" if self._proxy else TIMEOUT)  # it waits for more than we have
        except OSError:
            found.append(RESET)
        return [status.decode() for status in STATUS.findall(b"".join(found))]

    def _connect(self) -> socket.socket:
        if not self._proxy:
            return self._server.connect()
        trusting = ssl.create_default_context(cafile=self._proxy.authority)
        connected = socket.create_connection(("127.0.0.1", self._proxy.port), SHORT)
        return trusting.wrap_socket(connected, server_hostname=HOSTS[0])

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While `/healthz` is asked again and again, and connections stand still."""
        watch = Thread(target=self._watch)
        with ExitStack() as stack:
            for number in range(STANDING):
                client = stack.enter_context(self._server.connect())
                client.sendall(STALLS[number % len(STALLS)])
            watch.start()
            try:
                yield
            finally:
                self._over.set()
                watch.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            try:
                found = str(self._server.ask("/healthz")[0])
            except OSError:
                found = "none"
            with self._lock:
                self.statuses[f"healthz {found}"] += 1

    def has_all_threads(self) -> bool:
        """Whether many at once that each need one are answered."""
        with ThreadPoolExecutor(32) as pool:
            found = list(pool.map(self._server.raw, [NEEDS_A_THREAD] * 32))
        return all(one.startswith(b"HTTP/1.1 404 ") for one in found)

    def sizes(self) -> dict[int, float]:
        """MB of each process."""
        return {one: _resident(one) for one in self._server.workers()}


def _resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def told(log: str) -> Counter[str]:
    """How often the log says what, without what differs."""
    lines = [json.loads(one) for one in log.splitlines() if one.startswith("{")]
    return Counter(f"{one['level']}: {one['message'][:70]}" for one in lines)


def faults(trial: Trial, before: dict[int, float], log: str) -> list[str]:
    known = PROXYS_OWN if trial.is_proxied else ()
    seen = [one for one in trial.statuses if one not in known and _is_bad(one)]
    bad = [f"{one}: {trial.statuses[one]}" for one in seen]
    bad += ["a traceback in the log"] if "Traceback" in log else []
    bad += [] if before.keys() == trial.sizes().keys() else ["a process ended"]
    return bad + ([] if trial.has_all_threads() else ["a thread is lost"])


def _is_bad(status: str) -> bool:
    if status.startswith("healthz"):
        return status != "healthz 200"
    return status == "timeout" or (status[0] == "5" and status != "503")


def prepare(environ: dict[str, str]) -> list[Mutations]:
    """A database with three tenants; requests for them."""
    app = create_app(environ)
    make_anew(app)
    for host in HOSTS:
        make.tenant(app, host.partition(".")[0])
    secret = token(app)
    return [Mutations(app, HOSTS, secret, seed) for seed in range(THREADS)]


def trial(folder: Path, requests: int, environ: dict[str, str], *, nginx: bool) -> list[str]:
    """What was found wrong; prints what was seen."""
    mutations = prepare({"PORTAL_DATA": str(folder)} | environ)
    own = {"PORTAL_THREADS": str(THREADS), "PORTAL_PROXIES": str(int(nginx))} | LIMITS | environ
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("w"))
        server = stack.enter_context(serving(folder, "wsgi:app", log=log, **own))
        place = folder / "nginx"
        proxy = stack.enter_context(standing(Nginx, place, server.port, HOSTS)) if nginx else None
        one = Trial(server, mutations, proxy)
        with one.watched():
            one.run(requests // WARM_UP)
            before = one.sizes()
            one.run(requests - requests // WARM_UP)
        after = one.sizes()
        found = faults(one, before, (folder / "log").read_text())
        print(dict(told((folder / "log").read_text())))
    print(dict(sorted(one.statuses.items())))
    for process, size in before.items():
        print(
            f"process {process}: {size:.0f} MB after warming up, {after.get(process, 0):.0f} after"
        )
    return found


def main() -> None:
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, environ = Path(name), {"DATABASE_URL": ""}
        if "postgresql" in sys.argv:
            cluster = stack.enter_context(postgresql(folder / "cluster"))
            cluster.create("hostile")
            environ = cluster.environ("hostile")
        (folder / "portal").mkdir()
        found = trial(folder / "portal", requests, environ, nginx="nginx" in sys.argv)
    if found:
        raise SystemExit("; ".join(found))


if __name__ == "__main__":
    main()
