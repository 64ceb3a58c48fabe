"""Installations to back up and to restore into, and all that their databases hold."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import CheckConstraint, Connection, Table, insert, inspect, select
from sqlalchemy.sql.expression import TableClause

from portal import create_app
from portal.backup.kinds import Kind, kind_of, stored
from portal.database import db, owner_engine, owner_transaction
from portal.models import metadata
from tests import make
from tests.backoffice.member import add_member
from tests.cli.terminal import say
from tests.client import Visitor
from tests.conftest import running

ALLOWED = re.compile(r"IN \('(\w+)'")
VALUES: dict[Kind, Callable[[], object]] = {
    "integer": lambda: 7,
    "boolean": lambda: True,
    "text": lambda: "a “text” with\nlines, quotes ' and \\ and 🍪",
    "json": lambda: {"z": [1, None, 2**53, "é"], "a": {"nested": True}},
    "bytes": lambda: bytes(range(256)),
    "uuid": uuid4,
    "time": lambda: datetime(2026, 11, 22, 14, 30, 0, 123456, UTC),
    "date": lambda: date(2026, 11, 22),
}
# of those whose rules tell which columns go together
TOLD = {
    "erasures": {"before": None},
    "cookies": {"lifetime_unit": "day"},
    "looks": {"corner": 4, "accent": "#112233", "accent_dark": "#445566"},
}

Contents = dict[str, list[tuple[Any, ...]]]


def furnish(app: Flask) -> None:
    """Two tenants with a member and decisions, and a row in every table that is there."""
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    add_member(app, "owner@paris.example")
    make.cookie(app, name="_new_one")
    make.publish(app)
    for host in ("paris.example", "oslo.example"):
        assert Visitor(app, host).decide(idempotency_key=str(uuid4())).status_code == 201
    say(app, "token", "create", "nightly", "--tenant", "paris", "--scope", "publish")
    with app.app_context(), owner_transaction() as connection:
        for table in metadata.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                connection.execute(insert(_bare(table)), example(connection, table))


def example(connection: Connection, table: Table) -> dict[str, Any]:
    """A row that the rules of a table let in."""
    row = {one.name: _value(connection, one) for one in table.columns}
    allowed = {
        str(one.name).removeprefix(f"ck_{table.name}_"): found[1]
        for one in table.constraints
        if isinstance(one, CheckConstraint) and (found := ALLOWED.search(str(one.sqltext)))
    }
    return row | allowed | TOLD.get(table.name, {})


def _value(connection: Connection, column: Any) -> Any:
    for key in column.foreign_keys:
        return connection.scalar(select(key.column).limit(1))
    if column.name == "tenant_id":
        return connection.scalar(select(metadata.tables["tenants"].c.id).limit(1))
    length = getattr(column.type, "length", None)
    value = VALUES[kind_of(column)]()
    return value[:length] if length and isinstance(value, str | bytes) else value


def contents(app: Flask) -> Contents:
    """Every row of every table, as it is stored, in one order on both databases.

    What was counted is summed up, as the server itself does from time to time.
    """
    with app.app_context(), owner_engine().connect() as connection:
        found = {one.name: _stored(connection, one) for one in metadata.sorted_tables}
    sums = Counter[tuple[Any, ...]]()
    for row in found.pop("figures") + [row[:-1] for row in found.pop("uncounted")]:
        sums[row[:-1]] += row[-1]
    return found | {"figures": sorted((*key, count) for key, count in sums.items())}


def _stored(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in connection.execute(select(_bare(table)))), key=repr)


def _bare(table: Table) -> TableClause:
    return stored(table.name, [(one.name, kind_of(one)) for one in table.columns])


def is_empty(app: Flask) -> bool:
    """Whether there is nothing, or no more than what the migrations make."""
    with app.app_context(), owner_engine().connect() as connection:
        there = set(inspect(connection).get_table_names())
    if "tenants" not in there:
        return True
    return all(not rows for name, rows in contents(app).items() if name != "change_counter")


def backed_up(app: Flask, folder: Path, name: str = "portal.backup") -> Path:
    file = folder / name
    say(app, "backup", str(file))
    return file


@contextmanager
def place(environ: dict[str, str]) -> Iterator[Flask]:
    with contextmanager(running)(environ) as app:
        yield app


@contextmanager
def new_place(folder: Path) -> Iterator[Flask]:
    """An installation on SQLite in a new folder, before any migration."""
    app = create_app({"PORTAL_DATA": str(folder)})
    yield app
    with app.app_context():
        [one.dispose() for one in db.engines.values()]
