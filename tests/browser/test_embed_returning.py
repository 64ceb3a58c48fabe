"""Coming back: after a change of the list, over a link to another site, by the back button."""

import pytest
from playwright.sync_api import expect

from tests import make
from tests.browser.browsing import launch, until
from tests.browser.embedding import FIRST, answer, decide, kept, open_embedding, visiting

HERE, THERE = "www.here.localhost", "www.there.localhost"


@pytest.fixture(scope="module")
def link(server, sites):
    return open_embedding(server, sites, "link", HERE, THERE)


def test_only_what_changed_is_asked_again(server, sites, visit):
    shop = open_embedding(server, sites, "fresh", "www.fresh.localhost")
    page = visit(shop.put())
    decide(page, answer("accept_all"))
    with server.editing() as app:
        make.cookie(app, "fresh", "_new_one")
        number = make.publish(app, "fresh")
    server.wait_for("fresh", f'"version":{number}'.encode(), "/consent.js")
    page = page.context.new_page()
    page.route("**/consent.js", lambda route: route.continue_())  # past the browser's cache
    page.goto(shop.put())
    layer = page.locator(FIRST)
    expect(layer).to_contain_text("Our cookies have changed")
    expect(layer).to_contain_text("New: _new_one")
    expect(layer.locator("li")).to_have_count(1)
    assert page.evaluate("[consent.has('statistics'), consent.has('marketing')]") == [False, True]
    receipt = decide(page, answer("reject_all"))
    assert receipt["decision"] == "save"
    assert receipt["accepted"] == ["necessary", "preferences", "marketing"]


@pytest.mark.parametrize("part", ["", "#part", "#/a?b=c&d"])
def test_a_link_carries_the_decision_to_the_other_site(link, visit, part):
    there = link.put("<p>Words.</p>" * 200 + "<h2 id=part>Part</h2>", host=THERE, path="/page")
    page = visit(link.put(f'<a href="{there}?q=1{part}">There</a>'))
    number = decide(page, answer("accept_all"))["consent_id"]
    page.click("text=There")
    until(page, f"location.host.startsWith('{THERE}') && !!window.consent?.decision")
    assert page.evaluate("consent.decision.id") == number
    assert page.url == f"{there}?q=1{part}"
    if part == "#part":
        expect(page.locator(part)).to_be_in_viewport()
    expect(page.locator(FIRST)).to_have_count(0)
    page.reload()
    until(page, "!!window.consent?.decision")
    assert kept(page)["id"] == number


def test_a_script_that_is_included_twice_waits_once_for_a_carried_decision(link, visit):
    count = (
        "<script>document.addEventListener('consent:ready', () => (window.ready ??= 0, ready++))"
    )
    there = link.put(
        host=THERE, head=f"{count}</script>{link.script * 2}", Content_Security_Policy=""
    )
    page = visit(link.put(f'<a href="{there}">There</a>'))
    decide(page, answer("accept_all"))
    page.route("**/embed/carried/*", lambda one: (page.wait_for_timeout(500), one.continue_()))
    page.click("text=There")
    until(page, f"location.host.startsWith('{THERE}') && !!window.consent?.decision")
    page.wait_for_timeout(300)
    assert page.evaluate("window.ready") == 1


@pytest.mark.parametrize("referrer", ["http://evil.localhost/", None])
def test_a_seal_from_elsewhere_is_not_broken_open(link, visit, referrer):
    page, asked = visit(), []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(link.put(host=THERE) + "#consent=a.b.c", referer=referrer)
    page.wait_for_selector(FIRST)
    assert page.evaluate("[consent.decision, location.hash]") == [None, ""]
    assert not [one for one in asked if "/embed/carried/" in one]


def test_a_forged_seal_brings_nothing(link, visit):
    page = visit(expects="Failed to load resource|CORS|carried")
    here = link.put()
    page.goto(link.put(host=THERE) + "#consent=a.b.c", referer=here)
    page.wait_for_selector(FIRST)
    assert page.evaluate("consent.decision") is None


def test_going_back_does_not_ask_again(playwright, link):
    with (
        launch(playwright, ignore_default_args=["--disable-back-forward-cache"]) as chromium,
        visiting(chromium, (".localhost", f":{link.sites.port}", f":{link.server.port}")) as visit,
    ):
        page = visit(link.put(f'<a href="{link.put(path="/next")}">Next</a>'))
        page.wait_for_selector(FIRST)
        page.click("text=Next", force=True)
        page.wait_for_url("**/next")
        decide(page, answer("accept_all"))
        page.evaluate("setTimeout(() => history.back())")  # ends before the page does
        page.wait_for_url("**/", wait_until="commit")
        expect(page.locator(FIRST)).to_have_count(0)
        assert page.evaluate("consent.has('marketing')")
