"""Services added by ID on the portal's own pages: they wait, come with consent, go with it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from portal.cookies.integrations.editing import add_integration
from portal.database import writing
from tests import make
from tests.browser.browsing import PATIENCE, choice, cookies, until
from tests.browser.sites import Sites, other_sites
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_layout import OVERFLOW, WATCH_SHIFTS
from tests.client import POLICY

TENANT = "measured"
STATS, PLAIN = "stats.localhost", "plain.localhost"
FILM = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
MATOMO = """
window.heard = window._paq.map((call) => call[0]);
document.cookie = "_pk_id.7.abcd=1;path=/;max-age=9999";
document.cookie = "kept=1;path=/";
new Image().src = new URL("matomo.php?idsite=7", document.currentScript.src);
"""
PLAUSIBLE = "window.site = document.currentScript.dataset.domain;"
HOLD = ".ask-hold"


@pytest.fixture(scope="module")
def sites(server) -> Iterator[Sites]:
    """A portal with a Matomo, a Plausible and a film."""
    with other_sites() as started:
        started.put(STATS, "/m/matomo.js", MATOMO, "text/javascript")
        started.put(STATS, "/m/matomo.php", "", "image/gif")
        started.put(PLAIN, "/js/script.js", PLAUSIBLE, "text/javascript")
        with server.editing() as app:
            make.tenant(app, TENANT, "en", ("en",), f"{TENANT}.localhost")
            with app.app_context(), writing():
                tenant = make.find(TENANT)
                matomo = {"identifier": "7", "server": started.origin(STATS) + "/m"}
                add_integration(tenant, "matomo", matomo)
                plain = {"identifier": "data.example", "server": started.origin(PLAIN)}
                add_integration(tenant, "plausible", plain)
                film = {"identifier": "dQw4w9WgXcQ", "title": "A film"}
                add_integration(tenant, "youtube", film)
            make.publish(app, TENANT)
        server.wait_for(TENANT, b"data-consent")
        yield started


@pytest.fixture
def page(browser, server, sites) -> Iterator[Page]:
    """A new visitor, for whom YouTube is played by us; no error may show in the console."""
    sites.asked.clear()
    base = f"http://{TENANT}.localhost:{server.port}"
    with browser.new_context(base_url=base, locale="en-GB") as context:
        context.set_default_timeout(PATIENCE)
        errors: list[str] = []
        context.on("console", lambda one: one.type == "error" and errors.append(one.text))
        context.on("weberror", lambda one: errors.append(str(one.error)))
        context.route("https://**", lambda route: route.fulfill(body="<p>film</p>"))
        yield context.new_page()
        assert errors == []


def settings(page: Page, button: str) -> None:
    page.click("#ask-settings")
    page.click(f"#dialog-{button}")


def test_nothing_is_asked_for_before_the_decision_and_the_film_says_whose_it_is(page, sites):
    page.goto("/")
    expect(page.locator(HOLD)).to_contain_text("Content from YouTube")
    expect(page.locator(HOLD)).to_contain_text("Marketing")
    expect(page.locator(".videos iframe")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert sites.hosts_asked() == set()
    assert cookies(page) == {}


def test_each_comes_with_consent_in_its_order_and_from_its_hosts(page, sites):
    page.goto("/")
    page.click("#ask-accept-all")
    until(page, "window.heard && window.site")
    assert page.evaluate("heard") == [
        "requireConsent",
        "setConsentGiven",
        "setTrackerUrl",
        "setSiteId",
        "trackPageView",
        "enableLinkTracking",
    ]
    assert page.evaluate("site") == "data.example"
    expect(page.locator(".videos iframe")).to_have_attribute("src", FILM)
    expect(page.locator(HOLD)).to_have_count(0)
    page.goto(POLICY)
    until(page, "window.heard && window.site")
    assert sites.hosts_asked() == {STATS, PLAIN}


def test_no_other_host_may_be_asked(browser, server, sites):
    """The policy of the page itself keeps a script from asking elsewhere."""
    base = f"http://{TENANT}.localhost:{server.port}"
    with browser.new_context(base_url=base, bypass_csp=False) as context:
        page = context.new_page()
        page.goto("/")
        asked = f"""fetch("{sites.origin("else.localhost")}/").then(() => "sent", () => "kept")"""
        assert page.evaluate(asked) == "kept"
        allowed = f"""fetch("{sites.origin(STATS)}/m/matomo.php", {{ mode: "no-cors" }})"""
        assert page.evaluate(f'{allowed}.then(() => "sent", () => "kept")') == "sent"
    assert "else.localhost" not in sites.hosts_asked()


def test_withdrawing_stops_them_and_deletes_their_cookies(page, sites):
    page.goto("/")
    page.click("#ask-accept-all")
    until(page, "window.heard")
    assert "_pk_id.7.abcd" in cookies(page)
    page.evaluate("localStorage.setItem('_pk_ref.7', '1')")
    with page.expect_navigation():
        settings(page, "reject-all")
    expect(page.locator(HOLD)).to_be_visible()
    assert set(cookies(page)) == {"cookies_preferences", "kept"}
    assert page.evaluate("Object.keys(localStorage)") == []
    sites.asked.clear()
    page.reload(wait_until="networkidle")
    assert page.evaluate("window.heard === undefined")
    assert sites.hosts_asked() == set()
    assert choice(page)["accepted"] == ["necessary"]


def test_a_category_lets_in_its_own_and_no_other(page, sites):
    page.goto("/")
    page.click("#ask-choose")
    page.check("#dialog-statistics")
    page.click("#dialog-save")
    until(page, "window.heard")
    expect(page.locator(HOLD)).to_be_visible()
    expect(page.locator(".videos iframe")).not_to_have_attribute("src", FILM)


def test_a_film_can_be_shown_once_without_any_decision(page, sites):
    page.goto("/")
    page.click(f"{HOLD} [data-answer=once]")
    expect(page.locator(".videos iframe")).to_have_attribute("src", FILM)
    assert choice(page) is None
    page.reload()
    expect(page.locator(HOLD)).to_be_visible()


def test_always_is_a_decision_on_the_category_that_is_recorded(page, server, sites):
    page.goto("/")
    page.click("#ask-reject-all")
    page.click(f"{HOLD} [data-answer=always]")
    expect(page.locator(".videos iframe")).to_have_attribute("src", FILM)
    until(page, "!localStorage.getItem('cookies_preferences_queue')")
    assert choice(page)["accepted"] == ["necessary", "marketing"]
    record = server.records(choice(page)["id"])[-1]
    assert (record["decision"], record["surface"]) == ("save", "placeholder")
    page.goto("/")
    expect(page.locator(".videos iframe")).to_have_attribute("src", FILM)
    assert sites.hosts_asked() == set()


def test_the_placeholder_has_the_box_of_the_film(page):
    page.goto("/")
    box = "(one) => [one.offsetLeft, one.offsetTop, one.offsetWidth, one.offsetHeight]"
    before = page.locator(HOLD).evaluate(box)
    page.click(f"{HOLD} [data-answer=once]")
    assert page.locator(".videos iframe").evaluate(box) == before


def test_placeholders_are_accessible(page):
    page.goto("/")
    expect(page.locator(HOLD)).to_be_visible()
    assert_accessible(page)


def test_on_a_phone_the_whole_placeholder_can_be_read(page):
    page.set_viewport_size({"width": 320, "height": 640})
    page.add_init_script(WATCH_SHIFTS)
    page.goto("/")
    expect(page.locator(HOLD)).to_be_visible()
    assert page.locator(HOLD).evaluate("(box) => box.scrollHeight <= box.clientHeight")
    page.wait_for_timeout(200)
    assert page.evaluate("shifts") == []
    assert page.evaluate(OVERFLOW) == 0


def test_without_javascript_a_link_leads_to_the_film(browser, server, sites):
    base = f"http://{TENANT}.localhost:{server.port}"
    with browser.new_context(base_url=base, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.locator(".videos iframe")).to_be_hidden()
        expect(page.get_by_role("link", name="A film")).to_be_visible()
