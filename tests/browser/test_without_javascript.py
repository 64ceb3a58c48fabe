"""The whole journey by plain links and forms, in a browser that runs no scripts."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import choice, cookies, query
from tests.client import POLICY, PREFERENCES


@pytest.fixture
def page(open_page):
    return open_page(javascript=False)


def path(page):
    return page.evaluate("location.pathname")


@pytest.mark.parametrize("start", ["/", POLICY])
@pytest.mark.parametrize(
    ("button", "accepted"),
    [
        ("#ask-accept-all", ["necessary", "statistics"]),
        ("#ask-reject-all", ["necessary"]),
    ],
)
def test_an_answer_is_stored_and_leads_back(page, server, start, button, accepted):
    page.goto(start)
    with page.expect_response(f"**{PREFERENCES}") as answer:
        page.click(button)
    assert answer.value.status == 303
    assert path(page) == start
    expect(page.locator("#ask-first")).to_have_count(0)
    assert choice(page)["accepted"] == accepted
    record = server.records(choice(page)["id"])[-1]
    assert (record["surface"], record["page"]) == ("form", start)


def test_choosing_leads_to_a_page_and_back_to_where_one_came_from(page):
    page.goto(POLICY)
    page.click("#ask-choose")
    assert path(page) == PREFERENCES
    page.check("#preferences-statistics")
    page.click("#preferences-save")
    assert path(page) == POLICY
    assert choice(page)["accepted"] == ["necessary", "statistics"]


def test_choosing_starts_with_nothing_switched_on(open_page):
    page = open_page("full", javascript=False)
    page.goto("/")
    page.click("#ask-choose")
    switches = page.get_by_role("switch")
    expect(switches).to_have_count(4)
    assert [one.is_checked() for one in switches.all()] == [True, False, False, False]


def test_the_settings_in_the_footer_show_and_change_the_decision(page):
    page.goto("/")
    page.click("#ask-accept-all")
    page.click("#ask-settings")
    expect(page.locator("#preferences-statistics")).to_be_checked()
    page.uncheck("#preferences-statistics")
    page.click("#preferences-save")
    assert path(page) == PREFERENCES
    expect(page.locator("#preferences-statistics")).not_to_be_checked()
    assert choice(page)["rejected"] == ["statistics"]


def test_withdrawing_takes_one_press(page, server):
    page.goto("/")
    page.click("#ask-accept-all")
    page.click("#ask-settings")
    page.click("#preferences-withdraw")
    assert choice(page)["rejected"] == ["statistics"]
    assert server.records(choice(page)["id"])[-1]["decision"] == "withdraw"
    expect(page.locator("#preferences-withdraw")).to_have_count(0)


def test_the_preference_centre_asks_who_has_not_decided(page):
    page.goto(PREFERENCES)
    expect(page.get_by_text("You have not decided yet.")).to_be_visible()
    expect(page.locator("#ask-first")).to_have_count(0)


def test_the_preference_centre_shows_every_decision_with_its_receipt(page):
    page.goto("/")
    page.click("#ask-accept-all")
    page.click("#ask-settings")
    page.click("#preferences-reject-all")
    expect(page.locator("table.declared tbody tr")).to_have_count(2)
    with page.expect_download() as started:
        page.click("table.declared a >> nth=0")
    receipt = json.loads(started.value.path().read_text())
    assert receipt["decision"] == "reject_all"
    assert receipt["consent_id"] == choice(page)["id"]
    expect(page.get_by_text(receipt["consent_id"])).to_be_visible()


def test_the_language_switcher_stays_on_the_page(page):
    page.goto(POLICY)
    page.click(".languages summary")
    page.get_by_role("button", name="Deutsch").click()
    assert path(page) == POLICY
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert cookies(page) == {"django_language": "de"}
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_a_decision_names_the_language_that_was_shown(page, server):
    page.goto(query("/", "pl"))
    page.click("#ask-reject-all")
    assert server.records(choice(page)["id"])[-1]["language"] == "pl"


@pytest.mark.parametrize("button", ["accept-all", "choose"])
def test_an_answer_leads_back_in_the_language_that_was_shown(page, button):
    page.goto(query(POLICY, "de"))
    page.click(f"#ask-{button}")
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_the_way_back_survives_a_change_of_language(page):
    page.goto(POLICY)
    page.click("#ask-choose")
    page.click(".languages summary")
    page.get_by_role("button", name="Deutsch").click()
    page.click("#preferences-save")
    assert path(page) == POLICY
