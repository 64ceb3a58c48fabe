"""What a provider and a category must be like, for forms, imports and commands alike."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from portal.catalogues import said
from portal.cookies.findings import Finding, no_text, no_texts, texts, too_long, unshown
from portal.tenants.hostnames import BadHostname, normalise

PROVIDER_FIELDS = ("key", "name", "privacy_url")
CATEGORY_FIELDS = ("title", "description")

LONGEST_KEY, LONGEST_PROVIDER, LONGEST_URL = 63, 200, 500
LONGEST_TITLE, LONGEST_DESCRIPTION = 100, 2000

KEY = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
IN_ADDRESS = re.compile(r"[!-~]+")  # printable ASCII without spaces


def check_provider(values: Mapping[str, Any], *, others: Mapping[str, str]) -> list[Finding]:
    """All findings on a provider; `others` are the tenant's other ones, names by key."""
    wrong_types = [one for name in PROVIDER_FIELDS for one in no_text(name, values[name])]
    return wrong_types or [
        *_of_provider_name(values["name"], others),
        *_of_key(values["key"], others),
        *_of_address(values["privacy_url"]),
    ]


def check_category(values: Mapping[str, Any]) -> list[Finding]:
    wrong_types = [one for name in CATEGORY_FIELDS for one in no_texts(name, values[name])]
    return wrong_types or [
        *texts("title", values["title"], LONGEST_TITLE, wanted=True),
        *texts("description", values["description"], LONGEST_DESCRIPTION, wanted=True),
    ]


def key_of(name: str, taken: Mapping[str, str]) -> str:
    """A free key for a provider of this name: `Google Maps` becomes `google-maps`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-") or "provider"
    tries = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in tries if key not in taken)


def _of_provider_name(name: str, others: Mapping[str, str]) -> Iterator[Finding]:
    yield from too_long("name", name, LONGEST_PROVIDER)
    yield from unshown("name", name)
    if not name:
        yield Finding("name", said("A provider needs a name."))
    elif name.casefold() in {one.casefold() for one in others.values()}:
        yield Finding("name", said("The list already has a provider of this name."))


def _of_key(key: str, others: Mapping[str, str]) -> Iterator[Finding]:
    yield from too_long("key", key, LONGEST_KEY)
    if not KEY.fullmatch(key):
        yield Finding("key", said("A key has small letters, digits and single hyphens only."))
    elif key in others:
        yield Finding("key", said("The list already has a provider with this key."))


def _of_address(url: str) -> Iterator[Finding]:
    yield from too_long("privacy_url", url, LONGEST_URL)
    if url and not _is_address(url):
        yield Finding("privacy_url", said("Write a full address that begins with https://."))


def _is_address(url: str) -> bool:
    """Whether this is an http or https address of a named host, without a password in it."""
    try:
        parts = urlsplit(url)
        normalise(parts.hostname or "")
    except (ValueError, BadHostname):
        return False
    return (
        parts.scheme in ("http", "https")
        and "@" not in parts.netloc
        and bool(IN_ADDRESS.fullmatch(url))
    )
