"""The log and the figures, for who may read them."""

import json
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from portal.backoffice.consent_words import WORDS
from portal.consent.models import DECISIONS, SURFACES
from portal.cookies.models import CATEGORIES
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.client import Visitor
from tests.consent.records import keep, record, stored

LOG = "/backoffice/consents/"
FIGURES = "/backoffice/figures/"


@pytest.fixture
def dpo(app):
    """An auditor of Paris, where three decisions were made."""
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    for decision, language in (("accept_all", "fr"), ("reject_all", "ar"), ("accept_all", "en")):
        Visitor(app).decide(decision, language=language)
    Visitor(app, "oslo.example").decide()
    add_member(app, "dpo@paris.example", "auditor")
    return Member(app, "dpo@paris.example")


def rows(page):
    return page.text.count('<th scope="row">')


def test_the_log_lists_the_tenants_own_decisions_newest_first(app, dpo):
    page = dpo.get(LOG)
    ids = [str(one.id) for one in stored(app)]
    assert rows(page) == 3
    assert page.text.index(ids[2]) < page.text.index(ids[0])
    assert str(stored(app, "oslo")[0].id) not in page.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("decision=reject_all", 1),
        ("category=statistics", 2),
        ("language=ar", 1),
        ("policy=1&surface=api", 3),
        ("policy=7", 0),
        ("since=2100-01-01", 0),
        ("until=2000-01-01", 0),
        ("since=2000-01-01&until=2100-01-01", 3),
    ],
)
def test_the_log_can_be_filtered(dpo, asked, found):
    assert rows(dpo.get(f"{LOG}?{asked}")) == found


@pytest.mark.parametrize(
    "asked",
    [
        "since=yesterday", "until=9999-12-31", "since=0001-01-01", "policy=-1", "policy=²",
        "policy=99999999999", "policy=" + "9" * 5000,
        "decision=maybe", "language=xx", "category=%25", "find=nothing",
    ],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_told_at_its_field(dpo, asked):
    page = dpo.get(f"{LOG}?{asked}")
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_a_cursor_of_nonsense_shows_the_first_page(dpo):
    assert rows(dpo.get(f"{LOG}?before=nonsense")) == 3


def test_older_records_are_a_page_further(app, dpo, monkeypatch):
    monkeypatch.setattr("portal.backoffice.consents.PAGE", 2)
    first = dpo.get(LOG)
    assert rows(first) == 2
    assert f"before={stored(app)[1].id}" in first.text
    assert rows(dpo.get(f"{LOG}?before={stored(app)[1].id}")) == 1


def test_a_page_that_looked_for_long_says_how_far_and_goes_on_from_there(app, dpo, monkeypatch):
    monkeypatch.setattr("portal.consent.log.PATIENCE", -1)
    with app.app_context():
        keep(record(make.find().id, datetime.now(UTC) - timedelta(days=400)))
    page = dpo.get(f"{LOG}?decision=withdraw")
    assert "Looked back to" in page.text
    assert "There are no such records." not in page.text
    further = re.search(r'href="([^"]*before=[^"]*)" rel="next"', page.text)[1]
    assert "decision=withdraw" in further


def test_a_receipt_or_a_consent_id_leads_to_what_it_names(app, dpo):
    one = stored(app)[0]
    assert dpo.get(f"{LOG}?find={one.id}").headers["Location"] == f"{LOG}{one.id}/"
    found = dpo.get(f"{LOG}?find=%20{one.consent_id}%20").headers["Location"]
    assert found == f"{LOG}of/{one.consent_id}/"
    assert dpo.get(f"{LOG}?find={uuid4()}").status_code == 422


def test_a_record_shows_the_exact_wording_in_the_language_of_the_visitor(app, dpo):
    arabic = stored(app)[1]
    page = dpo.get(f"{LOG}{arabic.id}/")
    assert str(arabic.consent_id) in page.text
    shown = dpo.get(f"{LOG}{arabic.id}/shown/")
    assert '<html lang="ar" dir="rtl"' in shown.text
    assert 'id="ask-first"' in shown.text
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_record_shows_what_was_asked_then_and_not_what_is_asked_now(app, dpo):
    make.change(app, "paris", name="Lutetia")
    make.publish(app)
    assert "Lutetia" not in dpo.get(f"{LOG}{stored(app)[0].id}/shown/").text


@pytest.mark.parametrize("path", ["{}/", "{}/shown/", "of/{}/", "of/{}/export.ndjson"])
def test_nothing_of_another_tenant_is_found(app, dpo, path):
    foreign = stored(app, "oslo")[0]
    for known in (foreign.id, foreign.consent_id):
        answer = dpo.get(LOG + path.format(known))
        assert answer.status_code == 404 or answer.text == ""


def test_what_is_filtered_can_be_taken_along(app, dpo):
    lines = dpo.get(f"{LOG}export.ndjson?decision=accept_all").text.splitlines()
    kept = [str(one.id) for one in stored(app) if one.decision == "accept_all"]
    assert [json.loads(line)["id"] for line in lines] == kept
    csv = dpo.get(f"{LOG}export.csv")
    assert len(csv.text.splitlines()) == 4
    assert "attachment" in csv.headers["Content-Disposition"]
    assert dpo.get(f"{LOG}export.csv?since=never").status_code == 400


def test_all_of_one_browser_is_one_file(app, dpo):
    one = stored(app)[0]
    lines = dpo.get(f"{LOG}of/{one.consent_id}/export.ndjson").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [str(one.id)]


def test_an_owner_erases_what_one_browser_decided_and_says_why(app, dpo):
    one = stored(app)[0]
    path = f"{LOG}of/{one.consent_id}/erase/"
    assert dpo.post(path, {"reason": "asked by letter"}).status_code == 403
    boss = owner(app)
    boss.post(path, {"reason": " "})
    assert len(stored(app)) == 3
    assert boss.post(path, {"reason": "asked by letter"}).status_code == 303
    assert [each.consent_id for each in stored(app)].count(one.consent_id) == 0
    assert boss.post(path, {"reason": "again"}).status_code == 404


def test_figures_count_what_was_shown_and_answered(app, dpo):
    Visitor(app).get("/")
    app.extensions["portal.impressions"].write()
    page = dpo.get(FIGURES).text
    assert "<dt>Decisions</dt><dd>3</dd>" in page
    assert "<dt>Banner shown</dt><dd>1</dd>" in page
    assert page.count('<rect class="of-accept_all"') == 1


@pytest.mark.parametrize("days", ["7", "30", "90", "365", "8", "nonsense", "-1", ""])
def test_figures_of_every_period_have_their_table(dpo, days):
    page = dpo.get(f"{FIGURES}?days={days}")
    assert page.status_code == 200
    assert '<table id="chart-table">' in page.text
    assert page.text.count("<g><title>") <= 92


def test_an_editor_reads_neither(app, dpo):
    add_member(app, "ed@paris.example", "editor")
    editor = Member(app, "ed@paris.example")
    assert {editor.get(path).status_code for path in (LOG, FIGURES)} == {403}


@pytest.mark.parametrize("path", [LOG, FIGURES])
def test_before_anybody_has_decided_the_pages_say_so(app, path):
    make.tenant(app)
    page = owner(app).get(path)
    assert "Nobody has decided yet." in page.text


def test_where_everybody_refused_the_figures_do_not_say_that_nobody_decided(app):
    make.tenant(app)
    Visitor(app).decide("reject_all")
    page = owner(app).get(FIGURES).text
    assert "Nobody accepted any." in page
    assert "Nobody has decided yet." not in page


def test_what_is_wrong_with_a_filter_is_said_in_the_language_of_the_reader(dpo):
    page = dpo.get(f"{LOG}?since=demain", headers={"Accept-Language": "fr"})
    assert "2026-11-22" in page.text
    assert "Write a day" not in page.text


def test_everything_that_a_record_may_say_has_words():
    assert WORDS.keys() >= {*DECISIONS, *SURFACES, *CATEGORIES}
