"""UUIDv7: identifiers that sort by time and tell it (RFC 9562 section 5.7)."""

import os
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NANOSECONDS_IN_MS = 1_000_000


def uuid7() -> UUID:
    """A new UUIDv7; 12 more bits of the clock keep ids of one millisecond in order (method 3)."""
    milliseconds, rest = divmod(time.time_ns(), NANOSECONDS_IN_MS)
    fraction = (rest << 12) // NANOSECONDS_IN_MS
    return UUID(int=_layout(milliseconds, fraction, int.from_bytes(os.urandom(8)) >> 2))


def first_at(moment: datetime) -> UUID:
    """The lowest UUIDv7 of a moment, to compare with."""
    milliseconds = (moment - EPOCH) // timedelta(milliseconds=1)
    return UUID(int=_layout(max(milliseconds, 0), 0, 0))  # there is none from before 1970


def time_of(identifier: UUID) -> datetime:
    """When it was made, to the millisecond, in UTC."""
    return EPOCH + timedelta(milliseconds=identifier.int >> 80)


def _layout(milliseconds: int, fraction: int, random: int) -> int:
    return milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random
