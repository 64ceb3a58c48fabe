"""The list as JSON: an object with the version of its form and the list of cookies.

It is read entry by entry, so that each is known by its line and a list that is too long is refused
at the first entry too many.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from portal.catalogues import said
from portal.cookies.exchange.columns import FIXED, REQUIRED
from portal.cookies.exchange.files import MOST_ROWS, Row, bad_file, listed, too_many_rows
from portal.cookies.findings import Finding
from portal.cookies.rules import TEXTS

VERSION = 1
LONGEST_NUMBER = 9  # digits
SPACE = re.compile(r"[ \t\r\n]*")

MEMBERS = (*FIXED, *TEXTS)
FORM = said("The JSON has another form. It has to be %(form)s.")
SYNTAX = said("Line %(line)s is no valid JSON.")
UNKNOWN = said("There are no such members: %(members)s.")
MISSING = said("These members are missing: %(members)s.")


def written(entries: Iterable[dict[str, Any]]) -> str:
    document = {"version": VERSION, "cookies": list(entries)}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def rows(text: str) -> Iterator[Row]:
    """What each entry says; raises BadFile where the file as a whole cannot be understood."""
    try:
        yield from _document(_Cursor(text))
    except json.JSONDecodeError as reason:
        raise bad_file(SYNTAX, line=reason.lineno) from reason
    except (RecursionError, UnicodeEncodeError) as reason:
        raise _another_form() from reason


def _document(cursor: "_Cursor") -> Iterator[Row]:
    """The rows among the members of the one object, whichever member comes first."""
    if not cursor.has("{") or cursor.has("}"):
        raise _another_form()
    found: dict[str, Any] = {}
    while True:
        name = cursor.value()
        cursor.expect(":")
        if name == "cookies" and name not in found and cursor.has("["):
            found[name] = True
            yield from _entries(cursor)
        elif name == "version" and name not in found:
            found[name] = cursor.value()
        else:
            raise _another_form()
        if not cursor.has(","):
            break
    cursor.expect("}")
    cursor.expect("")
    if found != {"version": VERSION, "cookies": True}:
        raise _another_form()


def _entries(cursor: "_Cursor") -> Iterator[Row]:
    if cursor.has("]"):
        return
    for count in range(MOST_ROWS + 1):
        if count == MOST_ROWS:
            raise too_many_rows()
        yield _row(cursor.line(), cursor.value())
        if not cursor.has(","):
            break
    cursor.expect("]")


def _row(line: int, entry: Any) -> Row:
    if not isinstance(entry, dict):
        return Row(line, {}, [Finding("", said("This entry is no object."))])
    unknown = [name for name in entry if name not in MEMBERS]
    missing = [name for name in REQUIRED if name not in entry]
    findings = [
        Finding("", message, {"members": listed(names)})
        for message, names in ((UNKNOWN, unknown), (MISSING, missing))
        if names
    ]
    return Row(line, entry, findings)


class _Cursor:
    """Goes through a JSON text value by value; raises JSONDecodeError."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._counted = (0, 1)  # up to where lines were counted, and which line that is
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_once, parse_int=_number, parse_constant=_no_constant
        )

    def value(self) -> Any:
        self._skip_space()
        value, self._position = self._decoder.raw_decode(self._text, self._position)
        json.dumps(value, ensure_ascii=False).encode()  # refuses halves of characters
        return value

    def has(self, sign: str) -> bool:
        """Whether this sign comes next; goes on behind it."""
        self._skip_space()
        if not self._text.startswith(sign, self._position):
            return False
        self._position += len(sign)
        return True

    def expect(self, sign: str) -> None:
        """Go on behind this sign; the empty one stands for the end."""
        if not self.has(sign) or (not sign and self._position < len(self._text)):
            raise json.JSONDecodeError(f"{sign!r} is missing", self._text, self._position)

    def line(self) -> int:
        """The line of what comes next."""
        self._skip_space()
        start, line = self._counted
        self._counted = self._position, line + self._text.count("\n", start, self._position)
        return self._counted[1]

    def _skip_space(self) -> None:
        found = SPACE.match(self._text, self._position)
        self._position = found.end() if found else self._position


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        [(twice, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise bad_file(said("An object names %(member)s twice."), member=listed([twice]))
    return members


def _number(digits: str) -> int | str:
    """A number, unless it is longer than any that could be meant."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


def _no_constant(name: str) -> Any:
    raise bad_file(said("JSON has no number %(name)s."), name=name)


def _another_form() -> Exception:
    return bad_file(FORM, form=f'{{"version": {VERSION}, "cookies": […]}}')
