"""What may stand after `?`, for several addresses: times, days, numbers, pages."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

MOST = 100  # things on a page
USUAL = 50
LARGEST_NUMBER = 2**31 - 1
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,10}")
TAG = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"  # of a language (BCP 47)


def _day(text: Any) -> date:
    if not isinstance(text, str) or not DAY.fullmatch(text):
        raise ValueError("Write a day such as 2026-11-22")
    return date.fromisoformat(text)


def _moment(text: Any) -> datetime:
    """A day is its first moment in UTC."""
    if isinstance(text, str) and DAY.fullmatch(text):
        return datetime.combine(_day(text), time(), UTC)
    if not isinstance(text, str) or not MOMENT.fullmatch(text):
        raise ValueError("Write a day or a time such as 2026-11-22T14:30:00Z")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as reason:
        raise ValueError("This time is before or after all that there are") from reason


def _number(text: Any) -> int:
    if not isinstance(text, str) or not NUMBER.fullmatch(text):
        raise ValueError("Write a whole number")
    return int(text)


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "date"},
            ]
        }
    ),
]
Number = Annotated[int, BeforeValidator(_number)]


class Query(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Page(Query):
    limit: Number = Field(default=USUAL, ge=1, le=MOST, description="How many at the most")
