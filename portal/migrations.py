"""The migrations: how Alembic finds them, and whether a database has had them all."""

from functools import cache

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from portal.settings import ROOT

HEAD = "head"


def alembic_config() -> Config:
    return Config(toml_file=str(ROOT / "pyproject.toml"))


def revisions(connection: Connection) -> tuple[str, ...]:
    """Where the database stands; empty before the first migration."""
    return MigrationContext.configure(connection).get_current_heads()


@cache
def newest_revisions() -> tuple[str, ...]:
    """Where this release wants the database to be."""
    return tuple(ScriptDirectory.from_config(alembic_config()).get_heads())


def is_older(there: tuple[str, ...]) -> bool:
    """Whether migrations of this release are missing; revisions are numbers of four digits.

    A newer database is that of an upgrade, during which servers of both releases run.
    """
    return max(there, default="") < max(newest_revisions())
