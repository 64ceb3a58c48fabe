"""What the script costs a page: bytes, requests, shifts of the layout, blocked time."""

import re

import pytest
from playwright.sync_api import expect

from portal.languages import AVAILABLE
from tests.browser.browsing import until
from tests.browser.embedding import FIRST, answer, decide

BUDGET = 6_500  # bytes, script and texts together
LONGEST = 6_700  # bytes, in the language that takes most
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


def weigh(server, path: str) -> int:
    answer = server.ask("pivohub", path, Accept_Encoding="br")
    assert answer.headers["Content-Encoding"] == "br"
    return len(answer.body)


def test_script_and_texts_fit_in_the_budget(server):
    folder = re.search(r'"texts":"([^"]+)"', server.ask("pivohub", "/consent.js").body.decode())[1]
    script = weigh(server, "/consent.js")
    texts = {tag: weigh(server, f"/embed/{folder}/{tag}.json") for tag in AVAILABLE}
    longest = max(texts, key=texts.get)
    print(f"\nscript {script} bytes, texts: fr {texts['fr']}, {longest} {texts[longest]};", end=" ")
    print(f"together {script + texts['fr']} and {script + texts[longest]} bytes")
    assert script + texts["fr"] <= BUDGET
    assert script + texts[longest] <= LONGEST


def test_one_request_before_the_decision_none_after(shop, visit):
    page, requests = visit(), []
    page.on("request", lambda one: one.url.startswith(shop.portal) and requests.append(one.url))
    own = '<a href="#" data-consent-open>Cookies</a>'
    page.goto(shop.put(own))
    page.wait_for_selector(FIRST)
    assert [one.rpartition(".")[2] for one in requests] == ["js", "json"]
    decide(page, answer("accept_all"))
    requests.clear()
    page.goto(shop.put(own, path="/next"))
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
