"""Translatable texts and lifetimes, in words."""

from datetime import timedelta
from typing import Any

from babel.dates import TIMEDELTA_UNITS, format_timedelta

from portal.catalogues import built_in_text, is_built_in
from portal.cookies.models import Texts
from portal.languages import AVAILABLE, SOURCE, locale

SECONDS = dict(TIMEDELTA_UNITS)
NEVER = 1e9  # how many of a unit would be said in the next larger one


def in_language(texts: Texts, language: str, default: str) -> str:
    """The text as a visitor reads it: the tenant's own words, the catalogue's, or the default's."""
    own, source = texts.get(language), texts.get(SOURCE, "")
    if own:
        return own
    if is_built_in(source):
        return built_in_text(source, language)
    return texts.get(default) or source or next(iter(texts.values()), "")


def own_or_built_in(texts: Texts, language: str) -> str:
    """The text in this language alone; empty where visitors would read another language's."""
    built_in = is_built_in(texts.get(SOURCE))
    return in_language(texts, language, language) if built_in else texts.get(language, "")


def translated(row: Any, field: str, language: str, text: str, source_language: str) -> None:
    """Write a text of a row in one language, and from which source text it was made.

    An empty text takes the translation away. A built-in text that is written as it stands stays
    built in. When the source changes, translations of unknown origin count as made from what it
    was before.
    """
    texts: Texts = getattr(row, field)
    source = in_language(texts, source_language, source_language)
    known = texts.get(source_language)
    if is_built_in(texts.get(SOURCE)):
        if _stays_built_in(texts, language, text):
            return
        known = source
        _give_up_built_in(row, field, language, source_language)
    if language != source_language:
        _made_from(row, field, {language: source if text else ""})
    elif known and known != text:
        _keep_origins(row, field, language, known)
    setattr(row, field, _with(getattr(row, field), language, text))


def _stays_built_in(texts: Texts, language: str, text: str) -> bool:
    own = language in texts and language != SOURCE
    return not own and text == in_language(texts, language, language)


def _give_up_built_in(row: Any, field: str, language: str, source_language: str) -> None:
    """Prepare for words of the tenant's own in one of the languages of a built-in text.

    If that is the source, the other languages would say something else and go. If it is English,
    by which the others are found, they are written out.
    """
    texts: Texts = getattr(row, field)
    if language == source_language:
        setattr(row, field, _with(texts, SOURCE, ""))
    elif language == SOURCE:
        source = in_language(texts, source_language, source_language)
        setattr(row, field, {tag: in_language(texts, tag, tag) for tag in AVAILABLE})
        _made_from(
            row,
            field,
            {tag: source for tag in AVAILABLE if tag not in texts and tag != source_language},
        )


def _keep_origins(row: Any, field: str, language: str, source: str) -> None:
    remembered = (row.sources or {}).get(field, {})
    others = {tag for tag in getattr(row, field) if tag not in remembered} - {language}
    if others:
        _made_from(row, field, dict.fromkeys(sorted(others), source))


def _made_from(row: Any, field: str, sources: Texts) -> None:
    known = {**(row.sources or {}).get(field, {}), **sources}
    row.sources = {**(row.sources or {}), field: {tag: text for tag, text in known.items() if text}}


def _with(texts: Texts, language: str, text: str) -> Texts:
    rest = {tag: own for tag, own in texts.items() if tag != language}
    return {**rest, language: text} if text else rest


def lifetime_in_words(count: int, unit: str, language: str) -> str:
    """`6 months` in any language, from the Unicode locale data; empty for a session cookie."""
    if unit == "session":
        return ""
    lifetime = timedelta(seconds=count * SECONDS[unit])
    return format_timedelta(
        lifetime,
        granularity=unit,  # type: ignore[arg-type]  # a table's column is checked by the database
        threshold=NEVER,
        locale=locale(language),
    )
