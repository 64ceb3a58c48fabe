"""How far a tenant's draft is said in each of its languages, and which texts are left to do.

The source language of a tenant's own texts is its default language. A text that stands in the
catalogue in English is translated already, unless the tenant says it in its own words.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from portal.catalogues import is_built_in
from portal.cookies.models import Category, Cookie, Texts
from portal.cookies.texts import in_language
from portal.database import db
from portal.languages import SOURCE
from portal.policy.models import PASSAGES, SECTIONS, Passage
from portal.tenants.models import Tenant

Row = Category | Cookie | Passage

FIELDS: dict[str, tuple[str, ...]] = {
    Category.__tablename__: ("title", "description"),
    Cookie.__tablename__: ("function", "purpose"),
    Passage.__tablename__: ("text",),
}


class State(StrEnum):
    TRANSLATED = "translated"
    MISSING = "missing"
    STALE = "stale"  # the source text changed after it was translated


@dataclass(frozen=True, slots=True)
class Item:
    """One text of the draft in one language.

    `kind` is the table, `key` names the row in it and `name` tells people which one it is.
    `source` is the text in the default language, `text` the tenant's own in `language` (empty
    if it has none), `shown` what visitors read, `made_from` the source text that the translation
    was made from, if that is known.
    """

    kind: str
    key: str
    name: str
    field: str
    language: str
    source: str
    text: str
    shown: str
    made_from: str
    state: State


@dataclass(frozen=True, slots=True)
class Completeness:
    """All texts of one language."""

    items: tuple[Item, ...]

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def translated(self) -> int:
        return self._count(State.TRANSLATED)

    @property
    def missing(self) -> int:
        return self._count(State.MISSING)

    @property
    def stale(self) -> int:
        return self._count(State.STALE)

    @property
    def complete(self) -> bool:
        return self.translated == self.total

    def _count(self, state: State) -> int:
        return sum(item.state is state for item in self.items)


def completeness(tenant: Tenant) -> dict[str, Completeness]:
    """Language by language, in the tenant's order."""
    by_language: dict[str, list[Item]] = {tag: [] for tag in tenant.languages}
    for item in texts(tenant):
        by_language[item.language].append(item)
    return {tag: Completeness(tuple(items)) for tag, items in by_language.items()}


def texts(tenant: Tenant, languages: Iterable[str] | None = None) -> list[Item]:
    """Every text of the draft in these languages; without any named, in all of the tenant's."""
    wanted = tuple(tenant.languages if languages is None else languages)
    default = tenant.default_language
    return [item for row in rows(tenant) for item in _items(row, wanted, default)]


def rows(tenant: Tenant) -> Iterator[Row]:
    """The rows of the draft that hold texts, in the order in which visitors meet them."""
    categories = select(Category).where(Category.tenant_id == tenant.id)
    cookies = select(Cookie).where(Cookie.tenant_id == tenant.id).order_by(Cookie.position)
    passages = select(Passage).where(Passage.tenant_id == tenant.id)
    ranked: Sequence[Category] = db.session.scalars(categories.order_by(Category.position)).all()
    rank = {one.key: number for number, one in enumerate(ranked)}
    yield from ranked
    yield from sorted(db.session.scalars(cookies), key=lambda one: rank[one.category])
    yield from sorted(db.session.scalars(passages), key=lambda one: PASSAGES.index(one.key))


def _counts(row: Row, field: str, default: str) -> bool:
    """A section that is not in the default language has no source: there is built-in prose."""
    own: Texts = getattr(row, field)
    if isinstance(row, Passage) and row.key in SECTIONS:
        return bool(own.get(default))
    return any(own.values())


def _items(row: Row, languages: tuple[str, ...], default: str) -> Iterator[Item]:
    key, name = key_of(row), _name(row, default)
    for field in FIELDS[row.__tablename__]:
        if not _counts(row, field, default):
            continue
        own, sources = getattr(row, field), row.sources.get(field, {})
        source = in_language(own, default, default)
        for language in languages:
            made_from = sources.get(language, "")
            yield Item(
                kind=row.__tablename__,
                key=key,
                name=name,
                field=field,
                language=language,
                source=source,
                text=own.get(language, ""),
                shown=in_language(own, language, default),
                made_from=made_from,
                state=_state(own, language, made_from and made_from != source),
            )


def key_of(row: Row) -> str:
    """What names the row in its table."""
    return str(row.id if isinstance(row, Cookie) else row.key)


def _name(row: Row, default: str) -> str:
    if isinstance(row, Category):
        return in_language(row.title, default, default)
    return row.name if isinstance(row, Cookie) else row.key


def _state(own: Texts, language: str, outdated: object) -> State:
    if own.get(language):
        return State.STALE if outdated else State.TRANSLATED
    return State.TRANSLATED if is_built_in(own.get(SOURCE)) else State.MISSING
