"""The log and its figures as the API takes and gives them."""

from datetime import UTC, date, datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from portal.api.list_shapes import Asked, CategoryKey
from portal.api.queries import LARGEST_NUMBER, TAG, Day, Moment, Number, Page, Query
from portal.api.shapes import DecisionWord, Receipt, Surface
from portal.consent.log import Wanted

LONGEST_PERIOD = 3660  # days
USUAL_PERIOD = 30


class RecordFilter(Query):
    """What is looked for; what is left out may be anything."""

    since: Moment | None = Field(default=None, description="From this day (UTC) or time on")
    until: Moment | None = Field(default=None, description="Up to, not including, it")
    consent_id: UUID | None = Field(default=None, description="What one browser decided")
    decision: DecisionWord | None = None
    category: CategoryKey | None = Field(default=None, description="Accepted")
    language: str | None = Field(default=None, pattern=TAG, max_length=35)
    policy: Number | None = Field(default=None, ge=1, le=LARGEST_NUMBER)
    surface: Surface | None = None

    def wanted(self) -> Wanted:
        return Wanted(**{name: getattr(self, name) for name in RecordFilter.model_fields})


class RecordPage(RecordFilter, Page):
    cursor: UUID | None = Field(default=None, description="Where the page before ended")


class RecordList(BaseModel):
    items: list[Receipt] = Field(description="The newest first")
    next: str | None = Field(description="Where the list goes on")


class ErasureRequest(Asked):
    consent_id: UUID = Field(description="All that this browser decided goes")
    reason: str = Field(min_length=1, max_length=500, description="Why; it is kept")


class ErasureDone(BaseModel):
    erased: int = Field(description="How many records went")


def _today() -> date:
    return datetime.now(UTC).date()


class Period(Query):
    """Days in UTC, both included."""

    since: Day | None = Field(default=None, description="Default: thirty days in all")
    until: Day | None = Field(default=None, description="Default: today")

    @model_validator(mode="after")
    def check(self) -> Self:
        if not 0 <= (self.last - self.first).days < LONGEST_PERIOD:
            raise ValueError(f"A period is 1 to {LONGEST_PERIOD} days")
        return self

    @property
    def last(self) -> date:
        return self.until or _today()

    @property
    def first(self) -> date:
        usual = min(USUAL_PERIOD - 1, (self.last - date.min).days)
        return self.since or self.last - timedelta(days=usual)


class Counted(BaseModel):
    shown: int = Field(description="Pages that asked")
    decided: int
    decisions: dict[str, int]
    categories: dict[str, int] = Field(description="Decisions that accepted each")


class CountedDay(Counted):
    day: str = Field(json_schema_extra={"format": "date"})


class FigureSet(Counted):
    since: str = Field(json_schema_extra={"format": "date"})
    until: str = Field(json_schema_extra={"format": "date"})
    languages: dict[str, int]
    versions: dict[str, int]
    days: list[CountedDay] = Field(description="Those on which anything was counted")
