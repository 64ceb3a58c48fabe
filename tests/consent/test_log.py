"""Reading the log back: a period, a browser's history, receipts and exports."""

import csv
import io
import json
import re
import tracemalloc
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from portal.consent import log
from portal.consent.log import Wanted
from portal.consent.receipts import FORMATS, comma_separated, ndjson, receipt, timestamp
from portal.identifiers import first_at
from tests import make
from tests.consent.records import keep, record

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIELDS = [
    "id", "tenant", "consent_id", "previous", "policy", "language", "decision", "accepted",
    "rejected", "surface", "gpc", "page", "given_at", "valid_until",
]  # fmt: skip


@pytest.fixture(params=[3, 5])
def chunk(request, monkeypatch):
    """Ten records are read in several steps, the last of them full or not."""
    monkeypatch.setattr(log, "CHUNK", request.param)


@pytest.fixture
def ten(app):
    """Ten records of Paris, a minute apart from noon on, and one of Oslo among them."""
    paris, oslo = make.tenant(app), make.tenant(app, "oslo", "en")
    records = [record(paris, NOON + n * MINUTE) for n in range(10)]
    with app.app_context():
        keep(*records, record(oslo, NOON + MINUTE))
        yield records


def read(records, *period, **order):
    return list(log.read(records[0].tenant_id, Wanted(*period), **order))


def test_a_period_is_read_whole_and_in_order(ten, chunk):
    assert read(ten) == ten


def test_a_period_is_read_newest_first_on_demand(ten, chunk):
    assert read(ten, newest_first=True) == ten[::-1]


def test_a_period_includes_its_start_and_excludes_its_end(ten, chunk):
    assert read(ten, NOON + MINUTE, NOON + 8 * MINUTE) == ten[1:8]
    assert read(ten, NOON + MINUTE, NOON + 8 * MINUTE, newest_first=True) == ten[7:0:-1]


def test_either_end_of_a_period_may_be_open(ten, chunk):
    assert read(ten, NOON + 4 * MINUTE) == ten[4:]
    assert read(ten, None, NOON + 4 * MINUTE) == ten[:4]


def test_a_period_is_exact_to_the_millisecond(ten):
    moment = NOON + 3 * MINUTE
    assert read(ten, moment)[0] == ten[3]
    assert read(ten, moment + timedelta(milliseconds=1))[0] == ten[4]


def test_an_empty_period_has_no_records(ten, chunk):
    assert read(ten, NOON + timedelta(days=1)) == []
    assert read(ten, NOON + 5 * MINUTE, NOON + 2 * MINUTE) == []


def test_a_period_may_begin_or_end_before_there_were_computers(ten):
    assert read(ten, datetime(1, 1, 1, tzinfo=UTC)) == ten
    assert read(ten, None, datetime(1969, 12, 31, tzinfo=UTC)) == []


def test_records_of_one_millisecond_are_neither_lost_nor_repeated(app, chunk):
    paris = make.tenant(app)
    same = [UUID(int=first_at(NOON).int | n) for n in range(10)]
    with app.app_context():
        keep(*(record(paris, id=one) for one in same))
        assert [one.id for one in log.read(paris)] == same


def test_a_browsers_history_is_its_own_and_newest_first(app):
    paris, oslo = make.tenant(app), make.tenant(app, "oslo", "en")
    browser = uuid4()
    mine = [record(paris, NOON + n * MINUTE, consent_id=browser) for n in range(5)]
    with app.app_context():
        keep(*mine, record(paris, NOON), record(oslo, NOON, consent_id=browser))
        assert log.history(paris, browser) == mine[::-1]
        assert log.history(paris, browser, limit=2) == [mine[4], mine[3]]


def test_a_record_is_found_by_its_own_tenant_alone(app, ten):
    oslo = make.find("oslo").id
    assert log.find(ten[0].tenant_id, ten[0].id) == ten[0]
    assert log.find(oslo, ten[0].id) is None
    assert log.find(ten[0].tenant_id, uuid4()) is None


def test_every_value_comes_back_as_it_was_stored(app):
    paris = make.tenant(app)
    one = record(
        paris,
        previous=uuid4(),
        language="ar",
        decision="save",
        accepted=["necessary"],
        rejected=["statistics"],
        surface="preference_centre",
        gpc=True,
        page=None,
    )
    with app.app_context():
        keep(one)
        [found] = log.read(paris)
    assert found == one
    assert found.valid_until.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2026-11-22T12:00:00.000Z"),
        (NOON + timedelta(microseconds=1_500), "2026-11-22T12:00:00.001Z"),
        (NOON.astimezone(timezone(timedelta(hours=5.5))), "2026-11-22T12:00:00.000Z"),
    ],
)
def test_times_are_rfc_3339_in_utc_with_milliseconds(moment, text):
    assert timestamp(moment) == text


def test_a_receipt_has_the_fields_of_the_contract_in_their_order():
    facts = receipt(record(1, NOON, previous=uuid4()), "paris")
    assert list(facts) == FIELDS
    assert facts["given_at"] == "2026-11-22T12:00:00.000Z"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", facts["valid_until"])


def test_a_receipt_is_the_same_after_json():
    facts = receipt(record(1, page=None), "paris")
    assert json.loads(json.dumps(facts)) == facts


def test_ndjson_has_a_receipt_a_line():
    records = [record(1, page="/caf%C3%A9"), record(1, page=None)]
    lines = "".join(ndjson(records, "paris")).splitlines()
    assert [json.loads(line) for line in lines] == [receipt(one, "paris") for one in records]


def test_csv_has_a_header_and_a_line_a_record():
    one = record(1, gpc=True, page=None, accepted=["necessary", "statistics"])
    header, line = csv.reader(io.StringIO("".join(comma_separated([one], "paris")), newline=""))
    assert header == FIELDS
    cells = dict(zip(header, line, strict=True))
    assert (cells["gpc"], cells["page"], cells["previous"]) == ("true", "", "")
    assert cells["accepted"] == "necessary statistics"
    assert cells["id"] == str(one.id)


def test_csv_lines_end_as_rfc_4180_says_and_quote_what_must_be():
    text = "".join(comma_separated([record(1, page='/a,"b"')], "paris"))
    assert text.count("\r\n") == 2
    assert ',"/a,""b""",' in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_csv_is_a_formula(start):
    evil = start + 'HYPERLINK("https://evil.example")'
    text = "".join(comma_separated([record(1, page=evil)], "paris"))
    _, line = csv.reader(io.StringIO(text, newline=""))
    assert line[FIELDS.index("page")] == "'" + evil


def test_an_export_of_ten_times_the_records_needs_no_more_memory(lone_app, monkeypatch):
    monkeypatch.setattr(log, "CHUNK", 100)
    few, many = make.tenant(lone_app), make.tenant(lone_app, "oslo", "en")
    with lone_app.app_context():
        keep(*(record(few) for _ in range(500)), *(record(many) for _ in range(5_000)))
        for style in FORMATS:
            peak(style, few)  # what is made once is made
            assert peak(style, many) < 1.3 * peak(style, few)


def peak(style: str, tenant_id: int) -> int:
    """The most memory that an export takes, in bytes."""
    tracemalloc.start()
    for _ in FORMATS[style](log.read(tenant_id), "paris"):
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_pages_go_on_where_the_last_one_ended(app):
    tenant_id = make.tenant(app)
    records = [record(tenant_id, NOON + timedelta(seconds=n)) for n in range(7)]
    with app.app_context():
        keep(*records)
        pages, before = [], None
        while before or not pages:
            found = log.page(tenant_id, before=before, size=3)
            pages.append([one.id for one in found.records])
            before = found.older
    newest = [one.id for one in reversed(records)]
    assert pages == [newest[:3], newest[3:6], newest[6:]]


RARE = (0, 3, 40, 41, 200, 700)  # days ago


@pytest.fixture
def rare(app):
    """The ids of six withdrawals in two years, newest first; nobody else withdrew."""
    tenant_id = make.tenant(app)
    rejected = {"decision": "withdraw", "accepted": ["necessary"], "rejected": ["statistics"]}
    rare = [record(tenant_id, NOON - timedelta(days=days), **rejected) for days in RARE]
    with app.app_context():
        keep(*rare, *(record(tenant_id, NOON - timedelta(days=days)) for days in range(0, 730, 9)))
    return [one.id for one in rare]


def followed(app, wanted, size):
    """The ids on each page, and how often it says that it looked for long enough."""
    pages, stops, before = [], 0, None
    with app.app_context():
        while before or not pages:
            found = log.page(make.find().id, wanted, before, size)
            pages.append([one.id for one in found.records])
            stops, before = stops + bool(found.looked_back_to), found.older
    return pages, stops


@pytest.mark.parametrize("patience", [999, -1])
@pytest.mark.parametrize("size", [1, 2, 6, 50])
def test_what_is_rare_is_found_page_by_page(app, rare, monkeypatch, patience, size):
    monkeypatch.setattr(log, "PATIENCE", patience)
    pages, stops = followed(app, Wanted(decision="withdraw"), size)
    assert [one for page in pages for one in page] == rare
    assert all(len(page) <= size for page in pages)
    assert bool(stops) == (patience < 0)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (NOON - timedelta(days=40), None, slice(0, 3)),
        (None, NOON - timedelta(days=40), slice(3, 6)),
        (NOON - timedelta(days=200), NOON - timedelta(days=3), slice(2, 5)),
        (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), slice(0, 6)),
        (NOON + timedelta(days=999), None, slice(0, 0)),
    ],
)
def test_what_is_rare_is_found_within_a_period(app, rare, since, until, expected):
    wanted = Wanted(since=since, until=until, decision="withdraw")
    [page], _ = followed(app, wanted, 50)
    assert page == rare[expected]


def test_a_page_from_beyond_all_time_is_the_first(app, rare):
    with app.app_context():
        found = log.page(make.find().id, Wanted(decision="withdraw"), UUID(int=2**128 - 1))
    assert [one.id for one in found.records] == rare


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(decision="reject_all"), {1}),
        (Wanted(category="statistics"), {0}),
        (Wanted(category="%"), set()),
        (Wanted(language="ar"), {1}),
        (Wanted(surface="form"), {0}),
        (Wanted(policy=2), set()),
        (Wanted(policy=1), {0, 1}),
        (Wanted(decision="reject_all", language="fr"), set()),
    ],
)
def test_records_are_chosen_by_what_they_say(app, wanted, found):
    tenant_id = make.tenant(app)
    refused = {"decision": "reject_all", "accepted": ["necessary"], "rejected": ["statistics"]}
    records = [
        record(tenant_id, surface="form"),
        record(tenant_id, language="ar", **refused),
    ]
    with app.app_context():
        keep(*records)
        assert {records.index(one) for one in log.read(tenant_id, wanted)} == found
        by_browser = Wanted(consent_id=records[0].consent_id)
        assert list(log.read(tenant_id, by_browser)) == records[:1]
