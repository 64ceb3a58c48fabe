"""The names of declared cookies as scripts compare them, and where they look for them."""

import re

from portal.policy.document import DeclaredCategory, DeclaredCookie, Document

STORAGES = {"localStorage": ("local_storage", "any"), "sessionStorage": ("session_storage", "any")}


def names(category: DeclaredCategory) -> str:
    """A regular expression for every name that the cookies of a category stand for."""
    return "|".join(_pattern(one) for one in category.cookies)


def storages(document: Document) -> list[str]:
    """Those in which a category that may be refused keeps anything: others need not be opened."""
    kept = {cookie.storage for category in document.optional for cookie in category.cookies}
    return [name for name, words in STORAGES.items() if kept.intersection(words)]


def _pattern(cookie: DeclaredCookie) -> str:
    text = cookie.name + ("*" if cookie.match == "prefix" else "")
    escaped = re.sub(r"[\\^$.|?+()\[\]{}/]", r"\\\g<0>", text)
    return escaped.replace("*", ".*" if cookie.match != "exact" else r"\*")
