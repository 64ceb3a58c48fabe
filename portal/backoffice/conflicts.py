"""Two people changed the same row: the second sees both versions and chooses, field by field."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from flask import request

Typed = dict[str, Any]
Fields = Sequence[tuple[str, ...]]  # which fields are chosen together

KEEP = "keep-"


class Changed(Exception):
    """Somebody else saved in between."""


class Difference(NamedTuple):
    """The fields, named by the first of them, and how each version reads."""

    name: str
    theirs: str
    mine: str


def stamp(values: Mapping[str, Any]) -> str:
    """Names what somebody saw, for a field of the form."""
    return sha256(repr(sorted(values.items())).encode()).hexdigest()[:20]


def differences(
    theirs: Typed, mine: Typed, fields: Fields, in_words: Callable[[str, Typed], str]
) -> list[Difference]:
    """Where the stored version and the typed one, both tidy, are not the same."""
    return [
        Difference(names[0], in_words(names[0], theirs), in_words(names[0], mine))
        for names in fields
        if any(theirs[name] != mine[name] for name in names)
    ]


def merged(typed: Typed, theirs: Mapping[str, Any], fields: Fields) -> Typed:
    """What was typed, but for the fields where the stored version was chosen."""
    kept = [names for names in fields if request.form.get(f"{KEEP}{names[0]}") == "theirs"]
    return {**typed, **{name: theirs[name] for names in kept for name in names}}
