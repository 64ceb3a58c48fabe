"""The log and the figures in a browser: axe is content, and what was shown is shown again."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from portal.consent.figures.counting import Impression, count_shown
from portal.consent.models import ConsentRecord
from portal.database import owner_transaction
from tests import make
from tests.browser.members import signed_in
from tests.browser.portals import FULL
from tests.browser.test_accessibility import assert_accessible
from tests.consent.records import keep, record

LOG, FIGURES = "/backoffice/consents/", "/backoffice/figures/"
EVERYTHING = ["necessary", "preferences", "statistics", "marketing"]
ANSWERS = {
    "accept_all": EVERYTHING,
    "reject_all": EVERYTHING[:1],
    "save": ["necessary", "statistics"],
    "withdraw": EVERYTHING[:1],
}
LANGUAGES = ("fr", "fr", "fr", "en", "ar")
DAYS, BROWSERS = 120, 80
SANDBOXED = "frame is sandboxed"  # what was shown is looked at and runs nothing


@pytest.fixture(scope="module")
def arabic(server) -> ConsentRecord:
    """The second decision of a browser in Arabic; a season of others' before it."""
    with server.editing() as app, app.app_context():
        tenant_id = make.find(FULL).id
        records = [_decided(tenant_id, number) for number in range(BROWSERS)]
        again = {"previous": records[-1].id, "consent_id": records[-1].consent_id}
        records.append(_decided(tenant_id, BROWSERS, language="ar", **again))
        keep(*records)
        with owner_transaction() as connection:
            count_shown(connection, {Impression(tenant_id, 1, "fr"): 2 * BROWSERS})
    return records[-1]


def _decided(tenant_id: int, number: int, **facts) -> ConsentRecord:
    decision = [*ANSWERS][number * 7 % 10 % 4]
    accepted = ANSWERS[decision]
    moment = datetime.now(UTC) - timedelta(days=DAYS * (1 - number / BROWSERS) ** 2, minutes=3)
    given = {
        "consent_id": uuid4(),
        "language": LANGUAGES[number % 5],
        "decision": decision,
        "accepted": accepted,
        "rejected": [one for one in EVERYTHING if one not in accepted],
        "page": "/explore/dataset/arbres-remarquables-du-territoire/table/",
    }
    return record(tenant_id, moment, **(given | facts))


@pytest.fixture(params=["en-GB", "fr-FR"])
def member(request, open_page, server, arabic):
    options = {"locale": request.param, "reduced_motion": "reduce", "expects": SANDBOXED}
    return signed_in(open_page, server, FULL, **options)


def test_the_log(member):
    member.goto(LOG)
    assert_accessible(member)
    member.goto(f"{LOG}?decision=save&since=2026-01-01")
    assert_accessible(member)


def test_a_filter_that_cannot_be(open_page, server, arabic):
    page = signed_in(open_page, server, FULL, expects="422")
    page.goto(f"{LOG}?policy=first&find=nothing")
    assert_accessible(page)


def test_a_record_with_what_was_shown_in_arabic(member, arabic):
    member.goto(f"{LOG}{arabic.id}/")
    member.locator("iframe.shown").scroll_into_view_if_needed()
    shown = member.frame_locator("iframe.shown")
    expect(shown.locator("html")).to_have_attribute("lang", "ar")
    expect(shown.locator("#ask-first")).to_be_visible()
    assert_accessible(member)


def test_all_that_one_browser_decided(member, arabic):
    member.goto(f"{LOG}of/{arabic.consent_id}/")
    expect(member.locator("main tbody tr")).to_have_count(2)
    assert_accessible(member)


@pytest.mark.parametrize("days", [30, 365])
def test_the_figures(member, days):
    member.goto(f"{FIGURES}?days={days}")
    assert_accessible(member)
    member.click(".chart summary")
    assert_accessible(member)


def test_figures_before_anybody_decided(open_page, server):
    page = signed_in(open_page, server, "jmorel")
    for path in (FIGURES, LOG):
        page.goto(path)
        assert_accessible(page)
