"""Which languages there are, their names and direction, and choosing one for a request.

Choosing follows Django's LocaleMiddleware (tests/public/test_like_django.py asks Django itself),
with one correction: `q=0` excludes a language, as RFC 9110 section 12.4.2 says.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from portal.settings import ROOT

TRANSLATIONS = ROOT / "translations"
SOURCE = "en"
LONGEST = 500  # characters that are looked at of a tag or a header, as in Django
REGIONS_TO_SCRIPTS = {
    "zh-cn": "zh-hans", "zh-my": "zh-hans", "zh-sg": "zh-hans",
    "zh-hk": "zh-hant", "zh-mo": "zh-hant", "zh-tw": "zh-hant",
}  # fmt: skip

TAG = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*", re.IGNORECASE)
RANGE = re.compile(
    r"(?P<tag>[a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)"
    r"(?:\s*;\s*q=(?P<quality>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
    r"(?:\s*,\s*|\Z)"
)


def _available() -> tuple[str, ...]:
    folders = sorted(path.parent.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    return (SOURCE, *(folder.replace("_", "-") for folder in dict.fromkeys(folders)))


AVAILABLE = _available()


@dataclass(frozen=True, slots=True)
class Language:
    tag: str
    name: str
    direction: str


@lru_cache(maxsize=256)
def locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")


@lru_cache(maxsize=256)
def language(tag: str) -> Language:
    """The language with its name in itself and its direction (`ltr` or `rtl`)."""
    found = locale(tag)
    return Language(tag, found.get_display_name() or tag, found.text_direction)


def is_known(tag: str) -> bool:
    """Whether the installation has this language or a shorter form of it."""
    known, lower = {one.lower() for one in AVAILABLE}, tag.lower()
    return bool(TAG.fullmatch(tag)) and not known.isdisjoint([lower, *_cut_short(lower)])


def choose(cookie: str | None, header: str, offered: tuple[str, ...], default: str) -> str:
    """The language for a visitor: by cookie, else by Accept-Language, else the default."""
    return (cookie and variant(cookie, offered)) or negotiate(header, offered, default)


def variant(tag: str, offered: tuple[str, ...]) -> str | None:
    """The offered language nearest to the tag: itself, a shorter form, another region; or None."""
    return _variant(_cut(tag, "-"), offered)


def _cut(text: str, separator: str) -> str:
    """What is looked at of an overlong text, so that no cache keeps what somebody made long."""
    return text if len(text) <= LONGEST else text[: max(text.rfind(separator, 0, LONGEST), 0)]


@lru_cache(maxsize=4096)
def _variant(tag: str, offered: tuple[str, ...]) -> str | None:
    if not TAG.fullmatch(tag):
        return None
    by_tag = {one.lower(): one for one in offered}
    candidates = _shortened(tag.lower())
    for candidate in candidates:
        if candidate in by_tag:
            return by_tag[candidate]
    siblings = (one for key, one in by_tag.items() if key.startswith(candidates[-1] + "-"))
    return next(siblings, None)


def _shortened(tag: str) -> list[str]:
    """The tag, the script its region writes, then the tag cut from the right (RFC 4647, 3.4)."""
    script = REGIONS_TO_SCRIPTS.get(tag)
    return [tag, *([script] if script else []), *_cut_short(tag)]


def _cut_short(tag: str) -> list[str]:
    parts = tag.split("-")
    return ["-".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


def negotiate(header: str, offered: tuple[str, ...], default: str) -> str:
    """The best offered language for an Accept-Language header; the default if none fits."""
    return _negotiate(_cut(header, ","), offered, default)


@lru_cache(maxsize=4096)
def _negotiate(header: str, offered: tuple[str, ...], default: str) -> str:
    ranges = parse_accept_language(header)
    refused = {tag for tag, quality in ranges if not quality}
    for tag, quality in ranges:
        if tag == "*" or not quality:
            break
        found = variant(tag, offered)
        if found and (found.lower() == tag or not _covered(found, refused)):
            return found
    if _covered(default, refused):
        rest = (one for one in (SOURCE, *offered) if one in offered and not _covered(one, refused))
        return next(rest, default)
    return default


def _covered(tag: str, ranges: set[str]) -> bool:
    return not ranges.isdisjoint(_shortened(tag.lower()))


def parse_accept_language(header: str) -> list[tuple[str, float]]:
    """The ranges with their quality, best first; none where the header has any error."""
    header, position, ranges = _cut(header, ",").lower(), 0, []
    while position < len(header):
        match = RANGE.match(header, position)
        if not match:
            return []
        ranges.append((match["tag"], float(match["quality"] or 1)))
        position = match.end()
    return sorted(ranges, key=lambda pair: -pair[1])
