"""What differs between two documents, for programs."""

from collections.abc import Iterable
from typing import Any

from portal.cookies.texts import lifetime_in_words
from portal.languages import SOURCE
from portal.policy.difference import Change
from portal.policy.facts import Lifetime, Named, Value


def in_json(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [
        {
            "action": one.action,
            "kind": str(one.kind),
            "name": one.name,
            "field": one.field,
            "language": one.language,
            "before": _plain(one.before),
            "after": _plain(one.after),
        }
        for one in changes
    ]


def _plain(value: Value) -> str | int | bool | None:
    if isinstance(value, Named):
        return value.key
    if isinstance(value, Lifetime):
        return lifetime_in_words(value.count, value.unit, SOURCE)
    return value
