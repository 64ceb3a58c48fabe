"""Translatable texts and lifetimes, in words."""

from datetime import timedelta

from babel.dates import TIMEDELTA_UNITS, format_timedelta

from portal.catalogues import source_messages, translations
from portal.cookies.models import Texts
from portal.languages import SOURCE, locale

SECONDS = dict(TIMEDELTA_UNITS)
NEVER = 1e9  # how many of a unit would be said in the next larger one


def in_language(texts: Texts, language: str, default: str) -> str:
    """The text as a visitor reads it: the tenant's own words, the catalogue's, or the default's."""
    own, source = texts.get(language), texts.get(SOURCE, "")
    if own:
        return own
    if source in source_messages():
        return str(translations(language).gettext(source))
    return texts.get(default) or source or next(iter(texts.values()), "")


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
