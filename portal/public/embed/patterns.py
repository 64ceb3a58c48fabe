"""The names of declared cookies as scripts compare them."""

import re

from portal.policy.document import DeclaredCategory, DeclaredCookie


def names(category: DeclaredCategory) -> str:
    """A regular expression for every name that the cookies of a category stand for."""
    return "|".join(_pattern(one) for one in category.cookies)


def _pattern(cookie: DeclaredCookie) -> str:
    text = cookie.name + ("*" if cookie.match == "prefix" else "")
    escaped = re.sub(r"[\\^$.|?+()\[\]{}/]", r"\\\g<0>", text)
    return escaped.replace("*", ".*" if cookie.match != "exact" else r"\*")
