"""Making a backup: one snapshot of every table, while everything goes on."""

import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Connection, String, Table, cast, func, select
from sqlalchemy.sql.expression import TableClause

from portal.backup.archives import BackupError, Manifest, Writer, writing_to
from portal.backup.kinds import kind_of, stored
from portal.backup.places import snapshot
from portal.consent.models import consent_records
from portal.migrations import newest_revisions, revisions
from portal.models import metadata
from portal.settings import Settings

DISTRIBUTION = "consent-portal"
ROWS_AT_ONCE = 200  # of which each may hold a policy in forty languages
FINGERPRINT = 16  # hexadecimal digits


def save(file: Path) -> Manifest:
    """Write all that the database holds into a new file; raises BackupError.

    Whatever was committed before it began is in it, and of what is written meanwhile nothing.
    """
    with snapshot() as connection:
        revision = _revision(connection)
        with writing_to(file) as writer:
            for table in metadata.sorted_tables:  # a row comes after those that it refers to
                _add(writer, connection, table)
            return writer.finish(_manifest(connection, revision))


def _revision(connection: Connection) -> str:
    found = revisions(connection)
    if found != newest_revisions():
        raise BackupError("the database is not as this release expects: run `portal db upgrade`")
    return found[0]


def _add(writer: Writer, connection: Connection, table: Table) -> None:
    columns = [(one.name, kind_of(one)) for one in table.columns]
    writer.add(table.name, columns, _rows(connection, stored(table.name, columns)))


def _rows(connection: Connection, table: TableClause) -> Iterator[list[Any]]:
    options = {"yield_per": ROWS_AT_ONCE}
    for row in connection.execute(select(table), execution_options=options):
        yield list(row)


def _manifest(connection: Connection, revision: str) -> Manifest:
    oldest = select(func.min(cast(consent_records.c.id, String)))
    return Manifest(
        product=version(DISTRIBUTION),
        revision=revision,
        database=connection.dialect.name,
        made_at=datetime.now(UTC),
        secret=secret_fingerprint(),
        oldest=connection.scalar(oldest),
    )


def secret_fingerprint() -> str:
    """Tells whether two installations sign with the same secret, and nothing else of it."""
    settings: Settings = current_app.extensions["portal.settings"]
    secret = settings.signing_secret().encode()
    return hmac.digest(secret, b"consent portal backup", "sha256").hex()[:FINGERPRINT]
