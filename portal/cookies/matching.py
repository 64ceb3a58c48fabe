"""Whether a declared name stands for the name of a cookie that is really there."""

import re
from fnmatch import fnmatchcase

LITERALLY = re.compile(r"[\[?]")  # what fnmatch would take for more than itself


def stands_for(match: str, declared: str, name: str) -> bool:
    """Names are compared as browsers do, with their capitals; `*` in a pattern is any text.

    Keys of storages may hold `[` and `?`, which stand for themselves.
    """
    if match == "pattern":
        return fnmatchcase(name, LITERALLY.sub(r"[\g<0>]", declared))
    return name.startswith(declared) if match == "prefix" else name == declared


def stem(match: str, declared: str) -> str:
    """What every name that is stood for begins with."""
    return declared.partition("*")[0] if match == "pattern" else declared
