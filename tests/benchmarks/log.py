"""The log at scale: `python -m tests.benchmarks.log [records]`; five million take some minutes.

What is read and written with so many records on PostgreSQL, against the same with 5 thousand over
the same two years; then an export through a real server and the purge of whole months. Nothing is
asserted: machines differ.
"""

import http.client
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from flask import Flask

from portal import create_app
from portal.consent import erasing, log
from portal.consent.models import ConsentRecord
from portal.database import each_committed, owner_engine
from portal.identifiers import time_of
from tests import make
from tests.backoffice.member import Member, owner
from tests.benchmarks.history import BIG, DAYS, fill
from tests.benchmarks.load import Load, compare
from tests.benchmarks.memory import growing
from tests.benchmarks.servers import serving
from tests.conftest import migrate
from tests.databases import Cluster, postgresql

FEW, MANY, EXPORTED = 5_000, 5_000_000, 1_000_000
BIG_SHARE = 0.6
ROUNDS = 30
LOG, FIGURES = "/backoffice/consents/", "/backoffice/figures/"
DECISION = """{"decision": "accept_all", "policy": 1, "language": "fr", "surface": "banner",
"idempotency_key": "UUID"}"""


class Installation:
    """An application on a database of its own with so many records, and a member of the biggest."""

    def __init__(self, cluster: Cluster, folder: Path, records: int) -> None:
        self.records = records
        name = f"log_{records}"
        cluster.create(name)
        self.environ = {"PORTAL_DATA": str(folder / name), **cluster.environ(name)}
        migrate(self.environ)
        self.app: Flask = create_app(self.environ)
        began = time.perf_counter()
        fill(self.app, records)
        print(f"{records:,} records made in {time.perf_counter() - began:.0f} s", flush=True)
        self.member: Member = owner(self.app, BIG)

    def newest(self) -> ConsentRecord:
        with self.app.app_context():
            return log.page(make.find(BIG).id, size=1).records[0]

    def milliseconds(self, path: str) -> float:
        began = time.perf_counter()
        assert self.member.get(path).status_code in {200, 303}, path
        return (time.perf_counter() - began) * 1000


def report(ratio: float, what: str) -> None:
    print(f"{ratio:6.2f}  {what}", flush=True)


def pages(few: Installation, many: Installation) -> None:
    """Each page in turns, so that the machine's moods hit both."""
    known = {one: one.newest() for one in (few, many)}
    for what, path in (
        ("first page of the log", LOG),
        ("search by consent id", LOG + "?find={0.consent_id}"),
        ("what one browser decided", LOG + "of/{0.consent_id}/"),
        ("search by receipt id", LOG + "?find={0.id}"),
        ("figures, 30 days", FIGURES),
        ("figures, a year", FIGURES + "?days=365"),
    ):
        times = {few: [], many: []}
        for _ in range(ROUNDS):
            for one, found in times.items():
                found.append(one.milliseconds(path.format(known[one])))
        middle = {one: median(found) for one, found in times.items()}
        report(
            middle[many] / middle[few],
            f"{what}: {middle[many]:.0f} ms with {many.records:,} records, "
            f"{middle[few]:.0f} ms with {few.records:,}",
        )


def sieves(many: Installation) -> None:
    """Filters that few records pass, or none: bounded by what a page may take."""
    for asked in ("decision=withdraw", "language=ar", "surface=form", "category=marketing"):
        times = [many.milliseconds(f"{LOG}?{asked}") for _ in range(3)]
        print(f"        {asked}: {median(times):.0f} ms for a page", flush=True)


def decisions(few: Installation, many: Installation) -> None:
    hosts = [f"{BIG}.example"]
    with (
        serving("wsgi:app", few.environ) as one,
        serving("wsgi:app", many.environ) as other,
    ):
        path = "/api/v1/consents"
        loads = Load("few", one, path, hosts, DECISION), Load("many", other, path, hosts, DECISION)
        rates = compare(*loads)
    report(rates["many"] / rates["few"], "decisions a second, many records / few")


def export(many: Installation) -> None:
    """A million lines through a real server, and how its memory grows meanwhile."""
    days = DAYS * EXPORTED / (BIG_SHARE * many.records)
    since = (datetime.now(UTC) - timedelta(days=days)).date()
    with serving("wsgi:app", many.environ) as base:
        sum(_exported(many, base, f"until={since - timedelta(days=int(DAYS - days) - 3)}"))  # warm
        began = time.perf_counter()
        with growing() as memory:
            lines = 0
            for part in _exported(many, base, f"since={since}"):
                lines += part
                memory.look()
        seconds = time.perf_counter() - began
    print(f"        {lines:,} records exported in {seconds:.0f} s", flush=True)
    print(f"        the server's memory grew by {memory.growth:.0f} MB at the most", flush=True)


def _exported(many: Installation, base: str, asked: str) -> Iterator[int]:
    """Lines, a part of the file at a time."""
    session = many.member.client.get_cookie("sessionid", f"{BIG}.example")
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    headers = {"Host": f"{BIG}.example", "Cookie": f"sessionid={session.value}"}
    connection.request("GET", f"{LOG}export.ndjson?{asked}", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    while part := answer.read(1 << 20):
        yield part.count(b"\n")
    connection.close()


def purge(many: Installation) -> None:
    """The oldest months, once they are past every tenant's limit."""
    with many.app.app_context():
        kept = timedelta(days=erasing.retention_days(make.find(BIG)))
        with owner_engine().connect() as connection:
            third = erasing.partitions(connection)[2]
        now = time_of(third.end) + kept + timedelta(minutes=1)
        began = time.perf_counter()
        for piece in each_committed(erasing.purge(now, "benchmark")):
            seconds, began = time.perf_counter() - began, time.perf_counter()
            for name in piece.partitions:
                print(f"        {name} purged in {seconds:.2f} s", flush=True)


def main() -> None:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with tempfile.TemporaryDirectory() as name, postgresql(Path(name) / "cluster") as cluster:
        few, many = (Installation(cluster, Path(name), count) for count in (FEW, records))
        pages(few, many)
        sieves(many)
        decisions(few, many)
        export(many)
        purge(many)


if __name__ == "__main__":
    main()
