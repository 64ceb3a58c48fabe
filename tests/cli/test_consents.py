"""`portal consents …`: the log, for whoever must prove or count something."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from portal.consent import log
from tests import make
from tests.cli.terminal import complaint, facts, run, say
from tests.client import Visitor
from tests.consent.records import keep, record

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PARIS = ("--tenant", "paris")


@pytest.fixture
def three(app):
    """The ids of three records of Paris, of 20, 21 and 22 November; Oslo has one too."""
    paris, oslo = make.tenant(app), make.tenant(app, "oslo", "en")
    days = [record(paris, NOON - timedelta(days=2 - n), page="/café") for n in range(3)]
    with app.app_context():
        keep(*days, record(oslo, NOON))
    return [str(one.id) for one in days]


def test_list_shows_the_newest_first(app, three):
    header, *lines = say(app, "consents", "list", *PARIS).splitlines()
    assert header.split() == ["GIVEN", "AT", "DECISION", "ACCEPTED", "ID"]
    assert [line.split()[-1] for line in lines] == three[::-1]
    assert lines[0].startswith("2026-11-22T12:00:00.000Z  accept_all  necessary statistics")


def test_list_answers_programs_with_receipts(app, visitor):
    make.tenant(app)
    receipt = visitor.decide().json
    assert facts(app, "consents", "list", *PARIS) == [receipt]


def test_list_shows_no_more_than_it_is_told(app, three):
    for limit, count in (("2", 2), ("0", 0), ("100", 3)):
        assert len(facts(app, "consents", "list", *PARIS, "--limit", limit)) == count


PERIODS = [
    (("--since", "2026-11-21"), slice(1, 3)),
    (("--until", "2026-11-21"), slice(0, 1)),
    (("--since", "2026-11-21", "--until", "2026-11-22"), slice(1, 2)),
    (("--since", "2026-11-22T12:00:00Z"), slice(2, 3)),
    (("--until", "2026-11-22T12:00:00Z"), slice(0, 2)),
    (("--since", "2026-11-22T14:00:00+02:00"), slice(2, 3)),
    (("--since", "2026-11-22T12:00:00.001Z"), slice(3, 3)),
    (("--since", "2026-11-23"), slice(3, 3)),
    (("--since", "0001-01-01"), slice(0, 3)),
    (("--until", "1969-12-31"), slice(3, 3)),
    (("--since", "9999-12-31T23:59:59Z"), slice(3, 3)),
]


def test_list_and_export_take_a_period(app, three):
    for period, expected in PERIODS:
        listed = facts(app, "consents", "list", *PARIS, *period)
        assert [one["id"] for one in listed[::-1]] == three[expected]
        lines = say(app, "consents", "export", *PARIS, *period, "--format", "ndjson").splitlines()
        assert [json.loads(line)["id"] for line in lines] == three[expected]


def test_show_shows_one_record(app, visitor):
    make.tenant(app)
    receipt = visitor.decide("reject_all", headers={"Sec-GPC": "1"}).json
    assert facts(app, "consents", "show", *PARIS, receipt["id"]) == receipt
    text = say(app, "consents", "show", *PARIS, receipt["id"])
    shown = dict(line.split(maxsplit=1) for line in text.splitlines())
    assert (shown["id"], shown["rejected"], shown["previous"]) == (receipt["id"], "statistics", "–")


def test_export_is_csv_oldest_first(app, three):
    text = say(app, "consents", "export", *PARIS)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["id"] for row in rows] == three
    assert {row["tenant"] for row in rows} == {"paris"}
    assert {row["page"] for row in rows} == {"/café"}


def test_export_as_ndjson_is_the_receipts(app):
    make.tenant(app)
    receipts = [Visitor(app).decide(word).json for word in ("accept_all", "withdraw")]
    lines = say(app, "consents", "export", *PARIS, "--format", "ndjson").splitlines()
    assert [json.loads(line) for line in lines] == receipts


def test_export_reads_in_steps(app, three, monkeypatch):
    monkeypatch.setattr(log, "CHUNK", 2)
    assert len(say(app, "consents", "export", *PARIS, "--format", "ndjson").splitlines()) == 3


def test_export_of_nothing_is_a_header_alone(app):
    make.tenant(app)
    [header] = say(app, "consents", "export", *PARIS).splitlines()
    assert header.startswith("id,tenant,consent_id,")
    assert say(app, "consents", "export", *PARIS, "--format", "ndjson") == ""


@pytest.mark.parametrize("command", [("list",), ("export",), ("show", str(uuid4()))])
def test_an_unknown_tenant_leads_to_the_list_of_tenants(app, command):
    name, *rest = command
    advice = complaint(app, "consents", name, "--tenant", "lyon", *rest)
    assert advice == "there is no tenant 'lyon': see `portal tenant list`"


def test_an_unknown_record_leads_to_the_list_of_records(app):
    make.tenant(app)
    advice = complaint(app, "consents", "show", *PARIS, str(uuid4()))
    assert "see `portal consents list`" in advice


def test_no_record_of_another_tenant_is_shown(app, three):
    assert "has no record" in complaint(app, "consents", "show", "--tenant", "oslo", three[0])


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("list", *PARIS, "--since", "yesterday"), "write 2026-11-22"),
        (("list", *PARIS, "--until", "2026-13-01"), "write 2026-11-22"),
        (("export", *PARIS, "--since", "22.11.2026"), "write 2026-11-22"),
        (("export", *PARIS, "--since", ""), "write 2026-11-22"),
        (("export", *PARIS, "--format", "xml"), "csv"),
        (("show", *PARIS, "not-a-uuid"), "UUID"),
        (("list", *PARIS, "--limit", "many"), "integer"),
        (("list", *PARIS, "--limit", "9" * 23), "1000000000"),
        (("list",), "--tenant"),
    ],
)
def test_what_cannot_be_read_is_told_before_anything_is_done(lone_app, words, advice):
    make.tenant(lone_app)
    result = run(lone_app, "consents", *words)
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert advice in result.stderr


def test_export_can_be_of_one_browser(app, three):
    with app.app_context():
        consent_id = log.find(make.find().id, UUID(three[0])).consent_id
    lines = say(app, "consents", "export", *PARIS, "--consent-id", str(consent_id)).splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == three[:1]


def test_erase_lets_one_browsers_records_go(app, three):
    with app.app_context():
        consent_id = log.find(make.find().id, UUID(three[0])).consent_id
    words = ("consents", "erase", *PARIS, str(consent_id), "--reason", "letter 12")
    assert facts(app, *words) == {"erased": 1}
    assert three[0] not in say(app, "consents", "list", *PARIS)
    assert facts(app, *words) == {"erased": 0}


def test_purge_keeps_what_is_young(app, three):
    assert say(app, "consents", "purge").strip() == "nothing is past its time"
    assert len(say(app, "consents", "list", *PARIS).splitlines()) == 4


def test_purge_says_what_went(app, three):
    paris = ("tenant", "update", "paris")
    say(app, *paris, "--retention-days", "182", "--retention-reason", "no claim was ever brought")
    with app.app_context():
        keep(record(make.find().id, NOON - timedelta(days=900)))
    assert facts(app, "consents", "purge")["records"] == {"paris": 1}


@pytest.mark.parametrize(
    "words", [("--retention-days", "3"), ("--retention-days", "400"), ("--retention-days", "99999")]
)
def test_retention_needs_a_reason_and_covers_the_decision(app, three, words):
    assert complaint(app, "tenant", "update", "paris", *words)
