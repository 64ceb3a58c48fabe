"""The figures of a tenant: by day, category, language and version."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import BigInteger, cast, func, select, union_all

from portal.consent.figures.models import SHOWN, figures, uncounted
from portal.cookies.models import NECESSARY
from portal.database import db

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Count:
    day: date
    policy: int
    language: str
    event: str
    accepted: str
    count: int


NAMES = tuple(one.name for one in fields(Count))


@dataclass(frozen=True)
class Figures:
    """Counts of a period, from which every other figure is added up once."""

    counts: tuple[Count, ...]

    @cached_property
    def shown(self) -> int:
        """Pages that asked. Somebody who reads three pages before deciding is asked three times."""
        return self._sum(lambda one: one.event == SHOWN)

    @cached_property
    def decided(self) -> int:
        return self._sum(lambda one: one.event != SHOWN)

    @cached_property
    def ignored(self) -> int:
        """Pages that asked and were not answered."""
        return max(self.shown - self.decided, 0)

    @cached_property
    def decisions(self) -> dict[str, int]:
        """By kind of decision, the most frequent first."""
        return self._by(lambda one: one.event)

    def accepting(self, category: str) -> int:
        """Decisions that accepted a category."""
        return self._sum(lambda one: one.event != SHOWN and category in one.accepted.split())

    @cached_property
    def categories(self) -> dict[str, int]:
        """Acceptances of each optional category that anybody accepted."""
        named = {key for one in self.counts for key in one.accepted.split()} - {NECESSARY}
        return {key: self.accepting(key) for key in sorted(named)}

    @cached_property
    def languages(self) -> dict[str, int]:
        return self._by(lambda one: one.language)

    @cached_property
    def versions(self) -> dict[int, int]:
        return self._by(lambda one: one.policy)

    def days(self) -> dict[date, "Figures"]:
        """The same, day by day."""
        by_day: dict[date, list[Count]] = defaultdict(list)
        for one in self.counts:
            by_day[one.day].append(one)
        return {day: Figures(tuple(counts)) for day, counts in sorted(by_day.items())}

    def _sum(self, which: Callable[[Count], bool]) -> int:
        return sum(one.count for one in self.counts if which(one))

    def _by(self, what: Callable[[Count], K]) -> dict[K, int]:
        sums: Counter[K] = Counter()
        for one in self.counts:
            if one.event != SHOWN:
                sums[what(one)] += one.count
        return dict(sums.most_common())


def read_figures(tenant_id: int, since: date, until: date) -> Figures:
    """The figures of the days from `since` to `until`, both included (UTC)."""
    both = union_all(
        *(
            select(table)
            .with_only_columns(*(table.c[name] for name in NAMES))
            .where(table.c.tenant_id == tenant_id, table.c.day.between(since, until))
            for table in (figures, uncounted)
        )
    ).subquery()
    what = [both.c[name] for name in NAMES[:-1]]
    sums = cast(func.sum(both.c.count), BigInteger)
    summed = select(*what, sums).group_by(*what).order_by(*what)
    rows: Sequence[Sequence[Any]] = db.session.execute(summed).all()
    return Figures(tuple(Count(*row) for row in rows))
