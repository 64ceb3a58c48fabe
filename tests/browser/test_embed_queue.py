"""When the portal is down, or says no: decisions wait in the browser, pages go on."""

from playwright.sync_api import expect

from tests.browser.browsing import until
from tests.browser.embedding import FIRST, SHOP, answer, kept

QUEUE = "cookies_preferences_queue"
DOWN = "Failed to load resource|net::ERR"


def test_a_decision_waits_until_the_portal_is_back(shop, visit):
    page = visit(shop.put(), expects=DOWN)
    page.wait_for_selector(FIRST)
    page.route("**/api/v1/consents", lambda route: route.abort())
    page.click(answer("accept_all"))
    expect(page.locator(FIRST)).to_have_count(0)
    assert page.evaluate("consent.has('marketing')")
    page.reload()
    until(page, "!!window.consent")
    assert page.evaluate("consent.has('marketing')")
    assert page.evaluate(f"JSON.parse(localStorage.{QUEUE}).length") == 1
    page.unroute("**/api/v1/consents")
    page.evaluate("dispatchEvent(new Event('online'))")
    until(page, f"localStorage.{QUEUE} === undefined")
    (record,) = shop.server.records(kept(page)["id"])
    assert record["decision"] == "accept_all"


def test_decisions_that_waited_come_in_their_order_and_once(shop, visit):
    page = visit(shop.put(), expects=DOWN)
    page.wait_for_selector(FIRST)
    page.route("**/api/v1/consents", lambda route: route.fulfill(status=503))
    page.click(answer("accept_all"))
    page.click(".ask-reopen")
    page.click(answer("reject_all", ".ask-second"))
    page.wait_for_event("load")
    until(page, "!!window.consent")
    page.unroute("**/api/v1/consents")
    page.evaluate("for (const _ of [1, 2, 3]) dispatchEvent(new Event('online'))")
    until(page, f"localStorage.{QUEUE} === undefined")
    page.wait_for_timeout(500)
    words = [one["decision"] for one in shop.server.records(kept(page)["id"])]
    assert words == ["accept_all", "withdraw"]


def test_a_decision_that_the_portal_refuses_is_none(shop, visit):
    page = visit(shop.put(), expects=DOWN)
    page.wait_for_selector(FIRST)
    page.route(
        "**/api/v1/consents",
        lambda route: route.fulfill(status=403, headers={"Access-Control-Allow-Origin": "*"}),
    )
    page.click(answer("accept_all"))
    page.wait_for_selector(FIRST)
    assert not page.evaluate("consent.has('marketing')")
    assert page.evaluate("consent.decision") is None
    assert kept(page) is None


def test_a_portal_without_texts_leaves_the_page_alone(shop, visit):
    page = visit(expects=DOWN)
    page.route("**/embed/**", lambda route: route.abort())
    frame = '<iframe data-consent="marketing" data-src="/x"></iframe>'
    page.goto(shop.put(frame + '<a href="#" data-consent-open>Settings</a>'))
    until(page, "!!window.consent")
    page.click("text=Settings")
    expect(page.locator(FIRST)).to_have_count(0)
    assert not page.locator("iframe").get_attribute("src")
    page.unroute("**/embed/**")
    page.click("text=Settings")
    expect(page.locator(".ask-second")).to_be_visible()


def test_a_site_that_is_not_the_tenants_is_asked_nothing(shop, visit):
    said = []
    page = visit(expects="not among the sites")
    page.on("console", lambda one: said.append(one.text))
    gated = '<script type="text/plain" data-consent="statistics" src="/gated.js"></script>'
    page.goto(shop.put(gated, host="www.stranger.localhost"))
    until(page, "document.readyState === 'complete'")
    page.wait_for_timeout(300)
    expect(page.locator(FIRST)).to_have_count(0)
    assert ("www.stranger.localhost", "/gated.js") not in shop.sites.asked
    assert page.evaluate("window.consent") is None
    assert len(said) == 1
    assert "www.stranger.localhost" in said[0]


def test_a_double_click_opens_one_preference_centre(shop, visit):
    page = visit(shop.put('<a href="#" data-consent-open>Settings</a>'))
    page.wait_for_selector(FIRST)
    page.click(answer("reject_all"))
    page.goto(shop.put('<a href="#" data-consent-open>Settings</a>', host=SHOP))
    until(page, "!!window.consent")
    page.evaluate("consent.open(); consent.open()")
    expect(page.locator(".ask-second")).to_have_count(1)
    page.click(".ask-close")
    expect(page.locator(".ask-second")).to_be_hidden()
