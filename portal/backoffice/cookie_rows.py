"""The rows of the cookie list: which are wanted, and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from portal.cookies.declared import ListedCookie
from portal.cookies.models import Category
from portal.cookies.texts import in_language, lifetime_in_words

FILTERS = ("text", "category", "provider", "party")
IS_THIRD = {"first": False, "third": True}


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the list is wanted; nothing chosen is everything."""

    text: str
    category: str
    provider: str
    party: str

    @classmethod
    def read(cls, arguments: MultiDict[str, str]) -> "Filter":
        return cls(*(arguments.get(name, "").strip() for name in FILTERS))

    def __bool__(self) -> bool:
        return any((self.text, self.category, self.provider, self.party in IS_THIRD))

    def takes(self, cookie: ListedCookie, provider: str) -> bool:
        return (
            self.category in ("", cookie.category)
            and self.provider in ("", cookie.provider)
            and IS_THIRD.get(self.party, cookie.third_party) is cookie.third_party
            and (not self.text or self.text.casefold() in _searched(cookie, provider))
        )


def _searched(cookie: ListedCookie, provider: str) -> str:
    texts = (*cookie.function.values(), *cookie.purpose.values())
    return "\n".join((cookie.name, cookie.domain, provider, *texts)).casefold()


class Row(NamedTuple):
    """One cookie in words; `where` is empty for the portal's own host as a whole."""

    id: str
    name: str
    where: str
    match: str
    storage: str
    third_party: bool
    exempt: bool
    function: str
    purpose: str
    provider: str
    lifetime: str


@dataclass(frozen=True, slots=True)
class Group:
    """A category with the rows that are shown, and how many cookies it has."""

    category: Category
    rows: list[Row]
    size: int

    @property
    def shown(self) -> int:
        return len(self.rows)


def row(cookie: ListedCookie, providers: Mapping[str, str], source: str, reader: str) -> Row:
    """In the words of the tenant's source language, lifetimes in those of the reader."""
    whole_host = not cookie.domain and cookie.path == "/"
    return Row(
        str(cookie.id),
        cookie.name,
        "" if whole_host else f"{cookie.domain}{cookie.path}",
        cookie.match,
        cookie.storage,
        cookie.third_party,
        cookie.exempt_measurement,
        in_language(cookie.function, source, source),
        in_language(cookie.purpose, source, source),
        providers[cookie.provider],
        lifetime(cookie.lifetime_count, cookie.lifetime_unit, reader),
    )


@lru_cache(maxsize=1024)
def lifetime(count: int, unit: str, language: str) -> str:
    return lifetime_in_words(count, unit, language)
