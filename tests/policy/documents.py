"""Documents of every shape, for properties that hold for all of them."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import strategies as st

from portal.policy.document import (
    Controller,
    DeclaredCategory,
    DeclaredCookie,
    DeclaredIntegration,
    DeclaredLook,
    DeclaredPassage,
    DeclaredProvider,
    Document,
)

LANGUAGES = ("fr", "en", "ar")
words = st.sampled_from(["", "a", "b", "c"])
texts = st.dictionaries(st.sampled_from([*LANGUAGES, "de"]), words, max_size=4)


def unique(of: Any, *by: str) -> Any:
    """Tuples of things that differ in the fields that name them."""
    named = lambda one: tuple(getattr(one, name) for name in by)  # noqa: E731
    return st.lists(of, max_size=3, unique_by=named).map(tuple)


cookies = st.builds(
    DeclaredCookie,
    name=words,
    provider=words,
    domain=words,
    path=st.just("/"),
    lifetime_count=st.integers(1, 2),
    lifetime_unit=st.sampled_from(["day", "year"]),
    lifetime=texts,
    function=texts,
    purpose=texts,
    match=st.sampled_from(["exact", "prefix"]),
    third_party=st.booleans(),
    http_only=st.booleans(),
    storage=st.sampled_from(["any", "local_storage"]),
    exempt_measurement=st.booleans(),
)
categories = st.builds(
    DeclaredCategory,
    key=st.sampled_from(["necessary", "statistics", "marketing"]),
    title=texts,
    description=texts,
    cookies=unique(cookies, "name", "domain", "path"),
)
looks = st.builds(
    DeclaredLook,
    accent=words, accent_dark=words, corner=st.integers(0, 2), position=words, logo=words,
)  # fmt: skip


def _no_cookie_twice(document: Document) -> bool:
    names = [(one.name, one.domain) for each in document.categories for one in each.cookies]
    return len(names) == len(set(names))


documents = st.builds(
    Document,
    slug=words,
    name=words,
    hostname=words,
    default_language=st.sampled_from(LANGUAGES),
    consent_days=st.integers(1, 2),
    controller=st.builds(Controller, *[words] * 6),
    wordings=st.dictionaries(st.sampled_from(LANGUAGES), words.filter(bool), min_size=1),
    categories=unique(categories, "key"),
    providers=unique(st.builds(DeclaredProvider, words, words, words), "key"),
    look=st.none() | looks,
    passages=st.dictionaries(
        st.sampled_from(["why", "terms"]), st.builds(DeclaredPassage, url=words, html=texts)
    ),
    integrations=unique(st.builds(DeclaredIntegration, *[words] * 5), "kind", "identifier").map(
        lambda all_: tuple(sorted(all_, key=lambda one: (one.kind, one.identifier)))
    ),
).filter(_no_cookie_twice)


def mutations(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every way to change one field, anywhere inside: which one, and the whole with it changed."""
    if is_dataclass(value):
        for field in fields(value):
            for which, changed in mutations(getattr(value, field.name), field.name):
                yield which, replace(value, **{field.name: changed})
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            for which, changed in mutations(one, name):
                yield which, (*value[:number], changed, *value[number + 1 :])
    elif isinstance(value, dict):
        for key, one in value.items():
            for which, changed in mutations(one, name):
                yield which, value | {key: changed}
    else:
        yield name, _other(value)


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + ("x" if isinstance(value, str) else 1)
