"""What differs between two documents, change by change."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from portal.catalogues import said
from portal.policy.document import DeclaredCategory, Document
from portal.policy.facts import (
    ITS_CATEGORY,
    LIFETIME,
    LIFETIME_IN_WORDS,
    Identity,
    Kind,
    Things,
    Value,
    Values,
    identity_of,
    things,
    title_of,
)
from portal.policy.live import wording
from portal.policy.wordings import Frozen

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
ORDER, ORDER_OF_COOKIES = said("Order"), said("Order of its cookies")
BUILT_IN = said("Built-in texts")

ORDER_OF_KINDS = tuple(Kind)
Messages = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. What is added or removed whole names no `field`; a cookie then its category.

    `name` says which thing, as its document does; it is empty where there is only one of the kind.
    `field` is a label of the back office's catalogue, `language` a tag where the field has a text
    in each language.
    """

    action: str
    kind: Kind
    name: str = ""
    field: str = ""
    language: str = ""
    before: Value = None
    after: Value = None


def by_digest(digest: str) -> Mapping[str, str]:
    """Built-in texts known by nothing but their digest."""
    return {BUILT_IN: digest}


def drafted_or_published(texts: Mapping[str, Frozen]) -> Messages:
    """Built-in texts of a draft, which are stored with its version alone, and of any version."""
    drafted = {one.digest: one.messages for one in texts.values()}
    return lambda digest: json.loads(drafted[digest]) if digest in drafted else wording(digest)


def difference(before: Document, after: Document, messages: Messages = by_digest) -> list[Change]:
    """Every difference, in a stable order; none if and only if the documents are equal.

    A language that comes or goes is one change, not one for each text in it. `messages` looks up
    the built-in texts of a digest, so that changes of them can be told one by one.
    """
    old, new = things(before), things(after)
    settled = {*before.languages} ^ {*after.languages}
    changes = [
        *_reordered(before, after),
        *_texts(before, after, messages),
        *(one for kind in Kind for one in _compare(kind, old[kind], new[kind], settled)),
    ]
    return sorted(changes, key=lambda change: ORDER_OF_KINDS.index(change.kind))


def _compare(kind: Kind, old: Things, new: Things, settled: set[str]) -> Iterator[Change]:
    for identity, thing in new.items():
        if identity not in old:
            yield Change(ADDED, kind, thing.name, after=thing.values.get((ITS_CATEGORY, "")))
        else:
            yield from _changed(kind, thing.name, old[identity].values, thing.values, settled)
    for identity, thing in old.items():
        if identity not in new:
            yield Change(REMOVED, kind, thing.name, before=thing.values.get((ITS_CATEGORY, "")))


def _changed(
    kind: Kind, name: str, old: Values, new: Values, settled: set[str]
) -> Iterator[Change]:
    lives_as_long = old.get((LIFETIME, "")) == new.get((LIFETIME, ""))
    for place in dict.fromkeys([*new, *old]):
        label, language = place
        before, after = old.get(place), new.get(place)
        told = language not in settled and (label != LIFETIME_IN_WORDS or lives_as_long)
        if before != after and told:
            yield Change(CHANGED, kind, name, label, language, before, after)


def _texts(before: Document, after: Document, messages: Messages) -> Iterator[Change]:
    """The built-in texts of the languages that both documents have."""
    for language in after.languages:
        old, new = before.wordings.get(language), after.wordings[language]
        if old and old != new:
            yield from _wording(language, messages(old), messages(new))


def _wording(language: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for source in dict.fromkeys([*new, *old]):
        before, after = old.get(source), new.get(source)
        if before != after:
            action = ADDED if before is None else REMOVED if after is None else CHANGED
            yield Change(action, Kind.TEXT, source, "", language, before, after)


def _reordered(before: Document, after: Document) -> Iterator[Change]:
    """Things of both documents that stand in another order than before."""
    yield from _order(Kind.CATEGORY, "", ORDER, _titles(before), _titles(after))
    yield from _order(Kind.PROVIDER, "", ORDER, _providers(before), _providers(after))
    for category in after.categories:
        earlier, title = before.category(category.key), title_of(category, after)
        if earlier:
            names = _cookie_names(earlier), _cookie_names(category)
            yield from _order(Kind.CATEGORY, title, ORDER_OF_COOKIES, *names)


def _order(
    kind: Kind, name: str, label: str, before: dict[Identity, str], after: dict[Identity, str]
) -> Iterator[Change]:
    old = [identity for identity in before if identity in after]
    new = [identity for identity in after if identity in before]
    if old != new:
        was, now = ", ".join(before[one] for one in old), ", ".join(after[one] for one in new)
        yield Change(CHANGED, kind, name, label, "", was, now)


def _titles(document: Document) -> dict[Identity, str]:
    return {(one.key,): title_of(one, document) for one in document.categories}


def _providers(document: Document) -> dict[Identity, str]:
    return {(one.key,): one.name for one in document.providers}


def _cookie_names(category: DeclaredCategory) -> dict[Identity, str]:
    return {identity_of(one): one.name for one in category.cookies}
