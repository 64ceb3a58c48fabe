"""Speed as ratios, measured in one run: `make benchmark`, or `python -m tests.benchmarks`.

Each figure of the portal is divided by that of the least that Flask and the database can do on the
same server and settings (tests/benchmarks/bare.py). Nothing is asserted: machines differ.
"""

import os
import sqlite3
import tempfile
import uuid
from pathlib import Path

import psycopg
from sqlalchemy import select

from portal import create_app
from portal.consent import preferences
from portal.database import db, writing
from portal.languages import AVAILABLE
from portal.policy.opening import open_portal
from portal.tenants.models import Tenant
from tests.benchmarks.load import Load, compare
from tests.benchmarks.servers import serving
from tests.conftest import make_anew
from tests.consent.records import keep, record
from tests.databases import postgresql

PAGE = "/terms/cookies-policy/"
DECISION = """{"decision": "accept_all", "policy": 1, "language": "fr", "surface": "banner",
"idempotency_key": "UUID"}"""
TABLE = "CREATE TABLE bare (id TEXT PRIMARY KEY, tenant_id INTEGER, decision TEXT, accepted TEXT)"
MANY = 10_000
BROWSER = uuid.uuid4()
REFUSED = {"decision": "reject_all", "accepted": ["necessary"], "rejected": ["statistics"]}
WARM_UP = 20  # times that each page is asked for first, so that all processes have rendered it


def prepare(environ: dict[str, str], tenants: int) -> list[str]:
    """A database with tenants; their hostnames."""
    app = create_app(environ)
    hosts = [f"tenant{number}.example" for number in range(tenants)]
    make_anew(app)
    with app.app_context():
        for start in range(0, tenants, 500):
            with writing():
                for host in hosts[start : start + 500]:
                    slug = host.partition(".")[0]
                    open_portal(slug, slug.title(), host, "fr", list(AVAILABLE))
    return hosts


def decide(environ: dict[str, str]) -> str:
    """One browser refuses everything at every tenant; its cookies, with two of somebody else."""
    app = create_app(environ)
    with app.app_context():
        tenants = db.session.scalars(select(Tenant.id)).all()
        refusals = [record(one, consent_id=BROWSER, **REFUSED) for one in tenants]
        keep(*refusals)
    return f"_ga=GA1.1.1170; cookies_preferences={preferences.write(refusals[0])}; theme=dark"


def pages(folder: Path) -> None:
    few, many = {"PORTAL_DATA": str(folder / "few")}, {"PORTAL_DATA": str(folder / "many")}
    one_host, hosts = prepare(few, 1), prepare(many, MANY)
    cookies, bare = [decide(few), decide(many)], {"BARE_DATABASE": ":memory:"}
    with (
        serving("tests.benchmarks.bare:app", bare) as base,
        serving("wsgi:app", few) as one,
        serving("wsgi:app", many) as ten_thousand,
    ):
        empty = Load("empty view", base, "/")
        loads = [
            Load("1 tenant", one, PAGE, one_host),
            Load("1 tenant, cookies", one, PAGE, one_host, cookie=cookies[0]),
            Load("10,000 tenants", ten_thousand, PAGE, hosts),
            Load("10,000 tenants, cookies", ten_thousand, PAGE, hosts, cookie=cookies[1]),
        ]
        for each in loads[2:]:
            each.answer(WARM_UP * MANY)
        rates = compare(empty, *loads)
    for each in loads:
        report(f"policy page / empty view, {each.name}", rates[each.name] / rates["empty view"])
    report("10,000 tenants / 1 tenant", rates["10,000 tenants"] / rates["1 tenant"])


def decisions(name: str, environ: dict[str, str], bare_database: str) -> None:
    hosts = prepare(environ, 1)
    with (
        serving("tests.benchmarks.bare:app", {"BARE_DATABASE": bare_database}) as base,
        serving("wsgi:app", environ) as portal,
    ):
        bare = Load("bare", base, "/insert", body=DECISION)
        ours = Load("portal", portal, "/api/v1/consents", hosts, body=DECISION)
        for connections in (8, 32):
            rates = compare(bare, ours, connections=connections)
            what = f"decision / bare durable insert, {name}, {connections} connections"
            report(what, rates["portal"] / rates["bare"])


def report(what: str, ratio: float) -> None:
    print(f"{ratio:6.2f}  {what}", flush=True)


def main() -> None:
    for name in ("DATABASE_URL", "PORTAL_OWNER_DATABASE_URL"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory() as place, postgresql(Path(place) / "cluster") as server:
        folder = Path(place)
        bare_file = folder / "bare.sqlite3"
        with sqlite3.connect(bare_file) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(TABLE)
        decisions("SQLite", {"PORTAL_DATA": str(folder / "sqlite")}, str(bare_file))
        server.create(name := f"bench_{uuid.uuid4().hex[:8]}")
        bare_url = server.create(f"bare_{uuid.uuid4().hex[:8]}")
        with psycopg.connect(bare_url) as connection:
            connection.execute(TABLE)
        decisions(
            "PostgreSQL", {"PORTAL_DATA": str(folder / "pg"), **server.environ(name)}, bare_url
        )
        pages(folder)


if __name__ == "__main__":
    main()
