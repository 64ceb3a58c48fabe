"""The list as CSV (RFC 4180). Imports take commas, semicolons and tabs, as spreadsheets write."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from portal.catalogues import said
from portal.cookies.exchange.columns import FIXED, REQUIRED
from portal.cookies.exchange.files import MOST_ROWS, BadFile, Row, bad_file, listed, too_many_rows
from portal.cookies.exchange.formulas import defused, restored
from portal.cookies.findings import Finding
from portal.cookies.rules import FLAGS, TEXTS
from portal.languages import AVAILABLE

SEPARATORS = (",", ";", "\t")
YES, NO = ("yes", "true", "1"), ("no", "false", "0", "")
LONGEST_HEADER = 20_000  # characters that are looked at to find the separator

UNKNOWN = said("Line %(line)s names columns that there are not: %(columns)s.")
MISSING = said("Line %(line)s, the header, lacks these columns: %(columns)s.")
TWICE = said("Line %(line)s names columns twice: %(columns)s.")
RAGGED = said("This line has %(cells)s cells, the header has %(columns)s.")

Line = tuple[int, list[str]]


def written(
    columns: Iterable[str], entries: Iterable[dict[str, Any]], separator: str = ","
) -> Iterator[str]:
    """The lines of a file, its header first; formulas are defused."""
    names = list(columns)
    yield _line(names, separator)
    for entry in entries:
        yield _line((defused(cell_of(entry, name)) for name in names), separator)


def cell_of(entry: dict[str, Any], column: str) -> str:
    """What stands in a cell of a column, such as `name` or `purpose.fr`."""
    field, _, tag = column.partition(".")
    value = entry[field].get(tag, "") if tag else entry[field]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _line(cells: Iterable[str], separator: str) -> str:
    line = StringIO()
    csv.writer(line, delimiter=separator).writerow(cells)
    return line.getvalue()


def rows(text: str) -> Iterator[Row]:
    """What each line says; raises BadFile where the file as a whole cannot be understood."""
    lines = _lines(text, _separator(text))
    number, header = next(lines, (1, []))
    columns = [_column(cell) for cell in header]
    _check_header(number, columns)
    for count, (line, cells) in enumerate(lines):
        if count == MOST_ROWS:
            raise too_many_rows()
        yield _row(line, columns, cells)


def _separator(text: str) -> str:
    """The one that splits the header into the most columns that there are."""
    header = text.lstrip("\r\n")[:LONGEST_HEADER].splitlines()[:1]
    known = {one: sum(map(_is_known, _cells(header, one))) for one in SEPARATORS}
    return max(SEPARATORS, key=lambda one: known[one])


def _cells(header: list[str], separator: str) -> list[str]:
    return [_column(cell) for cell in next(csv.reader(header, delimiter=separator), [])]


def _lines(text: str, separator: str) -> Iterator[Line]:
    """The cells of each line that holds any, with the number of the line where they begin."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as reason:
        message = said("From line %(line)s on, the quotes do not match or a cell is too long.")
        raise bad_file(message, line=line) from reason


def _column(cell: str) -> str:
    """The name of a column as the list has it, however the file writes it."""
    name = cell.strip()
    field, _, tag = name.partition(".")
    tags = {one.lower(): one for one in AVAILABLE}
    return f"{field.lower()}.{tags.get(tag.lower(), tag)}" if tag else name.lower()


def _is_known(column: str) -> bool:
    field, _, tag = column.partition(".")
    return column in FIXED or (field in TEXTS and tag in AVAILABLE)


def _check_header(line: int, columns: list[str]) -> None:
    unknown = [one for one in columns if not _is_known(one)]
    missing = [one for one in REQUIRED if one not in columns]
    twice = [one for one, count in Counter(columns).items() if count > 1]
    findings = [
        Finding("", message, {"line": line, "columns": listed(names)})
        for message, names in ((UNKNOWN, unknown), (MISSING, missing), (TWICE, twice))
        if names
    ]
    if findings:
        raise BadFile(*findings)


def _row(line: int, columns: list[str], cells: list[str]) -> Row:
    if len(cells) != len(columns):
        counts: dict[str, object] = {"cells": len(cells), "columns": len(columns)}
        return Row(line, {}, [Finding("", RAGGED, counts)])
    values: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=True):
        field, _, tag = column.partition(".")
        if tag:
            values.setdefault(field, {})[tag] = restored(cell)
        else:
            values[field] = _value(field, restored(cell))
    return Row(line, values)


def _value(field: str, cell: str) -> str | bool:
    """Yes or no where the column asks for it; what is neither stays for the rules to refuse."""
    answer = cell.strip().lower()
    if field in FLAGS and answer in (*YES, *NO):
        return answer in YES
    return cell
