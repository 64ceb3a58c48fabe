"""On PostgreSQL the log is one table a month, so that old months can go whole."""

from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from portal.identifiers import first_at

TABLE = "consent_records"
MONTHS_AHEAD = 12
LOCK_TIMEOUT = 3  # seconds
MONTHS = rf"""
SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid
WHERE inhparent = '{TABLE}'::regclass AND relname ~ '^{TABLE}_\d{{4}}_\d\d$'
"""
CAN_MAKE = "SELECT to_regprocedure('make_partitions(date, integer)') IS NOT NULL"
TENANTS = """
WITH RECURSIVE found (tenant_id) AS (
    SELECT min(tenant_id) FROM {month}
    UNION ALL
    SELECT (SELECT min(tenant_id) FROM {month} WHERE tenant_id > found.tenant_id)
    FROM found WHERE found.tenant_id IS NOT NULL
)
SELECT tenant_id FROM found WHERE tenant_id IS NOT NULL
"""


class Partition(NamedTuple):
    """The table of one month; `end` is the lowest id of the next."""

    name: str
    end: UUID


def partitions(connection: Connection) -> list[Partition]:
    """The months' tables, oldest first; there are none on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    names = connection.scalars(text(MONTHS))
    return [Partition(name, first_at(_next(_start(name)))) for name in sorted(names)]


def tenants_of(connection: Connection, month: Partition) -> list[int]:
    """The tenants that have a record in a month: a step along the index for each of them."""
    found = text(TENANTS.format(month=month.name))
    return list(connection.scalars(found))


def drop(connection: Connection, month: Partition) -> None:
    """Drop a month's table; raises OperationalError if it is in use for longer than LOCK_TIMEOUT.

    Decisions wait for whoever waits to drop, so it may not wait for long.
    """
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}s'"))
    connection.execute(text(f"DROP TABLE {month.name}"))


def ensure_partitions(connection: Connection) -> list[str]:
    """Make the partitions of this month and of the twelve ahead that are missing; their names.

    The role that serves may call it too. Rows that meanwhile landed in the default partition move
    to where they belong. Raises OperationalError if the log is in use for longer than a second.
    """
    if connection.dialect.name != "postgresql":
        return []
    return list(connection.scalars(text("SELECT make_coming_partitions()")))


def make_partitions(
    connection: Connection, months: int = MONTHS_AHEAD, since: date | None = None
) -> list[str]:
    """The same for the owner, from any day on and so many months ahead of it.

    Before the migration that brings the function there are none but the default.
    """
    if connection.dialect.name != "postgresql" or not connection.scalar(text(CAN_MAKE)):
        return []
    asked = {"since": since or _today(), "months": months}
    return list(connection.scalars(text("SELECT make_partitions(:since, :months)"), asked))


def has_this_month(connection: Connection) -> bool:
    """Whether this month has its partition; elsewhere than on PostgreSQL it needs none."""
    return connection.dialect.name != "postgresql" or _exists(connection, _today())


def _today() -> date:
    return datetime.now(UTC).date()


def _name(day: date) -> str:
    return f"{TABLE}_{day:%Y_%m}"


def _start(name: str) -> datetime:
    return datetime.strptime(name, f"{TABLE}_%Y_%m").replace(tzinfo=UTC)


def _next(start: datetime) -> datetime:
    return datetime(start.year + start.month // 12, start.month % 12 + 1, 1, tzinfo=UTC)


def _exists(connection: Connection, day: date) -> bool:
    return connection.scalar(text("SELECT to_regclass(:name)"), {"name": _name(day)}) is not None
