"""One decision for the portal and the sites beside it: the portal sets the cookie by HTTP."""

import pytest
from playwright.sync_api import Page, expect

from portal.languages import AVAILABLE
from tests import make
from tests.browser.browsing import until
from tests.browser.embedding import FIRST, SECOND, Embedding, answer, kept, let_ask
from tests.browser.portals import add_categories

WWW, NEWS = "www.city.localhost", "news.city.localhost"


@pytest.fixture(scope="module")
def city(server, sites) -> Embedding:
    with server.editing() as app:
        make.tenant(app, "city", "en", AVAILABLE, "portal.city.localhost")
        add_categories(app, "city", "marketing")
        make.cookie(app, "city", "_ad", category="marketing")
        make.cookie(app, "city", "_pk_id")
        make.publish(app, "city")
    server.wait_for("portal.city", b"City")
    let_ask(server, "portal.city", domain="city.localhost")
    return Embedding(server, sites, "portal.city", WWW)


def decide(page: Page, selector: str) -> None:
    with page.expect_response("**/api/v1/consents") as sent:
        page.click(selector)
    assert sent.value.status == 201


@pytest.fixture
def page(city, visit) -> Page:
    page = visit(city.put())
    page.wait_for_selector(FIRST)
    return page


def on_domain(page: Page) -> dict:
    found = page.context.cookies()
    (cookie,) = [one for one in found if one["name"] == "cookies_preferences"]
    return cookie


def test_the_portal_sets_the_cookie_by_http_for_all_sites(city, page):
    decide(page, answer("accept_all"))
    cookie = on_domain(page)
    assert cookie["domain"] == ".city.localhost"
    (record,) = city.server.records(kept(page)["id"])
    assert record["page"] == city.sites.origin(WWW) + "/"
    page.goto(city.put(host=NEWS))
    until(page, "document.readyState === 'complete' && !!window.consent")
    expect(page.locator(FIRST)).to_have_count(0)
    assert page.evaluate("consent.has('marketing')")


def test_the_portal_itself_asks_no_more(city, page):
    decide(page, answer("reject_all"))
    page.goto(city.portal)
    expect(page.locator("#cookie-banner")).to_have_count(0)


def test_a_change_elsewhere_counts_here(city, page):
    decide(page, answer("accept_all"))
    page.goto(city.put(host=NEWS))
    page.click(".ask-reopen")
    with page.expect_event("load"):  # scripts that run stop with the page
        decide(page, answer("reject_all", SECOND))
    first, second = city.server.records(kept(page)["id"])
    assert second["previous"] == first["id"]
    page.goto(city.put())
    until(page, "!!window.consent")
    assert page.evaluate("consent.decision.accepted") == ["necessary"]


def test_the_portal_expires_what_scripts_cannot_see(city, page):
    hidden = {"name": "_pk_id", "value": "x", "httpOnly": True, "path": "/"}
    page.context.add_cookies(
        [hidden | {"domain": ".city.localhost"}, hidden | {"domain": "portal.city.localhost"}]
    )
    decide(page, answer("reject_all"))
    assert [one["name"] for one in page.context.cookies()] == ["cookies_preferences"]
