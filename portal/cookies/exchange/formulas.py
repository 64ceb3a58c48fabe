"""Cells that a spreadsheet would run as formulas get an apostrophe, and lose exactly that again.

The first sign of a cell decides; so does one after a separator, for a spreadsheet that splits at
another separator than the file was written with. The signs are those that OWASP's page on CSV
injection names.
"""

import re

STARTS = "=+\\-@\t\r\n＝＋－＠"  # noqa: RUF001  full-width forms are run as well
AT_A_START = r"(?<![^,;\t\r\n])"
DANGEROUS = re.compile(rf"{AT_A_START}(?='*[{STARTS}])")
DEFUSED = re.compile(rf"{AT_A_START}'(?='*[{STARTS}])")


def defused(text: str) -> str:
    return DANGEROUS.sub("'", text)


def restored(text: str) -> str:
    """What was defused; any text comes back from `restored(defused(text))`."""
    return DEFUSED.sub("", text)
