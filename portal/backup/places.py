"""Where a backup is made of and restored into: a database whose every row the connection sees."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.sql.expression import table

from portal.backup.archives import BackupError
from portal.consent.partitions import TABLE as LOG_TABLE
from portal.database import EVERY_TENANT, name_tenant, owner_engine
from portal.tenants.models import ChangeCounter, Tenant

VERSIONS = "alembic_version"
COUNTER = ChangeCounter.__tablename__
# the owner sees every row; of others row-level security would hide some, and say nothing
NOT_OWNED = """
SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
AND relkind IN ('r', 'p') AND NOT pg_has_role(relowner, 'USAGE') ORDER BY relname LIMIT 1
"""


class NotOwner(BackupError):
    """The database's role may not see every row."""


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A transaction that reads every row as it was when it began, whatever is written meanwhile.

    Raises NotOwner.
    """
    engine = owner_engine()
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    with engine.connect() as connection, connection.begin():
        see_everything(connection)
        _refuse_blindness(connection)
        yield connection


def see_everything(connection: Connection) -> None:
    """Raises NotOwner where row-level security would hide rows."""
    if connection.dialect.name != "postgresql":
        return
    if hidden := connection.scalar(text(NOT_OWNED)):
        raise NotOwner(
            f"the role of the database does not own {hidden}, so rows would be hidden from it: "
            "connect as the role that ran `portal db upgrade`"
        )
    name_tenant(connection, EVERY_TENANT)


def _refuse_blindness(connection: Connection) -> None:
    """Every tenant was announced once, and none is ever deleted."""
    if COUNTER not in tables(connection):
        return
    announced = connection.scalar(select(func.max(ChangeCounter.number)))
    if announced and not connection.scalar(select(func.count()).select_from(Tenant)):
        raise NotOwner("the role of the database sees no tenant, though there have been some")


def tables(connection: Connection) -> set[str]:
    """The product's tables; the months of the log are part of the one that they belong to."""
    found = inspect(connection).get_table_names()
    return {one for one in found if one != VERSIONS and not one.startswith(f"{LOG_TABLE}_")}


def filled(connection: Connection) -> list[str]:
    """The tables with rows; the counter, which has one from the start, is not among them."""
    return sorted(
        one
        for one in tables(connection) - {COUNTER}
        if connection.execute(select(text("1")).select_from(table(one)).limit(1)).first()
    )
