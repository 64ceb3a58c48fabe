"""Appending a batch of records with their idempotency keys, in as few steps as the database allows.

PostgreSQL takes the whole batch in one statement: the rows travel as one JSON array, and what a
key keeps out is decided where it is known. SQLite lives in this process, so two plain inserts do.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.base import PGDialect

from portal.consent.models import ConsentRecord, consent_records, idempotency_keys

Keyed = tuple[ConsentRecord, UUID | None]

NAMES = tuple(column.name for column in consent_records.columns)


def append(connection: Connection, batch: Sequence[Keyed]) -> set[UUID]:
    """Insert the records, but for those whose key led to another one before; the ids inserted."""
    return APPEND[connection.dialect.name](connection, batch)


def _values(record: ConsentRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in NAMES}


def _typed(column: Column[Any]) -> str:
    kind = column.type.compile(dialect=PGDialect())  # type: ignore[no-untyped-call]
    return f"{column.name} {kind}"


LISTED = ", ".join(NAMES)
ONE_STATEMENT = text(f"""
WITH given AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS row ({", ".join(_typed(column) for column in consent_records.columns)}, key uuid)
), claimed AS (
    INSERT INTO idempotency_keys (tenant_id, key, record_id)
    SELECT tenant_id, key, id FROM given WHERE key IS NOT NULL
    ORDER BY key -- one order for every server, so that none waits for another in a circle
    ON CONFLICT DO NOTHING RETURNING record_id
)
INSERT INTO consent_records ({LISTED}) SELECT {LISTED} FROM given
WHERE key IS NULL OR id IN (SELECT record_id FROM claimed)
RETURNING id
""")


def _append_to_postgresql(connection: Connection, batch: Sequence[Keyed]) -> set[UUID]:
    rows = json.dumps([_values(record) | {"key": key} for record, key in batch], default=str)
    return set(connection.scalars(ONE_STATEMENT, {"rows": rows}))


INSERT = consent_records.insert()
CLAIM = sqlite.insert(idempotency_keys).on_conflict_do_nothing()


def _append_to_sqlite(connection: Connection, batch: Sequence[Keyed]) -> set[UUID]:
    taken = _claim(connection, [(record, key) for record, key in batch if key])
    fresh = [_values(record) for record, _ in batch if record.id not in taken]
    if fresh:
        connection.execute(INSERT, fresh)
    return {values["id"] for values in fresh}


def _claim(connection: Connection, keyed: Sequence[Keyed]) -> set[UUID]:
    """Take each key for its record; the ids of those whose key was taken already."""
    claims = [
        {"tenant_id": record.tenant_id, "key": key, "record_id": record.id} for record, key in keyed
    ]
    if not claims or connection.execute(CLAIM, claims).rowcount == len(claims):
        return set()
    keys = idempotency_keys.c
    won = select(keys.record_id).where(
        keys.tenant_id.in_({claim["tenant_id"] for claim in claims}),
        keys.key.in_({claim["key"] for claim in claims}),
    )
    return {record.id for record, _ in keyed}.difference(connection.scalars(won))


APPEND: dict[str, Callable[[Connection, Sequence[Keyed]], set[UUID]]] = {
    "postgresql": _append_to_postgresql,
    "sqlite": _append_to_sqlite,
}
