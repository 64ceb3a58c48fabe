"""What the script costs a page: bytes, requests, shifts of the layout, blocked time."""

import re

import pytest
from playwright.sync_api import expect

from portal.languages import AVAILABLE
from tests.browser.browsing import until
from tests.browser.embedding import FIRST, answer, decide
from tests.browser.portals import open_small_portal

BUDGET = 6_500  # bytes of all that shows the banner
TEXTS = 1_600  # bytes besides, of a page in another language than the script was asked for
WEIGHED = "weighed"  # a portal with all categories and languages
SLOWER = 4
OBSERVE = """
window.seen = { shift: 0, blocked: 0 };
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) seen.shift += one.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) seen.blocked += Math.max(0, one.duration - 50);
}).observe({ type: "longtask", buffered: true });
"""


@pytest.fixture(scope="module")
def weighed(server):
    open_small_portal(server, WEIGHED, "preferences", "marketing", languages=AVAILABLE)
    return server


def weigh(server, path: str) -> int:
    answer = server.ask(WEIGHED, path, Accept_Encoding="br")
    assert (answer.status, answer.headers["Content-Encoding"]) == (200, "br"), path
    return len(answer.body)


def test_all_that_shows_the_banner_fits_in_the_budget_in_every_language(weighed):
    sizes = {tag: weigh(weighed, f"/consent.js?lang={tag}") for tag in AVAILABLE}
    longest = max(sizes, key=sizes.get)
    print(f"\nfr {sizes['fr']} bytes, {longest} {sizes[longest]}")
    assert sizes[longest] <= BUDGET


def test_a_page_in_another_language_than_the_script_loads_no_more_than_the_texts_besides(weighed):
    folder = re.search(r'"texts":"([^"]+)"', weighed.ask(WEIGHED, "/consent.js").body.decode())[1]
    texts = {tag: weigh(weighed, f"/embed/{folder}/{tag}.json") for tag in AVAILABLE}
    longest = max(texts, key=texts.get)
    print(f"\nbesides: en {texts['en']} bytes, {longest} {texts[longest]}")
    assert texts[longest] <= TEXTS


def test_one_request_before_the_decision_none_after(shop, visit):
    page, requests = visit(), []

    def loads(one) -> bool:
        return one.url.startswith(shop.portal) and one.method == "GET"

    page.on("request", lambda one: requests.append(one.url) if loads(one) else None)
    own = '<a href="#" data-consent-open>Cookies</a>'
    page.goto(shop.put(own, lang="fr"))
    page.wait_for_selector(FIRST)
    assert [one.rpartition(".")[2] for one in requests] == ["js"]
    decide(page, answer("accept_all"))
    requests.clear()
    page.goto(shop.put(own, path="/next", lang="fr"))
    until(page, "!!window.consent && document.readyState === 'complete'")
    page.wait_for_timeout(300)
    assert requests in ([], [f"{shop.portal}/consent.js"])
    expect(page.locator(FIRST)).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_moves_and_nothing_is_held_up(shop, visit, width):
    page = visit(viewport={"width": width, "height": 800})
    page.add_init_script(OBSERVE)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(shop.put("<p>Words.</p>" * 50))
    page.wait_for_selector(FIRST)
    page.wait_for_timeout(500)
    page.click(answer("accept_all"))
    expect(page.locator(FIRST)).to_have_count(0)
    page.wait_for_timeout(500)
    seen = page.evaluate("seen")
    print(f"\n{width} px: {seen}")
    assert seen["shift"] == 0
