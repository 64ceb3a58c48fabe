"""The counts. They name nobody, so they stay when records go."""

from sqlalchemy import BigInteger, Column, Date, Integer, String, Table, Uuid

from portal.database import Base

SHOWN = "shown"  # an event beside the four decisions: a page that asked was sent


def _columns(*, key: bool) -> list[Column[object]]:
    return [
        Column("tenant_id", Integer, primary_key=True, autoincrement=False),
        Column("day", Date, primary_key=key, nullable=False),  # in UTC
        Column("policy", Integer, primary_key=key, nullable=False),
        Column("language", String(35), primary_key=key, nullable=False),
        Column("event", String(20), primary_key=key, nullable=False),
        Column("accepted", String(100), primary_key=key, nullable=False),  # separated by spaces
        Column("count", BigInteger, nullable=False),
    ]


figures = Table("figures", Base.metadata, *_columns(key=True), sqlite_with_rowid=False)

# What was counted and is not in `figures` yet. A trigger adds to it for each record of the log, so
# that those who append do not wait for each other at a shared row.
uncounted = Table(
    "uncounted",
    Base.metadata,
    *_columns(key=False),
    Column("id", Uuid, primary_key=True),
    sqlite_with_rowid=False,
)
