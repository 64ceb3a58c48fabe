"""Restoring a backup into an empty place, on either database, whatever it was made on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from alembic import command
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, column, delete, func, insert, inspect, select, text
from sqlalchemy.sql.expression import table

from portal.backup.archives import BackupError, BadBackup, Listed, Manifest, Reader
from portal.backup.kinds import stored
from portal.backup.places import COUNTER, filled, see_everything, tables
from portal.backup.saving import secret_fingerprint
from portal.consent.partitions import MONTHS_AHEAD, make_partitions
from portal.database import owner_engine, owner_transaction
from portal.identifiers import time_of
from portal.migrations import alembic_config, revisions
from portal.settings import Settings

ROWS_AT_ONCE = 500
BYTES_AT_ONCE = 4 * 1024 * 1024
MOST_MONTHS = 240  # of the log, that get a table of their own
MONTHS_A_YEAR = 12
# how each trigger is switched off, and on again as it was
ON_INSERT = """
SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname),
    format('ALTER TABLE %s ENABLE %s TRIGGER %I', tgrelid::regclass,
        CASE tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, tgname)
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND tgparentid = 0 AND tgtype & 4 <> 0 AND tgenabled <> 'D'
AND relnamespace = current_schema()::regnamespace
"""
ALL_TRIGGERS = """
SELECT 'DROP TRIGGER "' || name || '"', sql FROM sqlite_schema WHERE type = 'trigger'
"""


class NotEmpty(BackupError):
    """There is something already where a backup should be restored."""


class NewerBackup(BackupError):
    """The file was made by a release that is newer than this one."""


class Restored(NamedTuple):
    rows: int
    same_secret: bool


def restore(reader: Reader) -> Restored:
    """Fill an empty database with a backup, at the backup's revision; raises BackupError.

    The rows go in together or not at all.
    """
    manifest = reader.manifest
    _refuse_newer(manifest)
    _prepare(manifest.revision)
    with owner_transaction() as connection:
        see_everything(connection)
        _refuse_filled(connection)
        _refuse_other_tables(connection, manifest)
        _make_months(connection, manifest)
        with _triggers_off(connection):
            connection.execute(delete(table(COUNTER)))
            for one in manifest.tables:
                _fill(connection, one, reader)
        _set_sequences(connection, manifest)
        _compare(connection, manifest)
    return Restored(manifest.rows, manifest.secret == secret_fingerprint())


def _refuse_newer(manifest: Manifest) -> None:
    known = {one.revision for one in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    if manifest.revision not in known:
        raise NewerBackup(
            f"the backup was made by release {manifest.product}, whose database (revision "
            f"{manifest.revision}) this release does not know: install that release or a newer one"
        )


def _prepare(revision: str) -> None:
    """Bring an empty database, new or migrated, to the backup's revision."""
    settings: Settings = current_app.extensions["portal.settings"]
    settings.data.mkdir(parents=True, exist_ok=True)
    with owner_engine().connect() as connection:
        with connection.begin():
            see_everything(connection)
            _refuse_filled(connection)
            there = revisions(connection)
        if there == (revision,):
            return
        config = alembic_config()
        config.attributes["connection"] = connection
        if there:
            command.downgrade(config, "base")  # nothing is lost: it is empty
        command.upgrade(config, revision)


def _refuse_filled(connection: Connection) -> None:
    if found := filled(connection):
        raise NotEmpty(
            f"there are rows already ({', '.join(found)}): restore into an empty database"
        )


def _refuse_other_tables(connection: Connection, manifest: Manifest) -> None:
    """The file names just the tables and columns that there are at its revision."""
    inspector, there = inspect(connection), tables(connection)
    if there != {one.name for one in manifest.tables}:
        raise BadBackup("its tables are not those of its revision")
    for one in manifest.tables:
        columns = {found["name"] for found in inspector.get_columns(one.name)}
        if columns != {name for name, _ in one.columns}:
            raise BadBackup(f"the columns of {one.name} are not those of its revision")


def _make_months(connection: Connection, manifest: Manifest) -> None:
    """On PostgreSQL each month that has records gets its table before they come."""
    if manifest.oldest is None:
        return
    now, since = datetime.now(UTC), time_of(UUID(manifest.oldest))
    months = (now.year - since.year) * MONTHS_A_YEAR + now.month - since.month
    if 0 <= months <= MOST_MONTHS:  # else a clock was wrong: its records go to the default
        make_partitions(connection, months + MONTHS_AHEAD, since.date())


def _fill(connection: Connection, listed: Listed, reader: Reader) -> None:
    names, target = [name for name, _ in listed.columns], stored(listed.name, listed.columns)
    for rows in _batches(reader.rows(listed)):
        connection.execute(insert(target), [dict(zip(names, row, strict=True)) for row in rows])


def _batches(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    """So many rows at a time as are few in number and in size."""
    batch, size = list[list[Any]](), 0
    for row in rows:
        batch.append(row)
        size += sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(batch) >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@contextmanager
def _triggers_off(connection: Connection) -> Iterator[None]:
    """Nothing is counted again or refused; foreign keys and other rules hold all the same."""
    postgresql = connection.dialect.name == "postgresql"
    triggers = connection.execute(text(ON_INSERT if postgresql else ALL_TRIGGERS)).all()
    for off, _ in triggers:
        connection.exec_driver_sql(off)
    yield
    for _, on in triggers:
        connection.exec_driver_sql(on)


def _set_sequences(connection: Connection, manifest: Manifest) -> None:
    """On PostgreSQL the next row's number comes after those that were restored."""
    if connection.dialect.name != "postgresql":
        return
    for listed in manifest.tables:
        for name in (name for name, kind in listed.columns if kind == "integer"):
            _set_sequence(connection, listed, name)


def _set_sequence(connection: Connection, listed: Listed, name: str) -> None:
    named = func.pg_get_serial_sequence(listed.name, name)
    highest = select(func.max(column(name))).select_from(table(listed.name)).scalar_subquery()
    asked = select(func.setval(named, highest)).where(named.is_not(None), highest.is_not(None))
    connection.execute(asked)


def _compare(connection: Connection, manifest: Manifest) -> None:
    for one in manifest.tables:
        there = connection.scalar(select(func.count()).select_from(table(one.name)))
        if there != one.rows:
            raise BackupError(
                f"{one.name} has {there} rows, the backup {one.rows}: nothing is kept"
            )
