"""Appending a batch of records with their idempotency keys, in as few steps as the database allows.

PostgreSQL takes the whole batch in one statement: the rows travel as one JSON array, and what a
key keeps out is decided where it is known. The statement itself names the tenants, for row-level
security. SQLite lives in this process, so plain inserts do.

The statements go to the driver itself. On their way through SQLAlchemy they cost more than the
decision around them.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine.interfaces import DBAPIConnection

from portal.consent.models import ConsentRecord, consent_records, idempotency_keys
from portal.database import TENANT_SETTING, listed

Keyed = tuple[ConsentRecord, UUID | None]
Browser = tuple[int, UUID]  # tenant and consent id

NAMES = tuple(column.name for column in consent_records.columns)


def append(connection: DBAPIConnection, batch: Sequence[Keyed]) -> set[UUID]:
    """Insert the records, but for those whose key led to another one before; the ids inserted.

    All of it is durable at the end, or none of it was stored.
    """
    match connection:
        case psycopg.Connection():
            return _append_to_postgresql(connection, batch)
        case sqlite3.Connection():
            return _append_to_sqlite(connection, batch)
    raise TypeError(type(connection))


def newest(connection: DBAPIConnection, browsers: Collection[Browser]) -> dict[Browser, UUID]:
    """The id of each browser's last record, for those that have one."""
    match connection:
        case psycopg.Connection():
            return _newest_on_postgresql(connection, browsers)
        case sqlite3.Connection():
            return dict(_newest_on_sqlite(connection, browsers))
    raise TypeError(type(connection))


def _values(record: ConsentRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in NAMES}


def _typed(column: Column[Any]) -> str:
    kind = column.type.compile(dialect=PGDialect())  # type: ignore[no-untyped-call]
    return f"{column.name} {kind}"


LISTED = ", ".join(NAMES)
# What needs the tenants to be named names `named`, so that it comes after it.
NAMED = f"""
named AS MATERIALIZED (SELECT set_config('{TENANT_SETTING}', %s, true) AS tenants)"""
ONE_STATEMENT = f"""
WITH {NAMED}, given AS MATERIALIZED (
    SELECT row.* FROM named, LATERAL jsonb_to_recordset(
        CASE WHEN named.tenants IS NOT NULL THEN CAST(%s AS jsonb) END
    ) AS row ({", ".join(_typed(column) for column in consent_records.columns)}, key uuid)
), claimed AS (
    INSERT INTO idempotency_keys (tenant_id, key, record_id)
    SELECT tenant_id, key, id FROM given WHERE key IS NOT NULL
    ORDER BY key -- one order for every server, so that none waits for another in a circle
    ON CONFLICT DO NOTHING RETURNING record_id
)
INSERT INTO consent_records ({LISTED}) SELECT {LISTED} FROM given
WHERE key IS NULL OR id IN (SELECT record_id FROM claimed)
RETURNING id
"""


NEWEST = f"""
WITH {NAMED}
SELECT asked.tenant_id, asked.consent_id, newest.id
FROM named, jsonb_to_recordset(CAST(%s AS jsonb)) AS asked (tenant_id integer, consent_id uuid),
LATERAL (
    SELECT id FROM consent_records AS log
    WHERE log.tenant_id = asked.tenant_id AND log.consent_id = asked.consent_id
    AND named.tenants IS NOT NULL
    ORDER BY id DESC LIMIT 1
) AS newest
"""


def _append_to_postgresql(connection: psycopg.Connection, batch: Sequence[Keyed]) -> set[UUID]:
    rows = json.dumps([_values(record) | {"key": key} for record, key in batch], default=str)
    tenants = listed(record.tenant_id for record, _ in batch)
    return {found for (found,) in connection.execute(ONE_STATEMENT, (tenants, rows), prepare=True)}


def _newest_on_postgresql(
    connection: psycopg.Connection, browsers: Collection[Browser]
) -> dict[Browser, UUID]:
    rows = [{"tenant_id": tenant, "consent_id": str(consent)} for tenant, consent in browsers]
    asked = (listed(tenant for tenant, _ in browsers), json.dumps(rows))
    found = connection.execute(NEWEST, asked, prepare=True)
    return {(tenant, consent): last for tenant, consent, last in found}


@lru_cache(maxsize=512)
def _insert(table: Table, rows: int) -> str:
    """One statement for all rows: the lock is held, and the interpreter let go, fewer times."""
    names = [column.name for column in table.columns]
    values = ", ".join(["(" + ", ".join("?" * len(names)) + ")"] * rows)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {values}"


def _bound(table: Table, rows: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    """The values of all rows as the driver wants them, in the order of the columns."""
    return tuple(bind(row[name]) for row in rows for name, bind in BINDS[table.name])


def _bind(column: Column[Any]) -> Callable[[Any], Any]:
    kind = column.type.dialect_impl(SQLITE)
    return kind.bind_processor(SQLITE) or (lambda value: value)


SQLITE = SQLiteDialect()
BINDS = {
    table.name: [(column.name, _bind(column)) for column in table.columns]
    for table in (consent_records, idempotency_keys)
}


def _append_to_sqlite(connection: sqlite3.Connection, batch: Sequence[Keyed]) -> set[UUID]:
    connection.execute("BEGIN IMMEDIATE")
    taken = _claim(connection, [(record, key) for record, key in batch if key])
    fresh = [_values(record) for record, _ in batch if record.id not in taken]
    if fresh:
        _execute(connection, consent_records, fresh)
    connection.execute("COMMIT")
    return {values["id"] for values in fresh}


def _execute(connection: sqlite3.Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    statement = _insert(table, len(rows))
    if table is idempotency_keys:
        statement += " ON CONFLICT DO NOTHING"
    return connection.execute(statement, _bound(table, rows)).rowcount


def _claim(connection: sqlite3.Connection, keyed: Sequence[Keyed]) -> set[UUID]:
    """Take each key for its record; the ids of those whose key was taken already."""
    claims = {
        record.id: {"tenant_id": record.tenant_id, "key": key, "record_id": record.id}
        for record, key in keyed
    }
    if not claims or _execute(connection, idempotency_keys, [*claims.values()]) == len(claims):
        return set()
    return {identifier for identifier, claim in claims.items() if not _won(connection, claim)}


def _newest_on_sqlite(
    connection: sqlite3.Connection, browsers: Collection[Browser]
) -> Iterator[tuple[Browser, UUID]]:
    for tenant_id, consent_id in browsers:
        found = connection.execute(NEWEST_OF_ONE, (tenant_id, consent_id.hex)).fetchone()
        if found:
            yield (tenant_id, consent_id), UUID(found[0])


NEWEST_OF_ONE = """
SELECT id FROM consent_records WHERE tenant_id = ? AND consent_id = ? ORDER BY id DESC LIMIT 1
"""


def _won(connection: sqlite3.Connection, claim: dict[str, Any]) -> bool:
    statement = "SELECT 1 FROM idempotency_keys WHERE (tenant_id, key, record_id) = (?, ?, ?)"
    return bool(connection.execute(statement, _bound(idempotency_keys, [claim])).fetchone())
