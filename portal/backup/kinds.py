"""What a column holds, named without any database, and its values as JSON can hold them."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    Uuid,
    column,
    table,
)
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import TypeEngine

from portal.database import Json, UtcDateTime

Kind = Literal["integer", "boolean", "text", "json", "bytes", "uuid", "time", "date"]
KINDS: tuple[Kind, ...] = get_args(Kind)

TYPES: dict[Kind, TypeEngine[Any]] = {
    "integer": BigInteger(),
    "boolean": Boolean(),
    "text": Text(),
    "json": Json,
    "bytes": LargeBinary(),
    "uuid": Uuid(),
    "time": UtcDateTime(),
    "date": Date(),
}
WRITTEN: dict[Kind, Callable[[Any], str]] = {
    "bytes": lambda value: b64encode(value).decode(),
    "uuid": str,
    "time": datetime.isoformat,
    "date": date.isoformat,
}
READ: dict[Kind, Callable[[str], object]] = {
    "bytes": b64decode,
    "uuid": UUID,
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
}
_BY_TYPE: tuple[tuple[type, Kind], ...] = (
    (UtcDateTime, "time"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (JSON, "json"),
    (LargeBinary, "bytes"),
    (Uuid, "uuid"),
    (Date, "date"),
    (String, "text"),
)


def kind_of(one: Column[Any]) -> Kind:
    """What a column holds; raises TypeError for a type that a backup does not know."""
    found = one.type
    if isinstance(found, TypeDecorator) and not isinstance(found, UtcDateTime):
        found = found.impl_instance  # as it is stored, whatever Python makes of it
    for kind_of_type, kind in _BY_TYPE:
        if isinstance(found, kind_of_type):
            return kind
    raise TypeError(f"{one}: a backup does not know {found!r}")


def stored(name: str, columns: list[tuple[str, Kind]]) -> TableClause:
    """A table as the database has it, whatever the models make of it, today or at its revision."""
    return table(name, *(column(each, TYPES[kind]) for each, kind in columns))


def converters(
    kinds: list[Kind], table: dict[Kind, Callable[[Any], Any]]
) -> list[tuple[int, Callable[[Any], Any]]]:
    """The places in a row whose values need converting, and how."""
    return [(place, table[kind]) for place, kind in enumerate(kinds) if kind in table]


def converted(row: list[Any], needed: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    for place, convert in needed:
        if row[place] is not None:
            row[place] = convert(row[place])
    return row
