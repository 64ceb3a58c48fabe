"""Translatable texts and lifetimes, in words."""

from babel.units import format_unit

from portal.catalogues import translations
from portal.cookies.models import Texts
from portal.languages import SOURCE, locale


def in_language(texts: Texts, language: str, default: str) -> str:
    """The text as a visitor reads it: the tenant's own words, the catalogue's, or the default's."""
    own = texts.get(language)
    if own:
        return own
    source = texts.get(SOURCE, "")
    translated = str(translations(language).gettext(source)) if source else ""
    if translated and (translated != source or language == SOURCE):
        return translated
    return texts.get(default) or source or next(iter(texts.values()), "")


def lifetime_in_words(count: int, unit: str, language: str) -> str:
    """`6 months` in any language, from the Unicode locale data; empty for a session cookie."""
    if unit == "session":
        return ""
    return format_unit(count, f"duration-{unit}", length="long", locale=locale(language))
