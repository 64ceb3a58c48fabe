"""Whether a declared name stands for the name of a cookie that is really there."""

from fnmatch import fnmatchcase


def stands_for(match: str, declared: str, name: str) -> bool:
    """Names are compared as browsers do, with their capitals; `*` in a pattern is any text.

    Names are tokens (RFC 9110 section 5.6.2), so a pattern holds no other sign that fnmatch knows.
    """
    if match == "pattern":
        return fnmatchcase(name, declared)
    return name.startswith(declared) if match == "prefix" else name == declared


def stem(match: str, declared: str) -> str:
    """What every name that is stood for begins with."""
    return declared.partition("*")[0] if match == "pattern" else declared
