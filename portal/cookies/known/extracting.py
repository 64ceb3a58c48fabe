"""The texts of the shipped providers, for the translators: a Babel extraction method."""

import json
from collections.abc import Iterator
from typing import IO, Any

from portal.cookies.rules import TEXTS
from portal.languages import SOURCE

Message = tuple[int, None, str, list[str]]  # line, function, text and comments


def extract(file: IO[bytes], *_: Any, **__: Any) -> Iterator[Message]:
    """What a file of providers says in English; JSON tells no lines."""
    for provider in json.load(file):
        for cookie in provider["cookies"]:
            for name in TEXTS:
                yield 0, None, cookie[name][SOURCE], []
