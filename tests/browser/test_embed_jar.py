"""The cookie jar, and who was asked, on a page with eight services of other hosts."""

import pytest

from tests.browser.browsing import until
from tests.browser.embedding import FIRST, SECOND, answer, open_embedding

SITE = "www.jar.localhost"
SERVICES = {
    "counter": "statistics", "heat": "statistics", "panel": "statistics",
    "maps": "preferences", "chat": "preferences",
    "ads": "marketing", "pixel": "marketing", "film": "marketing",
}  # fmt: skip
TAG = """
document.cookie = "{category}_{name}=1;path=/;max-age=9999";
document.cookie = "{category}_{name}_wide=1;path=/;domain=jar.localhost;max-age=9999";
localStorage["{category}_{name}"] = sessionStorage["{category}_{name}"] = 1;
(window.ran ||= []).push("{name}");
"""
LEFT = """[...document.cookie.split("; ").filter(Boolean).map((one) => one.split("=")[0]),
  ...Object.keys(localStorage), ...Object.keys(sessionStorage)]
  .filter((one) => !one.startsWith("cookies_preferences"))"""


@pytest.fixture(scope="module")
def jar(server, sites):
    shop = open_embedding(server, sites, "jar", SITE)
    for name, category in SERVICES.items():
        tag = TAG.format(name=name, category=category)
        sites.put(f"{name}.localhost", "/tag.js", tag, "text/javascript")
    return shop


def address(jar) -> str:
    jar.sites.asked.clear()
    tags = [
        f'<script type="text/plain" data-consent="{category}" '
        f'src="{jar.sites.origin(name + ".localhost")}/tag.js"></script>'
        for name, category in SERVICES.items()
    ]
    return jar.put("".join(tags))


def asked(jar) -> set[str]:
    """The services that were asked for anything."""
    return {host.removesuffix(".localhost") for host in jar.sites.hosts_asked() - {SITE}}


def ready(page) -> None:
    until(page, "!!window.consent && document.readyState === 'complete'")
    page.wait_for_timeout(300)


def test_after_reject_it_is_empty(jar, visit):
    page = visit(address(jar))
    page.click(answer("reject_all"))
    ready(page)
    page.reload()
    ready(page)
    assert page.evaluate(LEFT) == []
    assert asked(jar) == set()


def test_ignoring_leaves_it_empty(jar, visit):
    page = visit(address(jar))
    page.wait_for_selector(FIRST)
    page.reload()
    ready(page)
    assert page.context.cookies() == []
    assert page.evaluate(LEFT) == []
    assert asked(jar) == set()


def test_accepting_one_category_fills_it_with_that_alone(jar, visit):
    page = visit(address(jar))
    page.click(answer("choose"))
    page.check("[name=statistics]")
    page.click(answer("save", SECOND))
    until(page, "window.ran?.length === 3")
    assert {one.partition("_")[0] for one in page.evaluate(LEFT)} == {"statistics"}
    assert asked(jar) == {"counter", "heat", "panel"}


def test_after_accept_then_withdraw_it_is_empty_again(jar, visit):
    page = visit(address(jar))
    page.click(answer("accept_all"))
    until(page, "window.ran?.length === 8")
    assert len(page.evaluate(LEFT)) == 8 * 4
    assert asked(jar) == set(SERVICES)
    page.click(".ask-reopen")
    with page.expect_event("load"):
        page.click(answer("reject_all", SECOND))
    jar.sites.asked.clear()
    page.reload()
    ready(page)
    assert page.evaluate(LEFT) == []
    assert [one["name"] for one in page.context.cookies()] == ["cookies_preferences"]
    assert asked(jar) == set()
