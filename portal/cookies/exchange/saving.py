"""Writing many rows by two statements: one for all new ones, one for all changed ones."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam
from sqlalchemy.orm.exc import StaleDataError

from portal.cookies.models import Cookie, Provider
from portal.database import db
from portal.people.audit import note_changes


def save(rows: Sequence[Provider | Cookie]) -> None:
    """Write rows of one table; raises StaleDataError where somebody else changed one.

    The session, too, checks the revision of each row it changes, and takes a statement for each.
    """
    changed = [row for row in rows if row in db.session]
    if changed:
        note_changes(changed)
        _update(changed)
    for row in changed:
        db.session.expire(row)
    db.session.add_all(rows)
    db.session.flush()  # rows of other tables refer to these


def _update(rows: Sequence[Provider | Cookie]) -> None:
    table: Any = type(rows[0]).__table__
    own = [*table.primary_key, table.c.revision]
    statement = table.update().where(and_(*(one == bindparam(f"its_{one.name}") for one in own)))
    values = [
        {one.name: getattr(row, one.name) for one in table.columns if not one.primary_key}
        | {f"its_{one.name}": getattr(row, one.name) for one in own}
        | {"revision": row.revision + 1}
        for row in rows
    ]
    if db.session.connection().execute(statement, values).rowcount != len(rows):
        raise StaleDataError(f"some of {len(rows)} rows of {table.name} were changed meanwhile")
