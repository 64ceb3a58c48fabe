"""What refused cookies left in the browser, which goes with the answer, HttpOnly ones too (L12)."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from portal.cookies.matching import stands_for
from portal.cookies.models import OF_SCRIPTS
from portal.policy.document import DeclaredCookie, Document
from portal.tenants.embedding import is_registrable


class Left(NamedTuple):
    """One place where a refused cookie may have been set; without a domain on the host alone."""

    name: str
    path: str
    domain: str | None


def refused_cookies(
    document: Document, rejected: Iterable[str], present: Iterable[str], host: str
) -> Iterator[Left]:
    """Each cookie present that only rejected categories declare, wherever it may be set."""
    refused, needed = _declared(document, set(rejected))
    domains = [None, *_domains(host)]
    for name in present:
        paths = {one.path for one in refused if _is(one, name)}
        if not paths or any(_is(one, name) for one in needed):
            continue
        for path, domain in product(sorted(paths | {"/"}), domains):
            yield Left(name, path, domain)


def _declared(
    document: Document, rejected: set[str]
) -> tuple[list[DeclaredCookie], list[DeclaredCookie]]:
    """The cookies of the rejected categories, and those of the others; no keys of storages."""
    refused, needed = list[DeclaredCookie](), list[DeclaredCookie]()
    for category in document.categories:
        cookies = (one for one in category.cookies if one.storage not in OF_SCRIPTS)
        (refused if category.key in rejected else needed).extend(cookies)
    return refused, needed


def _is(cookie: DeclaredCookie, name: str) -> bool:
    return stands_for(cookie.match, cookie.name, name)


def _domains(host: str) -> Iterator[str]:
    """The host and every domain above it on which it can set a cookie."""
    labels = host.split(".")
    for index in range(len(labels)):
        domain = ".".join(labels[index:])
        if is_registrable(domain):
            yield domain
