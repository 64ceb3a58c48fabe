"""What waits for the decision, on a page whose CSP trusts no markup and no inline script."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import until
from tests.browser.embedding import FIRST, SHOP, answer

STATISTICS = 'type="text/plain" data-consent="statistics"'
NONCE = "script-src 'nonce-abc' {portal}; require-trusted-types-for 'script'; trusted-types 'none'"


@pytest.fixture
def serve(shop):
    """A script that says its name when it runs; its address on the shop's own site."""

    def one(name: str, delay: float = 0) -> str:
        text = f'(window.order ||= []).push("{name}")'
        return shop.sites.put(SHOP, f"/{name}.js", text, "text/javascript", delay)

    return one


def order(page: Page, last: str) -> list[str]:
    """The names of the scripts that ran, once the last one has."""
    until(page, f"window.order?.includes('{last}')")
    return page.evaluate("order")


def inline(name: str, more: str = "") -> str:
    text = f'(window.order ||= []).push("{name}")'
    return f"<script nonce=abc {STATISTICS} {more}>{text}</script>"


def external(name: str, more: str = "") -> str:
    return f'<script nonce=abc {STATISTICS} {more} src="/{name}.js"></script>'


def with_nonce(shop) -> dict[str, str]:
    head = shop.script.replace("<script", "<script nonce=abc")
    return {"head": head, "Content_Security_Policy": NONCE.format(portal=shop.portal)}


def accept(page: Page) -> None:
    page.wait_for_selector(FIRST)
    assert page.evaluate("window.order") is None
    page.click(answer("accept_all"))


def test_scripts_run_in_the_order_of_the_page(shop, visit, serve):
    serve("slow", delay=0.3)
    serve("fast")
    body = inline("1") + external("slow") + inline("2") + external("fast") + inline("3")
    page = visit(shop.put(body, **with_nonce(shop)))
    accept(page)
    assert order(page, "3") == ["1", "slow", "2", "fast", "3"]


def test_deferred_scripts_and_modules_run_after_the_others(shop, visit, serve):
    for name in ("deferred", "module", "plain"):
        serve(name)
    body = (
        external("deferred", "defer")
        + external("module", 'data-type="module"')
        + inline("setting")
        + external("plain")
    )
    page = visit(shop.put(body, **with_nonce(shop)))
    accept(page)
    assert order(page, "module") == ["setting", "plain", "deferred", "module"]


def test_nobody_waits_for_an_async_script(shop, visit, serve):
    serve("slow", delay=0.5)
    page = visit(shop.put(external("slow", "async") + inline("after"), **with_nonce(shop)))
    accept(page)
    assert order(page, "slow") == ["after", "slow"]


def test_a_script_that_is_not_there_holds_up_none(shop, visit):
    page = visit(
        shop.put(external("gone") + inline("after"), **with_nonce(shop)), expects="404|gone"
    )
    accept(page)
    assert order(page, "after") == ["after"]


def test_an_inline_script_without_the_pages_nonce_stays_refused(shop, visit):
    body = inline("good") + inline("bad").replace("nonce=abc", "")
    page = visit(shop.put(body, **with_nonce(shop)), expects="Content Security Policy")
    accept(page)
    assert order(page, "good") == ["good"]


def test_scripts_keep_what_they_do_when_loaded(shop, visit, serve):
    """The page's own listener, as an attribute, where its CSP lets it have one."""
    serve("lib")
    body = external("lib", "onload=\"order.push('loaded')\"") + inline("after")
    page = visit(shop.put(body, Content_Security_Policy="default-src * 'unsafe-inline'"))
    accept(page)
    assert order(page, "after") == ["lib", "loaded", "after"]


def test_nothing_runs_before_the_decision_or_without_its_category(shop, visit, serve):
    serve("a")
    body = external("a") + inline("m").replace("statistics", "marketing")
    both = inline("both").replace("statistics", "statistics\n marketing")
    unknown = inline("x").replace("statistics", "analytics") + inline("y").replace("statistics", "")
    page = visit(shop.put(body + both + unknown, **with_nonce(shop)))
    page.wait_for_selector(FIRST)
    assert page.evaluate("window.order") is None
    page.click(answer("choose"))
    page.check("[name=statistics]")
    page.click(answer("save", ".ask-second"))
    assert order(page, "a") == ["a"]
    page.click(".ask-reopen")
    page.check("[name=marketing]")
    page.click(answer("save", ".ask-second"))
    assert order(page, "both") == ["a", "m", "both"]


def test_templates_hold_any_markup_in_its_place(shop, visit, serve):
    for name in ("before", "inside", "after"):
        serve(name)
    template = """<template data-consent="marketing" data-provider="Maps">
      <h2 id=map>A map</h2><script nonce=abc src="/inside.js"></script>
      <script nonce=abc>order.push("inline")</script>
      <script type="application/json">{"no": "script"}</script>
      <img data-consent="marketing" data-src="/inside.png" alt=x></template>"""
    body = external("before") + template + external("after") + '<p id="end">End</p>'
    page = visit(shop.put(body, **with_nonce(shop)), expects="404")
    page.wait_for_selector(FIRST)
    assert page.locator("#map").count() == 0
    accept(page)
    assert order(page, "after") == ["before", "inside", "inline", "after"]
    following = page.locator("#map ~ #end")
    expect(following).to_have_count(1)
    assert page.locator("template, .ask-hold").count() == 0


@pytest.mark.parametrize(
    ("markup", "name", "path"),
    [
        ('<iframe data-consent="marketing" data-src="/f"></iframe>', "src", "/f"),
        ('<img data-consent="marketing" data-src="/i.png" alt="">', "src", "/i.png"),
        ('<img data-consent="marketing" data-srcset="/s.png 1x" alt="">', "srcset", "/s.png 1x"),
        ('<video data-consent="marketing" data-poster="/p.png"></video>', "poster", "/p.png"),
        ('<link data-consent="marketing" rel="stylesheet" data-src="/l.css">', "href", "/l.css"),
        ('<link data-consent="marketing" rel="stylesheet" data-href="/l.css">', "href", "/l.css"),
    ],
)
def test_elements_ask_their_host_for_nothing_before(shop, visit, markup, name, path):
    policy = "default-src 'self'; connect-src *; script-src *"
    address = shop.put(markup, Content_Security_Policy=policy)
    page = visit(address, expects="404")
    page.wait_for_selector(FIRST)
    shop.sites.asked.clear()
    page.click(answer("accept_all"))
    element = page.locator(f"[data-{'src' if 'data-src=' in markup else name}]")
    expect(element).to_have_attribute(name, path)
    until(page, "document.readyState === 'complete'")
    assert not element.get_attribute("data-consent")


def test_elements_added_later_are_seen(shop, visit):
    page = visit(shop.put(), expects="Content Security Policy|404")
    accept(page)
    page.evaluate(
        """() => {
          const box = document.createElement("div");
          const held = document.createElement("img");
          held.dataset.consent = "statistics";
          held.dataset.src = "/later.png";
          box.append(held);
          document.body.append(box);
        }"""
    )
    until(page, "document.querySelector('[data-src]').hasAttribute('src')")


def test_a_returning_visitors_scripts_need_no_answer(shop, visit, serve):
    serve("a")
    address = shop.put(external("a") + inline("b"), **with_nonce(shop))
    page = visit(address)
    accept(page)
    order(page, "b")
    page.reload()
    assert order(page, "b") == ["a", "b"]


def test_a_script_that_is_included_twice_asks_once(shop, visit):
    page = visit(shop.put(head=shop.script * 2, body=shop.script))
    page.wait_for_selector(FIRST)
    until(page, "document.readyState === 'complete'")
    page.wait_for_timeout(300)
    expect(page.locator(FIRST)).to_have_count(1)
    page.click(answer("accept_all"))
    expect(page.locator(FIRST)).to_have_count(0)


def test_an_element_called_consent_takes_nothing_away(shop, visit):
    page = visit(shop.put('<input id="consent" name="consent">'))
    page.wait_for_selector(FIRST)
    assert page.evaluate("consent.has('necessary')")


def test_a_page_whose_body_is_still_to_come(shop, visit):
    head = shop.script + '<script src="/slow.js"></script>'
    page, held = visit(), []
    page.route("**/slow.js", lambda route, _: held.append(route))
    page.goto(shop.put(head=head), wait_until="commit")
    page.wait_for_selector(FIRST, state="attached")
    assert page.evaluate("document.body === null")
    held[0].fulfill(body="window.slow = true", content_type="text/javascript")
    until(page, "document.readyState === 'complete'")
    assert page.evaluate("[...document.documentElement.children].map((one) => one.localName)") == [
        "head",
        "div",
        "body",
    ]
