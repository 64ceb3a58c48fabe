"""Taking consent back: scripts stop, what they left behind goes, the log hears of it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import until
from tests.browser.embedding import FIRST, SECOND, SHOP, answer, decide, kept, open_embedding

DEEP = "/a/b/page"
LEFT = """(names) => [document.cookie, Object.keys(localStorage), Object.keys(sessionStorage)]
  .flat().filter((one) => names.some((name) => one.includes(name)))"""

WATCHED = """window.watched = { local: localStorage, session: sessionStorage, opened: [] };
localStorage.statistics_local = sessionStorage.statistics_session = 1;
for (const one of ["local", "session"])
  Object.defineProperty(window, `${one}Storage`, { get: () => {
    watched.opened.push(`${one}Storage`);
    return watched[one];
  } });"""


@pytest.fixture(scope="module")
def patient(server, sites):
    """A tenant that does without the reload."""
    return open_embedding(server, sites, "patient", "www.patient.localhost", reloads=False)


def accepting(shop, visit, **page: str) -> Page:
    opened = visit(shop.put(**page))
    opened.wait_for_selector(FIRST)
    decide(opened, answer("accept_all"))
    return opened


def withdraw(page: Page) -> None:
    page.click(".ask-reopen")
    with page.expect_response("**/api/v1/consents") as sent:
        page.click(answer("reject_all", SECOND))
    assert sent.value.status == 201


def test_withdrawing_reloads_once_and_is_recorded(shop, visit):
    page = accepting(shop, visit)
    loads = []
    page.on("load", lambda _: loads.append(1))
    consent_id = kept(page)["id"]
    with page.expect_event("load"):
        withdraw(page)
    assert kept(page)["id"] == consent_id
    first, second = shop.server.records(consent_id)
    assert second["decision"] == "withdraw"
    assert second["previous"] == first["id"]
    until(page, "!!window.consent")
    assert page.evaluate("consent.decision.rejected.length") == 3
    page.wait_for_timeout(300)
    assert loads == [1]
    expect(page.locator(FIRST)).to_have_count(0)


def test_who_switches_everything_off_again_withdraws(shop, visit):
    page = accepting(shop, visit)
    consent_id = kept(page)["id"]
    page.click(".ask-reopen")
    for one in page.locator(f"{SECOND} [name]").all():
        one.uncheck()
    with page.expect_event("load"), page.expect_response("**/api/v1/consents"):
        page.click(answer("save", SECOND))
    words = [one["decision"] for one in shop.server.records(consent_id)]
    assert words == ["accept_all", "withdraw"]


def test_a_tenant_may_do_without_the_reload(patient, visit):
    page = accepting(patient, visit)
    page.evaluate("window.same = true")
    withdraw(page)
    expect(page.get_by_role("status")).to_have_text("Your consent is withdrawn.")
    assert page.evaluate("window.same && consent.decision.accepted.length === 1")


def test_taking_back_one_category_forgets_that_one(patient, visit):
    page = accepting(patient, visit)
    page.evaluate("document.cookie = 'marketing_a=1'; document.cookie = 'statistics_a=1'")
    page.click(".ask-reopen")
    page.uncheck("[name=marketing]")
    assert decide(page, answer("save", SECOND))["accepted"] == [
        "necessary", "preferences", "statistics",
    ]  # fmt: skip
    until(page, "!document.cookie.includes('marketing_')")
    assert page.evaluate(LEFT, ["marketing_", "statistics_"]) == [page.evaluate("document.cookie")]
    assert "marketing_a" not in page.evaluate("document.cookie")
    assert "statistics_a" in page.evaluate("document.cookie")


def test_declared_cookies_go_from_every_host_and_path(patient, visit):
    page = accepting(patient, visit, path=DEEP)
    page.evaluate(
        """() => {
          const domains = ["", ";domain=www.patient.localhost", ";domain=patient.localhost"];
          const paths = ["/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/page"];
          for (const domain of domains)
            for (const path of paths)
              document.cookie = `statistics_${path.length}${domain.length}=1${domain};path=${path}`;
          document.cookie = "statistics=1"; // not what the pattern says
          document.cookie = "other_statistics_1=1";
          localStorage.statistics_key = sessionStorage.marketing_key = localStorage.own = 1;
        }"""
    )
    assert page.evaluate("document.cookie.split('statistics_').length") == 18 + 2
    withdraw(page)
    until(page, "!/(^| )statistics_/.test(document.cookie)")  # the answer may come before the last
    names = {one["name"] for one in page.context.cookies()}
    assert names == {"statistics", "other_statistics_1", "cookies_preferences"}
    assert page.evaluate(LEFT, ["_key", "own"]) == ["own"]


def test_a_browser_without_the_cookie_store_remembers_and_forgets_too(patient, visit):
    page = visit()
    page.add_init_script("delete Window.prototype.cookieStore; delete window.cookieStore")
    page.goto(patient.put())
    assert page.evaluate("!('cookieStore' in window)")
    decide(page, answer("accept_all"))
    page.evaluate("document.cookie = 'marketing_a=1=2'; document.cookie = 'own=1'")
    page.reload()
    until(page, "window.consent?.has('marketing')")
    expect(page.locator(FIRST)).to_have_count(0)
    withdraw(page)
    until(page, "!document.cookie.includes('marketing_')")
    assert {one["name"] for one in page.context.cookies()} == {"cookies_preferences", "own"}


def test_what_was_never_accepted_is_cleared_up_too(patient, visit):
    page = visit()
    page.context.add_cookies([{"name": "statistics_1", "value": "x", "url": patient.put()}])
    page.goto(patient.put())
    page.wait_for_selector(FIRST)
    until(page, "!document.cookie")
    assert page.context.cookies() == []


@pytest.mark.parametrize(
    ("storage", "opened", "left"),
    [
        ("cookie", [], ["statistics_local", "statistics_session"]),
        ("local_storage", ["localStorage"], ["statistics_session"]),
        ("session_storage", ["sessionStorage"], ["statistics_local"]),
        ("any", ["localStorage", "sessionStorage"], []),
    ],
)
def test_a_page_that_loads_opens_only_storages_in_which_something_is_declared(
    server, sites, visit, storage, opened, left
):
    tenant = "kept-" + storage.replace("_", "-")
    shop = open_embedding(server, sites, tenant, f"www.{tenant}.localhost", storage=storage)
    page = visit()
    page.add_init_script(WATCHED)
    page.goto(shop.put())
    page.wait_for_selector(FIRST)
    page.wait_for_timeout(500)
    assert page.evaluate("[...new Set(watched.opened)]") == opened
    names = """() => ["local", "session"].flatMap((one) => Object.keys(watched[one]))"""
    assert page.evaluate(names) == left


def test_a_withdrawal_seeks_every_name_everywhere(server, sites, visit):
    host = "www.sought.localhost"
    shop = open_embedding(server, sites, "sought", host, storage="cookie", reloads=False)
    page = accepting(shop, visit)
    page.evaluate("localStorage.statistics_key = sessionStorage.marketing_key = 1")
    withdraw(page)
    assert page.evaluate(LEFT, ["_key"]) == []


def test_frames_are_gone_and_placeholders_back_after_the_reload(shop, visit):
    shop.sites.put("video.localhost", "/embed", "<p>A film</p>")
    source = shop.sites.origin("video.localhost") + "/embed"
    page = accepting(
        shop, visit, body=f'<iframe data-consent="marketing" data-src="{source}"></iframe>'
    )
    expect(page.frame_locator("iframe").locator("p")).to_be_visible()
    withdraw(page)
    expect(page.locator(".ask-hold")).to_have_count(1)
    shop.sites.asked.clear()
    page.reload()
    expect(page.locator(".ask-hold")).to_have_count(1)
    assert shop.sites.hosts_asked() <= {SHOP}
