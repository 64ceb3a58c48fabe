"""Reading and writing files: every encoding, separator and form that somebody may bring."""

import csv
import gc
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cookies.exchange import structured, tabular
from portal.cookies.exchange.columns import COLUMNS, TEXT_COLUMNS, column_names
from portal.cookies.exchange.files import LARGEST, MOST_ROWS, BadFile
from portal.cookies.exchange.formulas import defused, restored
from portal.cookies.exchange.reading import rows_of

HEADER = "category,provider,name,lifetime_count,lifetime_unit,purpose.fr"
LINE = "statistics,matomo,_pk_id,13,month,Compte les visites."
VALUES = {
    "category": "statistics",
    "provider": "matomo",
    "name": "_pk_id",
    "lifetime_count": "13",
    "lifetime_unit": "month",
    "purpose": {"fr": "Compte les visites."},
}
FORMULA_STARTS = "=+-@\t\r"


def read(text: str | bytes):
    return list(rows_of(text.encode() if isinstance(text, str) else text))


def refusal(text: str | bytes) -> str:
    with pytest.raises(BadFile) as refused:
        read(text)
    return str(refused.value)


def in_json(*entries, **members):
    return json.dumps({"version": 1, "cookies": entries, **members})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_separators_marks_and_line_ends_are_found(separator, mark, end):
    text = end.join((HEADER, LINE)).replace(",", separator)
    [row] = read(mark + text.encode())
    assert (row.line, row.values, row.findings) == (2, VALUES, [])


def test_a_header_is_read_however_it_is_written():
    [row] = read(f"{HEADER.upper().replace(',', ' , ')}\n{LINE}")
    assert row.values == VALUES


def test_a_separator_within_quotes_separates_nothing():
    quoted = LINE.replace("Compte", '"Compte; ""compte"",') + '"'
    [row] = read(f"{HEADER}\n{quoted}")
    assert row.values["purpose"]["fr"] == 'Compte; "compte", les visites.'


def test_lines_are_counted_over_empty_ones_and_breaks_within_quotes():
    broken = LINE.replace("Compte les", '"Compte\nles') + '"'
    rows = read(f"\n{HEADER}\n{broken}\n\n,,,,,\n{LINE}\n")
    assert [row.line for row in rows] == [3, 7]


def test_a_ragged_line_is_wrong_and_the_others_are_read():
    rows = read(f"{HEADER}\n{LINE},more\n{LINE}\nstatistics,matomo")
    assert [(row.line, len(row.findings)) for row in rows] == [(2, 1), (3, 0), (4, 1)]
    assert rows[0].findings[0].values == {"cells": 7, "columns": 6}


@pytest.mark.parametrize(
    ("cell", "value"), [("yes", True), ("TRUE", True), ("1", True), (" No ", False), ("", False)]
)
def test_yes_and_no_are_read_as_spreadsheets_write_them(cell, value):
    [row] = read(f"{HEADER},third_party\n{LINE},{cell}")
    assert row.values["third_party"] is value


HEADERS = [
    (HEADER + ",colour,function.tlh", "Line 1 names columns that there are not: 'colour', "),
    (HEADER.replace("provider,", ""), "Line 1, the header, lacks these columns: 'provider'."),
    (HEADER + ",Name", "Line 1 names columns twice: 'name'."),
    (f"\n\n{HEADER},", "Line 3 names columns that there are not: ''."),
    ("some words", "Line 1 names columns that there are not: 'some words'."),
]


@pytest.mark.parametrize(("header", "words"), HEADERS)
def test_columns_that_are_unknown_missing_or_twice_are_named(header, words):
    assert words in refusal(f"{header}\n{LINE}")


def test_all_that_is_wrong_with_a_header_is_said_at_once():
    words = refusal("category,category,colour\n")
    assert words.count("Line 1") == 3


BYTES = [
    (f"{HEADER}\n{LINE}".encode("utf-16"), "The file is in UTF-16."),
    (f"{HEADER}\n{LINE}".encode("utf-16-be"), "Line 1 holds a NUL"),
    (f"{HEADER}\n{LINE}\nx\0".encode(), "Line 3 holds a NUL"),
    (f"{HEADER}\n{LINE}\n\n{LINE}é".encode("latin-1"), "Line 4 is not in UTF-8."),
    (f"{HEADER}é\n".encode() + f"{LINE}é".encode("cp1252"), "Line 2 is not in UTF-8."),
    (b"\xef\xbb\xbfa\n\xff", "Line 2 is not in UTF-8."),
    (b"PK\x03\x04\0\0", "This is a workbook."),
    (b"", "The file is empty."),
    (b"\xef\xbb\xbf \r\n", "The file is empty."),
    (f'{HEADER}\n{LINE}\n"open'.encode(), "From line 3 on, the quotes do not match"),
    (f'{HEADER}\n"a"b'.encode(), "From line 2 on, the quotes do not match"),
    (f"{HEADER}\n{'x' * 200_000}".encode(), "From line 2 on, "),
    (b"x" * 200_000, "From line 1 on, "),
]


@pytest.mark.parametrize(("content", "words"), BYTES, ids=[words for _, words in BYTES])
def test_what_is_no_cookie_list_is_refused_by_line(content, words):
    assert words in refusal(content)


JSONS = [
    ("{", "Line 1 is no valid JSON."),
    ('{"version": 1,\n"cookies": [\n{]}', "Line 3 is no valid JSON."),
    ('{"version": 1, "cookies": []} more', "Line 1 is no valid JSON."),
    ('{"version": 1, "cookies": [{} {}]}', "Line 1 is no valid JSON."),
    ("{}", "The JSON has another form."),
    ("[]", "The JSON has another form."),
    ('{"version": 2, "cookies": []}', "The JSON has another form."),
    ('{"version": 1, "cookies": {}}', "The JSON has another form."),
    ('{"cookies": []}', "The JSON has another form."),
    ('{"version": 1, "cookies": [], "cookies": []}', "The JSON has another form."),
    ('{"version": 1, "cookies": [{"name": 1, "name": 2}]}', "An object names 'name' twice."),
    ('{"version": 1, "cookies": [{"name": NaN}]}', "JSON has no number NaN."),
    ('{"version": 1, "cookies": [{"name": "\\ud800"}]}', "The JSON has another form."),
    ('{"version": 1, "cookies": [' + "[" * 100_000, "The JSON has another form."),
]


@pytest.mark.parametrize(("text", "words"), JSONS, ids=[text[:60] for text, _ in JSONS])
def test_json_that_cannot_be_read_is_refused(text, words):
    assert words in refusal(text)


def test_json_is_read_with_lines_in_any_order_of_members():
    text = json.dumps({"cookies": [VALUES, VALUES], "version": 1}, indent=1)
    rows = read("\ufeff\n" + text)
    assert [row.values for row in rows] == [VALUES, VALUES]
    lines = ("\n" + text).splitlines()
    assert [lines[row.line - 1].strip() for row in rows] == ["{", "{"]


def test_an_entry_is_told_which_members_it_lacks_and_which_there_are_not():
    rows = read(in_json(7, {"colour": 1} | VALUES, {}))
    assert [len(row.findings) for row in rows] == [1, 1, 1]
    assert rows[1].findings[0].values == {"members": "'colour'"}
    assert "'provider'" in rows[2].findings[0].values["members"]


def test_a_number_with_a_thousand_digits_is_left_to_the_rules():
    [row] = read(in_json(VALUES).replace('"13"', "1" * 5000))
    assert row.values["lifetime_count"] == "1" * 5000


def steps(act: Callable[[], object]) -> int:
    """How many calls of its own functions reading takes: what it costs, on whatever machine."""
    own = str(Path(structured.__file__).parent)
    calls: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(own):
            calls.append(frame.f_code.co_name)

    gc.collect()  # generators that were left halfway would end while we count
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return len(calls)


def in_csv(*lines: str) -> str:
    return "\n".join([HEADER, *lines, ""])


@pytest.mark.parametrize(("form", "row"), [(in_csv, LINE), (in_json, VALUES)])
def test_a_list_is_refused_at_the_first_row_too_many(form, row):
    barely, greatly = form(*[row] * (MOST_ROWS + 1)), form(*[row] * 100_000)[:LARGEST]
    assert f"more than {MOST_ROWS} rows" in refusal(greatly)
    assert steps(lambda: refusal(greatly)) == steps(lambda: refusal(barely))


def test_as_many_rows_as_are_allowed_are_read():
    assert len(read(f"{HEADER}\n" + f"{LINE}\n" * MOST_ROWS)) == MOST_ROWS
    assert len(read(in_json(*[VALUES] * MOST_ROWS))) == MOST_ROWS


def test_fifty_megabytes_are_refused_unread():
    assert "2 MB at most" in refusal(b"\0" * 50_000_000)


@given(st.text())
def test_any_text_comes_back_from_being_defused(text):
    assert restored(defused(text)) == text


@given(st.text(alphabet=f"{FORMULA_STARTS}';,x\n ", max_size=12))
def test_no_defused_cell_begins_as_a_formula_wherever_a_spreadsheet_splits_it(text):
    for separator in (",", ";", "\t", "\n"):
        for part in defused(text).split(separator):
            assert not part.startswith(tuple(FORMULA_STARTS))


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_formula_is_defused_by_an_apostrophe(start):
    assert defused(f"{start}1+1") == f"'{start}1+1"
    assert defused(f"'{start}1+1") == f"''{start}1+1"
    assert restored("'quoted'") == "'quoted'"


ENTRY = dict.fromkeys(structured.MEMBERS, "") | {"third_party": True}


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([",", ";", "\t"]))
def test_any_cell_comes_back_from_csv(text, separator):
    entry = ENTRY | {"provider_name": text, "function": {}, "purpose": {"fr": text}}
    names = column_names(["fr"])
    file = "".join(tabular.written(names, [entry], separator))
    [row] = tabular.rows(file)
    assert row.values["provider_name"] == text
    assert row.values["purpose"] == {"fr": text}
    assert row.values["third_party"] is True


def test_csv_is_as_rfc_4180_says():
    entry = ENTRY | {"name": 'a "b", c', "function": {}, "purpose": {"fr": "=1+1"}}
    header, line = tabular.written(["name", "purpose.fr"], [entry])
    assert header == "name,purpose.fr\r\n"
    assert line == '"a ""b"", c",\'=1+1\r\n'
    assert next(csv.reader(io.StringIO(line))) == ['a "b", c', "'=1+1"]


def test_the_help_explains_every_column_with_an_example_that_can_be_imported():
    assert all(one.about for one in (*COLUMNS, *TEXT_COLUMNS))
    assert column_names(["fr", "pt"])[-4:] == [
        "function.fr", "function.pt", "purpose.fr", "purpose.pt",
    ]  # fmt: skip
    names, examples = zip(*((one.name, one.example) for one in COLUMNS), strict=True)
    [row] = read(f"{','.join(names)}\n{','.join(examples)}")
    assert row.findings == []
