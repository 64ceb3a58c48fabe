"""Asking and answering on a site that is not the portal's, with a cookie of its own there."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import until
from tests.browser.embedding import FIRST, SECOND, answer, decide, kept

CATEGORIES = ["preferences", "statistics", "marketing"]

LOOK = """(one) => {
  const style = getComputedStyle(one);
  return [style.letterSpacing, style.textTransform, style.transform, style.visibility,
    style.pointerEvents, style.whiteSpace, style.userSelect, style.direction];
}"""


@pytest.fixture
def page(shop, visit):
    page = visit(shop.put(head=shop.hostile()))
    page.wait_for_selector(FIRST)
    return page


def test_the_first_layer_appears_whatever_the_pages_styles_say(page):
    for one in ("h2", answer("accept_all"), answer("reject_all"), answer("choose")):
        expect(page.locator(FIRST).locator(one.removeprefix(FIRST)).first).to_be_visible()
    for one in ("h2", "li", "button"):
        assert page.eval_on_selector(f"{FIRST} {one}", LOOK) == [
            "normal", "none", "none", "visible", "auto", "normal", "auto", "ltr",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "accepted"), [("accept_all", CATEGORIES), ("reject_all", [])], ids=["accept", "reject"]
)
def test_an_answer_is_kept_here_and_recorded_there(shop, page, word, accepted):
    receipt = decide(page, answer(word))
    expect(page.locator(FIRST)).to_have_count(0)
    refused = [one for one in CATEGORIES if one not in accepted]
    cookie = kept(page)
    assert cookie["accepted"] == ["necessary", *accepted]
    assert cookie["rejected"] == refused
    assert receipt["consent_id"] == cookie["id"]
    assert receipt["page"] == shop.sites.origin(shop.site) + "/"
    assert (receipt["decision"], receipt["surface"], receipt["language"]) == (word, "banner", "en")
    (record,) = [one for one in shop.server.records() if receipt["id"].endswith(one["id"][-12:])]
    assert json.loads(record["accepted"]) == receipt["accepted"]


def test_links_lead_to_the_portal_that_the_script_came_from(shop, page):
    page.click(answer("choose"))
    found = page.eval_on_selector_all(".ask a", "all => all.map((one) => one.href)")
    policy = f"{shop.portal}/terms/cookies-policy/?lang=en"
    assert found == [policy, f"{policy}#providers"]


def test_no_credentials_go_to_a_portal_on_another_site(shop, page):
    page.context.add_cookies([{"name": "sessionid", "value": "x", "url": shop.portal}])
    with page.expect_request("**/api/v1/consents") as sent:
        page.click(answer("accept_all"))
    assert "cookie" not in sent.value.all_headers()
    assert [one["name"] for one in page.context.cookies(shop.portal)] == ["sessionid"]


def test_who_decided_is_not_asked_again(shop, page):
    decide(page, answer("reject_all"))
    page.goto(shop.put(path="/other"))
    until(page, "!!window.consent")
    until(page, "document.readyState === 'complete'")
    expect(page.locator(FIRST)).to_have_count(0)
    assert page.evaluate("consent.decision.rejected") == CATEGORIES


def test_choosing_saves_what_was_switched_on(page):
    page.click(answer("choose"))
    expect(page.locator(SECOND).get_by_role("switch")).to_have_count(4)
    page.check(f"{SECOND} [name=statistics]")
    receipt = decide(page, answer("save", SECOND))
    expect(page.locator(SECOND)).to_be_hidden()
    assert kept(page)["accepted"] == ["necessary", "statistics"]
    assert (receipt["decision"], receipt["surface"]) == ("save", "preference_centre")


def test_nothing_is_switched_on_beforehand(page):
    page.click(answer("choose"))
    switches = page.locator(SECOND).get_by_role("switch").all()
    assert [one.is_checked() for one in switches] == [True, False, False, False]


def test_who_does_not_answer_leaves_no_trace(shop, page):
    before = len(shop.server.records())
    page.click("h1", force=True)
    page.reload()
    page.wait_for_selector(FIRST)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert len(shop.server.records()) == before


def test_closing_the_second_layer_decides_nothing(shop, page):
    before = len(shop.server.records())
    for close in ("Escape", "button"):
        page.click(answer("choose"))
        page.check(f"{SECOND} [name=statistics]")
        page.keyboard.press(close) if close == "Escape" else page.click(".ask-close")
        expect(page.locator(SECOND)).to_be_hidden()
        expect(page.locator(FIRST)).to_be_visible()
    page.click(answer("choose"))
    expect(page.locator(f"{SECOND} [name=statistics]")).not_to_be_checked()
    assert len(shop.server.records()) == before
    assert kept(page) is None


def test_a_cookie_that_does_not_parse_is_no_decision(shop, visit):
    for value in ("x", "%7B%22v%22:1%7D", "%7B%22v%22:1,%22at%22:9999999999%7D", "null", "%"):
        page = visit()
        cookie = {"name": "cookies_preferences", "value": value, "url": shop.put()}
        page.context.add_cookies([cookie])
        page.goto(cookie["url"])
        page.wait_for_selector(FIRST)


def test_a_cookie_of_long_ago_is_no_decision(shop, page):
    decide(page, answer("accept_all"))
    value = kept(page)
    value["at"] -= 400 * 86400
    cookie = {"name": "cookies_preferences", "value": json.dumps(value).replace('"', "%22")}
    cookie["value"] = cookie["value"].replace(" ", "").replace(",", "%2C")
    page.context.add_cookies([cookie | {"url": page.url}])
    page.reload()
    page.wait_for_selector(FIRST)
    assert page.evaluate("consent.decision") is None
