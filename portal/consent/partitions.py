"""On PostgreSQL the log is one table a month, so that old months can go whole."""

from datetime import UTC, datetime

from sqlalchemy import Connection, text

from portal.identifiers import first_at

TABLE = "consent_records"
DEFAULT = "consent_records_default"
MONTHS_AHEAD = 12


def ensure_partitions(connection: Connection, months: int = MONTHS_AHEAD) -> list[str]:
    """Make the partitions of this month and the next ones that are missing; their names.

    Rows that meanwhile landed in the default partition move to where they belong.
    """
    if connection.dialect.name != "postgresql":
        return []
    missing = [start for start in _month_starts(months + 1) if not _exists(connection, start)]
    if missing:
        _set_default_aside(connection)
        for start in missing:
            _create(connection, start)
        _refill(connection)
    return [_name(start) for start in missing]


def has_this_month(connection: Connection) -> bool:
    """Whether this month has its partition; elsewhere than on PostgreSQL it needs none."""
    return connection.dialect.name != "postgresql" or _exists(connection, _month_starts(1)[0])


def _month_starts(count: int) -> list[datetime]:
    today = datetime.now(UTC)
    months = range(today.year * 12 + today.month - 1, today.year * 12 + today.month - 1 + count)
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC) for number in months]


def _name(start: datetime) -> str:
    return f"{TABLE}_{start:%Y_%m}"


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
    following = start.year * 12 + start.month
    end = datetime(following // 12, following % 12 + 1, 1, tzinfo=UTC)
    connection.execute(
        text(
            f"CREATE TABLE {_name(start)} PARTITION OF {TABLE} "
            f"FOR VALUES FROM ('{first_at(start)}') TO ('{first_at(end)}')"
        )
    )
    _guard(connection, _name(start))


def _refill(connection: Connection) -> None:
    connection.execute(text(f"INSERT INTO {TABLE} SELECT * FROM {DEFAULT}_aside"))
    connection.execute(text(f"DROP TABLE {DEFAULT}_aside"))
