"""The `cookies_preferences` cookie: what a browser remembers. A hint, never proof."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from portal.consent.models import ConsentRecord
from portal.cookies.models import NECESSARY
from portal.identifiers import time_of

NAME = "cookies_preferences"
FORMAT = 1
# all that occurs in the value besides letters, digits, `-` and `_`
PERCENT_ENCODED = str.maketrans({sign: quote(sign, safe="") for sign in '{}[]":,'})
COMPACT = json.JSONEncoder(separators=(",", ":"))
MEMBERS = {"v", "id", "policy", "at", "accepted", "rejected"}
LARGEST = 2**53 - 1  # what every reader of JSON can hold (RFC 7493)
LONGEST = 1024  # bytes; K1 and the format's own promise


@dataclass(frozen=True, slots=True)
class Preferences:
    consent_id: UUID
    policy: int
    at: int
    accepted: tuple[str, ...]
    rejected: tuple[str, ...]


def write(record: ConsentRecord) -> str:
    """The cookie's value: percent-encoded compact JSON, below 1 KiB."""
    value = {
        "v": FORMAT,
        "id": str(record.consent_id),
        "policy": record.policy,
        "at": int(time_of(record.id).timestamp()),
        "accepted": record.accepted,
        "rejected": record.rejected,
    }
    return COMPACT.encode(value).translate(PERCENT_ENCODED)


def seconds_left(record: ConsentRecord, now: datetime) -> int:
    """How long a browser may keep the cookie."""
    return max(int((record.valid_until - now).total_seconds()), 0)


def read(value: str | None) -> Preferences | None:
    """What a cookie's value says; None for any value that is not exactly of the format."""
    return _read(value) if value and len(value) <= LONGEST else None


@lru_cache(maxsize=4096)
def _read(value: str) -> Preferences | None:
    try:
        return _checked(json.loads(unquote(value, errors="strict")))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _checked(raw: Any) -> Preferences:
    if set(raw) != MEMBERS:
        raise ValueError
    accepted, rejected = _keys(raw["accepted"]), _keys(raw["rejected"])
    if type(raw["v"]) is not int or raw["v"] != FORMAT or NECESSARY not in accepted:
        raise ValueError
    if len({*accepted, *rejected}) != len(accepted) + len(rejected):
        raise ValueError
    return Preferences(
        _identifier(raw["id"]), _natural(raw["policy"]), _natural(raw["at"]), accepted, rejected
    )


def _keys(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise TypeError
    return tuple(raw)


def _identifier(raw: Any) -> UUID:
    if not isinstance(raw, str) or str(UUID(raw)) != raw:
        raise ValueError
    return UUID(raw)


def _natural(raw: Any) -> int:
    if type(raw) is not int or not 0 <= raw <= LARGEST:
        raise TypeError
    return raw
