"""The known providers that come with the portal: one file a kind, read once a process.

Their texts are English; the catalogues of the domain `known` say them in every other language.

Lifetimes are those that providers state, cut to the 400 days for which browsers keep a cookie.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from portal.cookies.known.entries import KINDS, Known, known_from

FOLDER = Path(__file__).with_name("shipped")


@lru_cache(maxsize=1)
def shipped() -> dict[str, Known]:
    """By key, in the order of the files."""
    entries = (known_from({**one, "kind": kind}) for kind in KINDS for one in _read(kind))
    return {one.key: one for one in entries}


def _read(kind: str) -> list[dict[str, Any]]:
    text = (FOLDER / f"{kind}.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)
    return found
