"""The audit trail: every change of an audited row is written down with the change itself.

A table is audited by naming its columns in `__audited__`. The trail is filled by the session, so
no door can forget it; who acts is told once per request or command.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper, Session, UOWTransaction

from portal.catalogues import said
from portal.database import Base, db
from portal.identifiers import uuid7
from portal.people.models import AuditEntry

NOBODY = said("the portal itself")
ADDED, CHANGED, REMOVED = "added", "changed", "removed"


def act_as(actor: str) -> None:
    """Name who makes the changes of this session from now on."""
    db.session.info["actor"] = actor


@event.listens_for(Mapper, "mapper_configured")
def _remember_values(_mapper: Mapper[Any], kind: type) -> None:
    """Load what an audited column held before it is set, also where it was not read yet."""
    for name in getattr(kind, "__audited__", ()):
        event.listen(getattr(kind, name), "set", _let_it_be, active_history=True)


def _let_it_be(*_: object) -> None:
    """Listening is what makes the session load the value before."""


@event.listens_for(db.session, "after_flush")
def _audit(session: Session, flushed: UOWTransaction) -> None:
    _write(session, _changes(session, flushed))


def note_changes(rows: Iterable[Base]) -> None:
    """Write down the changes of rows that go to the database by a statement of their own."""
    _write(db.session(), ((CHANGED, row, *_difference(row)) for row in rows))


def note_order(row: Base, name: str, before: Sequence[str], after: Sequence[str]) -> None:
    """Write down in which order a row has what belongs to it, if that is another now."""
    if before != after:
        _write(db.session(), [(CHANGED, row, {name: [*before]}, {name: [*after]})])


def _write(session: Session, changes: Iterable["Change"]) -> None:
    actor = session.info.get("actor", NOBODY)
    if entries := _together(_entry(actor, *change) for change in changes):
        session.connection().execute(AuditEntry.__table__.insert(), entries)  # type: ignore[attr-defined]


def _together(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry for all rows that changed in the same way; it names each of them."""
    alike: dict[str, dict[str, Any]] = {}
    for entry in entries:
        same = repr([value for name, value in entry.items() if name not in ("id", "name")])
        first = alike.setdefault(same, entry)
        if first is not entry:
            first["name"] += f", {entry['name']}"
    return list(alike.values())


Change = tuple[str, Base, dict[str, Any] | None, dict[str, Any] | None]


def _changes(session: Session, flushed: UOWTransaction) -> Iterator[Change]:
    states = flushed.states.items()
    gone = {state.obj() for state, (deleted, looked_at) in states if deleted and not looked_at}
    for row in _audited(session.new):
        yield ADDED, row, None, _values(row)
    for row in _audited(one for one in session.dirty if one not in gone):
        before, after = _difference(row)
        if after:
            yield CHANGED, row, before, after
    for row in _audited(gone):  # the session's own list lacks those that go with their parent
        yield REMOVED, row, _values(row), None


def _audited(rows: Iterable[Any]) -> Iterator[Base]:
    return (row for row in rows if hasattr(row, "__audited__"))


def _entry(
    actor: str, action: str, row: Base, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> dict[str, Any]:
    table = row.__tablename__
    return {
        "tenant_id": row.id if table == "tenants" else row.tenant_id,  # type: ignore[attr-defined]
        "id": uuid7(),
        "actor": actor,
        "action": action,
        "subject": table,
        "name": str(getattr(row, row.__audited__[0])),  # type: ignore[attr-defined]
        "before": before,
        "after": after,
    }


def _values(row: Base) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in row.__audited__}  # type: ignore[attr-defined]


def _difference(row: Base) -> tuple[dict[str, Any], dict[str, Any]]:
    """What changed, before and after."""
    before, after = {}, {}
    for name in row.__audited__:  # type: ignore[attr-defined]
        history = inspect(row).attrs[name].load_history()
        if history.has_changes():
            before[name] = _plain(history.deleted[0] if history.deleted else None)
            after[name] = _plain(history.added[0] if history.added else None)
    return before, after


def _plain(value: Any) -> Any:
    """As JSON can hold it."""
    return value if value is None or isinstance(value, (str, int, list, dict)) else str(value)
