"""On PostgreSQL the log is one table a month, so that old months can go whole."""

from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from portal.identifiers import first_at

TABLE = "consent_records"
DEFAULT = "consent_records_default"
MONTHS_AHEAD = 12
LOCK_TIMEOUT = 3  # seconds
MONTHS = rf"""
SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid
WHERE inhparent = '{TABLE}'::regclass AND relname ~ '^{TABLE}_\d{{4}}_\d\d$'
"""
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


def ensure_partitions(
    connection: Connection, months: int = MONTHS_AHEAD, since: date | None = None
) -> list[str]:
    """Make the partitions that are missing, from a day on (today) and so many months ahead of it.

    Returns their names. Rows that meanwhile landed in the default partition move to where they
    belong.
    """
    if connection.dialect.name != "postgresql":
        return []
    starts = _month_starts(since or _today(), months + 1)
    missing = [start for start in starts if not _exists(connection, start)]
    if missing:
        _set_default_aside(connection)
        for start in missing:
            _create(connection, start)
        _refill(connection)
    return [_name(start) for start in missing]


def has_this_month(connection: Connection) -> bool:
    """Whether this month has its partition; elsewhere than on PostgreSQL it needs none."""
    return connection.dialect.name != "postgresql" or _exists(
        connection, _month_starts(_today(), 1)[0]
    )


def _today() -> date:
    return datetime.now(UTC).date()


def _month_starts(first: date, count: int) -> list[datetime]:
    months = range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + count)
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC) for number in months]


def _name(start: datetime) -> str:
    return f"{TABLE}_{start:%Y_%m}"


def _start(name: str) -> datetime:
    return datetime.strptime(name, f"{TABLE}_%Y_%m").replace(tzinfo=UTC)


def _next(start: datetime) -> datetime:
    return datetime(start.year + start.month // 12, start.month % 12 + 1, 1, tzinfo=UTC)


def _exists(connection: Connection, start: datetime) -> bool:
    return connection.scalar(text("SELECT to_regclass(:name)"), {"name": _name(start)}) is not None


def _guard(connection: Connection, partition: str) -> None:
    """What guards the whole table but does not reach a partition that is named itself."""
    for statement in (
        f"""CREATE TRIGGER {partition}_no_truncate BEFORE TRUNCATE ON {partition}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
        f"CREATE POLICY tenant ON {partition} USING (sees_tenant(tenant_id))",
        f"ALTER TABLE {partition} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    ):
        connection.execute(text(statement))


def _set_default_aside(connection: Connection) -> None:
    connection.execute(text(f"ALTER TABLE {TABLE} DETACH PARTITION {DEFAULT}"))
    connection.execute(text(f"ALTER TABLE {DEFAULT} RENAME TO {DEFAULT}_aside"))
    connection.execute(text(f"CREATE TABLE {DEFAULT} PARTITION OF {TABLE} DEFAULT"))
    _guard(connection, DEFAULT)


def _create(connection: Connection, start: datetime) -> None:
    connection.execute(
        text(
            f"CREATE TABLE {_name(start)} PARTITION OF {TABLE} "
            f"FOR VALUES FROM ('{first_at(start)}') TO ('{first_at(_next(start))}')"
        )
    )
    _guard(connection, _name(start))


def _refill(connection: Connection) -> None:
    """Rows that only move are not counted again."""
    for statement in (
        f"ALTER TABLE {TABLE} DISABLE TRIGGER count_records",
        f"INSERT INTO {TABLE} SELECT * FROM {DEFAULT}_aside",
        f"ALTER TABLE {TABLE} ENABLE TRIGGER count_records",
        f"DROP TABLE {DEFAULT}_aside",
    ):
        connection.execute(text(statement))
