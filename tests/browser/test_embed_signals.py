"""What the script tells others: Google, Microsoft, Matomo, the page's own scripts, the log."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import until
from tests.browser.embedding import FIRST, SECOND, answer, decide

GOOGLE = "dataLayer.map((one) => [...one])"
GPC = "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})"
LISTEN = """
window.heard = [];
for (const name of ["ready", "decided", "changed"])
  document.addEventListener(`consent:${name}`, (event) =>
    heard.push([name, event.detail?.accepted]));
"""


@pytest.fixture
def page(shop, visit) -> Page:
    page = visit()
    page.add_init_script(LISTEN)
    page.goto(shop.put())
    page.wait_for_selector(FIRST)
    return page


def test_google_hears_seven_types_denied_first_then_one_update(page):
    ((call, word, types),) = page.evaluate(GOOGLE)
    assert (call, word) == ("consent", "default")
    assert types == {
        "ad_storage": "denied",
        "ad_user_data": "denied",
        "ad_personalization": "denied",
        "analytics_storage": "denied",
        "functionality_storage": "denied",
        "personalization_storage": "denied",
        "security_storage": "granted",
    }
    page.click(answer("choose"))
    page.check("[name=statistics]")
    decide(page, answer("save", SECOND))
    _, (call, word, types) = page.evaluate(GOOGLE)
    assert (call, word) == ("consent", "update")
    assert {name for name, value in types.items() if value == "granted"} == {
        "analytics_storage", "security_storage",
    }  # fmt: skip


def test_microsoft_and_matomo_hear_it_in_their_words(page):
    assert page.evaluate("uetq") == ["consent", "default", {"ad_storage": "denied"}]
    assert page.evaluate("_paq") == [["requireConsent"]]
    decide(page, answer("accept_all"))
    assert page.evaluate("uetq.slice(3)") == ["consent", "update", {"ad_storage": "granted"}]
    assert page.evaluate("_paq") == [["requireConsent"], ["setConsentGiven"]]
    page.reload()
    until(page, "window._paq?.length === 2")
    assert [one[1] for one in page.evaluate(GOOGLE)] == ["default", "update"]


def test_scripts_of_the_page_hear_each_change(page):
    assert page.evaluate("heard") == [["ready", None]]
    decide(page, answer("reject_all"))
    assert page.evaluate("heard.slice(1)") == [["decided", ["necessary"]]]
    page.click(".ask-reopen")
    page.check("[name=marketing]")
    decide(page, answer("save", SECOND))
    both = ["necessary", "marketing"]
    assert page.evaluate("heard.slice(2)") == [["decided", both], ["changed", both]]


def test_scripts_of_the_page_can_ask_and_listen(page):
    page.evaluate(
        """() => {
          window.calls = [];
          consent.on("ready", (one) => calls.push(["ready", one]));
          const count = ({ accepted }) => calls.push(["decided", accepted.length]);
          window.stop = consent.on("decided", count);
          consent.decision = "forged";
          consent.has = () => true;
        }"""
    )
    assert page.evaluate("[consent.has('necessary'), consent.has('marketing')]") == [True, False]
    decide(page, answer("accept_all"))
    assert page.evaluate("calls") == [["ready", None], ["decided", 4]]
    page.evaluate("consent.decision.accepted.length = 0; stop(); consent.open()")
    expect(page.locator(SECOND)).to_be_visible()
    decide(page, answer("accept_all", SECOND))
    assert page.evaluate("calls.length") == 2
    assert page.evaluate("consent.has('marketing') && consent.decision.accepted.length") == 4


def test_an_opt_out_is_shown_recorded_and_never_consent(shop, visit):
    page = visit()
    page.add_init_script(GPC)
    page.goto(shop.put())
    expect(page.locator(f"{FIRST} [data-gpc]")).to_contain_text("opt-out is honoured")
    page.click(answer("choose"))
    expect(page.locator(f"{SECOND} [data-gpc]")).to_be_visible()
    expect(page.locator("[name=marketing]")).not_to_be_checked()
    assert decide(page, answer("reject_all", SECOND))["gpc"] is True


def test_the_header_alone_is_recorded_too(shop, visit):
    page = visit(shop.put(), extra_http_headers={"Sec-GPC": "1"})
    page.wait_for_selector(FIRST)
    expect(page.locator(f"{FIRST} [data-gpc]")).to_be_hidden()
    assert decide(page, answer("accept_all"))["gpc"] is True
