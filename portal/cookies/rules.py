"""What a declared cookie must be like: the one place that forms, imports and commands ask.

Values come as the columns of the table hold them; `portal.cookies.tidying.tidied` makes them so.
Source of what browsers accept: draft-ietf-httpbis-rfc6265bis.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from portal.catalogues import said
from portal.cookies.findings import Finding, no_text, no_texts, texts, too_long
from portal.cookies.lifetimes import (
    LONGEST_DAYS,
    LONGEST_EXEMPT_MONTHS,
    LONGEST_STORED_DAYS,
    is_over_exempt,
    is_over_longest,
)
from portal.cookies.models import CATEGORIES, MATCHES, OF_SCRIPTS, STORAGES, UNITS
from portal.tenants.hostnames import BadHostname, normalise

__all__ = ["FIELDS", "FLAGS", "TEXTS", "WORDS", "Finding", "Identity", "check", "identity", "said"]

WORDS = ("name", "match", "category", "provider", "storage", "domain", "path", "lifetime_unit")
FLAGS = ("third_party", "http_only", "exempt_measurement")
TEXTS = ("function", "purpose")
FIELDS = (*WORDS, "lifetime_count", *FLAGS, *TEXTS)

LONGEST_NAME, LONGEST_DOMAIN, LONGEST_PATH = 256, 253, 1024
LONGEST_FUNCTION, LONGEST_PURPOSE = 300, 2000

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
SEPARATORS = '( ) , / : ; < = > ? @ [ \\ ] { } "'
BAD_NAME = said("A name has no spaces, no letters with accents and none of %(signs)s")
KEY = re.compile(r"[!-~]+")  # in a storage: printable ASCII without spaces
BAD_KEY = said("A key has no spaces and no letters with accents.")
LASTS = said("Browsers keep a cookie for %(days)s days at most: write that.")
LASTS_STORED = said("Write a lifetime of %(days)s days at most.")
IN_ATTRIBUTE = re.compile(r"[ -:<-~]*")  # printable ASCII without `;`

Identity = tuple[str, str, str]


def identity(values: Mapping[str, Any]) -> Identity:
    """Name, domain and path, which no two cookies of a tenant share."""
    return values["name"], values["domain"], values["path"]


def check(
    values: Mapping[str, Any],
    *,
    others: Iterable[Identity] = (),
    providers: Collection[str] | None = None,
    categories: Collection[str] = CATEGORIES,
) -> list[Finding]:
    """All findings on a cookie.

    `others` are the tenant's other cookies; `providers` and `categories` the keys that it may name.
    """
    return list(_of_types(values)) or [
        *_of_name(values),
        *_of_identity(values, others),
        *_of_choice("match", values["match"], MATCHES),
        *_of_choice("category", values["category"], categories),
        *_of_choice("storage", values["storage"], STORAGES),
        *_of_choice("lifetime_unit", values["lifetime_unit"], UNITS),
        *_of_provider(values["provider"], providers),
        *_of_domain(values["domain"]),
        *_of_path(values["path"]),
        *_of_lifetime(values),
        *_of_storage(values),
        *_of_exemption(values),
        *texts("function", values["function"], LONGEST_FUNCTION, wanted=False),
        *texts("purpose", values["purpose"], LONGEST_PURPOSE, wanted=True),
    ]


def _of_types(values: Mapping[str, Any]) -> Iterator[Finding]:
    for name in WORDS:
        yield from no_text(name, values[name])
    for name in FLAGS:
        if not isinstance(values[name], bool):
            yield Finding(name, said("This has to be yes or no."))
    for name in TEXTS:
        yield from no_texts(name, values[name])


def _of_name(values: Mapping[str, Any]) -> Iterator[Finding]:
    name, pattern = values["name"], values["match"] == "pattern"
    stored = values["storage"] in OF_SCRIPTS
    yield from too_long("name", name, LONGEST_NAME)
    if not name:
        yield Finding("name", said("A cookie needs a name."))
    elif not (KEY if stored else TOKEN).fullmatch(name):
        yield Finding("name", BAD_KEY if stored else BAD_NAME, {"signs": SEPARATORS})
    elif not name.strip("*"):
        yield Finding("name", said("This would stand for every cookie there is."))
    elif pattern and "*" not in name:
        yield Finding("name", said("A pattern needs a *, which stands for any text."))
    elif "*" in name and not pattern:
        yield Finding("name", said("Only a pattern may hold a *."))
    yield from _of_host_prefix(values)


def _of_host_prefix(values: Mapping[str, Any]) -> Iterator[Finding]:
    """`__Host-` binds a cookie to the host that sets it; of a third party we name that host."""
    domain = values["domain"]
    if not values["name"].lower().startswith("__host-"):
        return
    if values["path"] != "/":
        yield Finding("path", said("The path of a __Host- cookie is always /."))
    if domain.startswith(".") or (domain and not values["third_party"]):
        yield Finding("domain", said("A __Host- cookie belongs to one host and has no domain."))


def _of_identity(values: Mapping[str, Any], others: Iterable[Identity]) -> Iterator[Finding]:
    if identity(values) in others:
        yield Finding("name", said("The list already has a cookie of this name, domain and path."))


def _of_choice(name: str, value: str, known: Collection[str]) -> Iterator[Finding]:
    if not value:
        yield Finding(name, said("Choose one."))
    elif value not in known:
        message = said("Choose one of these: %(known)s.")
        yield Finding(name, message, {"known": ", ".join(sorted(known))})


def _of_provider(provider: str, providers: Collection[str] | None) -> Iterator[Finding]:
    if not provider:
        yield Finding("provider", said("Say who sets the cookie."))
    elif providers is not None and provider not in providers:
        yield Finding("provider", said("The list has no such provider."))


def _of_domain(domain: str) -> Iterator[Finding]:
    """A dot before the hostname stands for its subdomains too, as in the cookie's attribute."""
    yield from too_long("domain", domain, LONGEST_DOMAIN)
    if domain and not _is_hostname(domain.removeprefix(".")):
        yield Finding("domain", said("Write a hostname such as example.org or .example.org."))


def _is_hostname(host: str) -> bool:
    try:
        return normalise(host) == host
    except BadHostname:
        return False


def _of_path(path: str) -> Iterator[Finding]:
    yield from too_long("path", path, LONGEST_PATH)
    if not path.startswith("/"):
        yield Finding("path", said("A path begins with /."))
    elif not IN_ATTRIBUTE.fullmatch(path):
        yield Finding("path", said("Write the path as in an address, without ; and accents."))


def _of_lifetime(values: Mapping[str, Any]) -> Iterator[Finding]:
    count, unit = values["lifetime_count"], values["lifetime_unit"]
    stored = values["storage"] in OF_SCRIPTS
    longest = LONGEST_STORED_DAYS if stored else LONGEST_DAYS
    if type(count) is not int:
        yield Finding("lifetime_count", said("Write a whole number."))
    elif unit == "session":
        if count:
            yield Finding("lifetime_count", said("A session has no number."))
    elif count < 1:
        yield Finding("lifetime_count", said("Write a number from 1 on, or choose the session."))
    elif is_over_longest(count, unit, longest):
        yield Finding("lifetime_count", LASTS_STORED if stored else LASTS, {"days": longest})


def _of_storage(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Only scripts reach a storage, and that of a session ends with it (HTML, Web storage)."""
    if values["storage"] in OF_SCRIPTS and values["http_only"]:
        yield Finding("http_only", said("Only a cookie can be out of reach of scripts."))
    if values["storage"] == "session_storage" and values["lifetime_unit"] != "session":
        yield Finding("lifetime_unit", said("The session storage ends with the session."))
    if values["storage"] == "local_storage" and values["lifetime_unit"] == "session":
        message = said("Local storage stays when the session ends, unless a script clears it.")
        yield Finding("lifetime_unit", message, wrong=False)


def _of_exemption(values: Mapping[str, Any]) -> Iterator[Finding]:
    """Audience measurement without consent is for the publisher alone, and not for ever (C8)."""
    if not values["exempt_measurement"]:
        return
    if values["category"] != "statistics":
        yield Finding("exempt_measurement", said("Only a cookie for statistics can be exempt."))
    if values["third_party"]:
        message = said("Exempt measurement serves this site alone; a third party rarely does.")
        yield Finding("exempt_measurement", message, wrong=False)
    count = values["lifetime_count"]
    if type(count) is int and is_over_exempt(count, values["lifetime_unit"]):
        message = said("An exempt cookie lives for %(months)s months at most.")
        yield Finding("lifetime_count", message, {"months": LONGEST_EXEMPT_MONTHS})
