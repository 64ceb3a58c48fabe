"""Checking a value against a JSON Schema, as far as the API's description goes.

A word that is not known here is an error, so that nothing passes unchecked.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

Schema = dict[str, Any]

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
FORMATS: dict[str, Callable[[str], object]] = {
    "uuid": UUID,
    "date-time": datetime.fromisoformat,
}
ANNOTATIONS = {"title", "description", "default"}


def check(value: Any, schema: Schema, document: Schema) -> None:
    """Raises AssertionError if the value is not of the schema, or has members it does not name."""
    for word, rule in schema.items():
        if word not in ANNOTATIONS:
            WORDS[word](value, rule, schema, document)


def resolve(reference: str, document: Schema) -> Schema:
    found = document
    for part in re.findall(r"[^#/]+", reference):
        found = found[part]
    return found


def _type(value: Any, rule: str, *_: Schema) -> None:
    assert isinstance(value, TYPES[rule]), f"{value!r} is no {rule}"
    assert rule == "boolean" or not isinstance(value, bool)


def _any_of(value: Any, rule: list[Schema], _: Schema, document: Schema) -> None:
    for one in rule:
        try:
            check(value, one, document)
        except AssertionError:
            continue
        return
    raise AssertionError(f"{value!r} is none of {rule}")


def _properties(value: Any, rule: Schema, _: Schema, document: Schema) -> None:
    assert set(value) <= set(rule), f"{set(value) - set(rule)} are not described"
    for name in value:
        check(value[name], rule[name], document)


def _required(value: Any, rule: list[str], *_: Schema) -> None:
    assert set(rule) <= set(value), f"{set(rule) - set(value)} are missing"


def _items(value: Any, rule: Schema, _: Schema, document: Schema) -> None:
    for one in value:
        check(one, rule, document)


def _enum(value: Any, rule: list[Any], *_: Schema) -> None:
    assert value in rule


def _format(value: Any, rule: str, *_: Schema) -> None:
    FORMATS[rule](value)


def _reference(value: Any, rule: str, _: Schema, document: Schema) -> None:
    check(value, resolve(rule, document), document)


WORDS: dict[str, Callable[..., None]] = {
    "type": _type,
    "anyOf": _any_of,
    "properties": _properties,
    "required": _required,
    "items": _items,
    "enum": _enum,
    "format": _format,
    "$ref": _reference,
}
