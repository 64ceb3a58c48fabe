"""What is looked for in the log, read from an address: as hostile as any input."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from portal.backoffice.words import gettext
from portal.consent.log import Wanted
from portal.consent.models import DECISIONS, SURFACES
from portal.cookies.models import CATEGORIES
from portal.languages import AVAILABLE

VERSION = re.compile(r"[0-9]{1,10}")
LARGEST_VERSION = 2**31 - 1
CHOICES = {
    "decision": DECISIONS,
    "category": CATEGORIES,
    "surface": SURFACES,
    "language": AVAILABLE,
}
NAMES = ("since", "until", *CHOICES, "policy")


@dataclass(slots=True)
class Filter:
    """What was asked, field by field, and what of it cannot be."""

    asked: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, arguments: Mapping[str, str]) -> "Filter":
        return cls({name: arguments[name].strip() for name in NAMES if arguments.get(name)})

    def wanted(self) -> Wanted:
        """The records looked for; `errors` says what could not be read."""
        until = self._day("until")
        return Wanted(
            since=_midnight(self._day("since")),
            until=_midnight(until and until + timedelta(days=1)),
            decision=self._choice("decision"),
            category=self._choice("category"),
            language=self._choice("language"),
            policy=self._version(),
            surface=self._choice("surface"),
        )

    def _day(self, name: str) -> date | None:
        if name not in self.asked:
            return None
        try:
            day = date.fromisoformat(self.asked[name])
        except ValueError:
            day = None
        if day is None or not date.min < day < date.max:
            self._wrong(name, gettext("Write a day such as 2026-11-22."))
            return None
        return day

    def _choice(self, name: str) -> str | None:
        if self.asked.get(name, CHOICES[name][0]) not in CHOICES[name]:
            self._wrong(name, gettext("Choose one of the list."))
            return None
        return self.asked.get(name)

    def _version(self) -> int | None:
        number = self.asked.get("policy")
        if number is None:
            return None
        if not (VERSION.fullmatch(number) and int(number) <= LARGEST_VERSION):
            self._wrong("policy", gettext("Write the number of a version."))
            return None
        return int(number)

    def _wrong(self, name: str, message: str) -> None:
        self.errors.setdefault(name, []).append(message)


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def identifier(text: str) -> UUID | None:
    """An id as it stands in a receipt, if it is one."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None
