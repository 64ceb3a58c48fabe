"""How long a cookie lives, in seconds."""

from babel.dates import TIMEDELTA_UNITS

DAY = 86_400
MONTH = 2_629_746  # a twelfth of the Gregorian year, which has 365.2425 days on average
SECONDS = dict(TIMEDELTA_UNITS) | {"month": MONTH, "year": 12 * MONTH}

LONGEST_DAYS = 400  # for which browsers keep a cookie (K2)
LONGEST_STORED_DAYS = 36_525  # a century: what scripts store ends when somebody deletes it
LONGEST_EXEMPT_MONTHS = 13  # for audience measurement without consent (C8)


def seconds(count: int, unit: str) -> int:
    """0 for a session, whose end nobody knows."""
    return count * SECONDS[unit] if unit in SECONDS else 0


def is_over_longest(count: int, unit: str, days: int = LONGEST_DAYS) -> bool:
    return seconds(count, unit) > days * DAY


def is_over_exempt(count: int, unit: str) -> bool:
    return seconds(count, unit) > LONGEST_EXEMPT_MONTHS * MONTH
