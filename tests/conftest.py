"""Every test gets a database of its own, copied from a migrated one: SQLite and PostgreSQL."""

import gc
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from portal import create_app
from portal.cli.db import bring_up_to_date
from portal.database import OWNER, db, owner_engine
from portal.privileges import let_serve
from tests.backoffice_host import BackofficeClient
from tests.client import Visitor
from tests.counter import Counter
from tests.databases import SERVING, Cluster, postgresql

TEMPLATE = "portal_template"
# tests kill servers of ours, never the machine: what the system was given is safe
HASTE = ("fsync = off", "full_page_writes = off", "autovacuum = off")

# how long an example takes is the machine's affair
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_collection_finish() -> None:
    """Look for garbage when there is much, everywhere but in what is there for good.

    Each test makes an application, which is all cycles: finding them took a quarter of the time and
    stopped a test for seconds.
    """
    gc.freeze()
    gc.set_threshold(300_000, 0, 0)  # objects; each third look is at the old ones too


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    # not in pytest's own folder, which the next runs clear while this one goes on
    with (
        TemporaryDirectory() as folder,
        postgresql(Path(folder) / "cluster", HASTE) as server,
    ):
        server.create(TEMPLATE)
        migrate({"PORTAL_DATA": folder, **server.environ(TEMPLATE)})
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite")
    migrate({"PORTAL_DATA": str(folder)})
    return folder / "portal.sqlite3"


@pytest.fixture
def backoffice_host() -> str:
    """That of all tenants; none, unless a test is marked to run `both_ways`."""
    return ""


@pytest.fixture
def settings_of_all(tmp_path: Path, backoffice_host: str) -> dict[str, str]:
    return {"PORTAL_DATA": str(tmp_path), "PORTAL_BACKOFFICE_HOST": backoffice_host}


@pytest.fixture
def sqlite_environ(
    sqlite_template: Path, tmp_path: Path, settings_of_all: dict[str, str]
) -> dict[str, str]:
    shutil.copy(sqlite_template, tmp_path / "portal.sqlite3")
    return settings_of_all


@pytest.fixture
def postgresql_environ(
    cluster: Cluster, settings_of_all: dict[str, str]
) -> Iterator[dict[str, str]]:
    name = f"t{uuid.uuid4().hex}"
    cluster.create(name, TEMPLATE)
    yield settings_of_all | cluster.environ(name)
    cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def environ(
    request: pytest.FixtureRequest,
    backoffice_host: str,
) -> dict[str, str]:
    """The environment of an installation with an empty, migrated database, on either engine."""
    found: dict[str, str] = request.getfixturevalue(f"{request.param}_environ")
    return found


@pytest.fixture
def app(environ: dict[str, str]) -> Iterator[Flask]:
    """The application on both databases."""
    yield from running(environ)


@pytest.fixture
def lone_app(sqlite_environ: dict[str, str]) -> Iterator[Flask]:
    """The application on SQLite alone, for what has nothing to do with the database."""
    yield from running(sqlite_environ)


@pytest.fixture
def postgresql_app(postgresql_environ: dict[str, str]) -> Iterator[Flask]:
    """The application on PostgreSQL alone: partitions, row security, connections that break."""
    yield from running(postgresql_environ)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with closing(Counter(tmp_path)) as started:
        yield started


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def lone_visitor(lone_app: Flask) -> Visitor:
    return Visitor(lone_app)


def migrate(environ: dict[str, str]) -> None:
    app = create_app(environ)
    make_anew(app)
    with app.app_context():
        [one.dispose() for one in db.engines.values()]


def make_anew(app: Flask) -> None:
    """All tables, and what the role may do with them that serves."""
    with app.app_context():
        bring_up_to_date()
        if OWNER in db.engines:
            with owner_engine().begin() as connection:
                let_serve(connection, SERVING)


class Compiled(BytecodeCache):
    """Templates that an application compiled, for those of the tests that follow."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if found := self.kept.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


class KnownRule(Rule):
    """A route; compiling how its address is made was most of what an application took."""

    known: ClassVar[dict[tuple[Any, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, *unknown: bool) -> Callable[..., tuple[str, str]]:
        made_of = (self.rule, self.host, self.subdomain, repr(self.defaults), unknown)
        if made_of not in self.known:
            self.known[made_of] = super()._compile_builder(*unknown)
        return self.known[made_of]


Flask.url_rule_class = KnownRule


def running(environ: dict[str, str]) -> Iterator[Flask]:
    app = create_app(environ)
    app.jinja_env.bytecode_cache = Compiled()
    if app.extensions["portal.settings"].backoffice_host:
        app.test_client_class = BackofficeClient
    yield app
    app.extensions["portal.changes"].stop()
    app.extensions["portal.impressions"].stop()
    with app.app_context():
        [one.dispose() for one in db.engines.values()]
