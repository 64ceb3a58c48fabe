"""The log by API: found, page by page, handed out, erased; and its figures."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests import make
from tests.api.program import API, robot
from tests.client import Visitor
from tests.consent.records import stored


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


def decided(app, *decisions):
    """Receipts of one browser each, in this order."""
    return [Visitor(app).decide(one).json for one in decisions]


def pages(program, path):
    found = []
    while path:
        page = program.get(path.removeprefix(API)).json
        found.append([one["id"] for one in page["items"]])
        path = page["next"]
    return found


def test_the_log_is_read_page_by_page_newest_first_while_it_grows(paris):
    ids = [one["id"] for one in decided(paris, *["accept_all"] * 5)]
    program = robot(paris)
    first = program.get("/records?limit=2").json
    decided(paris, "reject_all")
    rest = pages(program, first["next"])
    assert [one["id"] for one in first["items"]] == ids[:2:-1]
    assert rest == [ids[2:0:-1], ids[:1]]


def test_a_filter_goes_on_from_page_to_page(paris):
    decided(paris, "accept_all", "reject_all", "accept_all", "reject_all", "withdraw")
    program = robot(paris)
    assert [len(one) for one in pages(program, "/records?decision=reject_all&limit=1")] == [1, 1]


def test_records_are_found_by_what_they_say(paris):
    one, *_ = decided(paris, "accept_all", "reject_all")
    program = robot(paris)
    day = datetime.now(UTC).date()
    for query, count in {
        f"consent_id={one['consent_id']}": 1,
        "decision=accept_all": 1,
        "category=statistics": 1,
        "language=fr": 2,
        "language=en": 0,
        "policy=1": 2,
        "policy=2147483647": 0,
        "surface=api": 2,
        "surface=banner": 0,
        f"since={day}": 2,
        f"until={day}": 0,
        f"since={day}T00:00:00Z&until={day + timedelta(days=1)}": 2,
        f"since={one['given_at']}": 2,
        "since=0001-01-01": 2,
        "until=9999-12-31T23:59:59-00:01": None,
        "since=9999-12-31": 0,
    }.items():
        answer = program.get(f"/records?{query.replace('+', '%2B')}")
        if count is None:
            assert answer.status_code == 422, query
        else:
            assert len(answer.json["items"]) == count, query


def test_one_record_is_its_receipt(paris):
    [one] = decided(paris, "accept_all")
    program = robot(paris)
    assert program.get(f"/records/{one['id']}").json == one
    assert program.get(f"/records/{uuid4()}").status_code == 404


@pytest.mark.parametrize("style", ["csv", "ndjson"])
def test_an_export_has_every_record_that_was_asked_for(paris, style):
    decided(paris, "accept_all", "reject_all", "accept_all")
    answer = robot(paris).get(f"/records/export.{style}?decision=accept_all")
    assert answer.headers["Content-Disposition"].endswith(f'"paris-consents.{style}"')
    rows = (
        list(csv.DictReader(io.StringIO(answer.text)))
        if style == "csv"
        else [json.loads(line) for line in answer.text.splitlines()]
    )
    assert [one["decision"] for one in rows] == ["accept_all", "accept_all"]


def test_what_one_browser_decided_is_erased_with_a_reason_and_a_name(paris):
    one, _ = decided(paris, "accept_all", "reject_all")
    program = robot(paris, "consents:erase")
    body = {"consent_id": one["consent_id"], "reason": "letter 12"}
    assert program.post("/erasures", body).json == {"erased": 1}
    assert program.post("/erasures", body).status_code == 404
    assert len(stored(paris)) == 1
    trail = robot(paris, "consents:read").get("/records").json["items"]
    assert [one["decision"] for one in trail] == ["reject_all"]


@pytest.mark.parametrize("reason", ["", " ", "a\0b", "x" * 501, None, 7])
def test_an_erasure_without_a_fit_reason_erases_nothing(paris, reason):
    [one] = decided(paris, "accept_all")
    body = {"consent_id": one["consent_id"], "reason": reason}
    assert robot(paris).post("/erasures", body).status_code == 422
    assert len(stored(paris)) == 1


def test_the_figures_add_up(paris):
    decided(paris, "accept_all", "accept_all", "reject_all")
    figures = robot(paris, "figures:read").get("/figures").json
    assert (figures["decided"], figures["decisions"]["accept_all"]) == (3, 2)
    assert figures["categories"] == {"statistics": 2}
    assert figures["versions"] == {"1": 3}
    [day] = figures["days"]
    assert (day["day"], day["decided"]) == (figures["until"], 3)
    none = robot(paris).get("/figures?since=2020-01-01&until=2020-12-31").json
    assert (none["decided"], none["days"]) == (0, [])
