"""From the bytes of a file to text, and the error for files that are no cookie list."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, field
from typing import Any

from portal.catalogues import said
from portal.cookies.findings import Finding

LARGEST = 2 * 1024 * 1024  # bytes
MOST_ROWS = 5_000
ZIP = b"PK\x03\x04"  # what .xlsx and .ods files begin with


class BadFile(ValueError):
    """A file that cannot be read as a cookie list; the findings say where, why and what to do."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(" ".join(one.message % one.values for one in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Row:
    """What a file says about one cookie: the fields that it names, and what cannot be read."""

    line: int  # on which it begins, counted from 1
    values: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)


def bad_file(message: str, **values: object) -> BadFile:
    return BadFile(Finding("", message, values))


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark; raises BadFile."""
    if len(content) > LARGEST:
        raise bad_file(
            said("The file is too large: %(megabytes)s MB at most."), megabytes=LARGEST >> 20
        )
    if content.startswith(ZIP):
        raise bad_file(said("This is a workbook. Save it as “CSV UTF-8” and choose that file."))
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise bad_file(said("The file is in UTF-16. Save it as UTF-8 and choose it again."))
    if b"\0" in content:
        line = _line_at(content, content.index(b"\0"))
        message = said("Line %(line)s holds a NUL, so this is no text in UTF-8. Save it as UTF-8.")
        raise bad_file(message, line=line)
    return _text(content.removeprefix(BOM_UTF8))


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as reason:
        message = said("Line %(line)s is not in UTF-8. Save the whole file as UTF-8.")
        raise bad_file(message, line=_line_at(content, reason.start)) from reason


def _line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def too_many_rows() -> BadFile:
    return bad_file(said("The file has more than %(rows)s rows."), rows=MOST_ROWS)


def listed(names: list[str]) -> str:
    """The first of the names that a file uses, for a message."""
    shown = [repr(name[:40]) for name in names[:5]]
    return ", ".join([*shown, "…"] if len(names) > len(shown) else shown)
