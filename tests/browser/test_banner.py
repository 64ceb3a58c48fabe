"""The banner and its second layer, in a browser with JavaScript."""

import itertools

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.browsing import (
    LANGUAGES,
    choice,
    cookies,
    decide,
    focused,
    launch,
    opened,
    query,
    stored,
    until,
)
from tests.browser.portals import declare_and_publish, open_small_portal
from tests.client import POLICY, PREFERENCES

ACCEPT, REJECT, CHOOSE = ANSWERS = (
    "#ask-accept-all",
    "#ask-reject-all",
    "#ask-choose",
)
ALIKE = (
    "fontFamily fontSize fontWeight lineHeight color backgroundColor borderTopColor "
    "borderTopWidth borderTopLeftRadius paddingTop paddingLeft opacity textTransform cursor"
)
LOOK = """(button, names) => {
  const style = getComputedStyle(button);
  const { width, height } = button.getBoundingClientRect();
  return [`${Math.round(width)} by ${Math.round(height)} pixels`,
    ...names.split(" ").map((name) => `${name}: ${style[name]}`)];
}"""


def banner(page: Page) -> Locator:
    return page.locator("#ask-first")


def dialog(page: Page) -> Locator:
    return page.locator("#ask-second")


def statistics(page: Page) -> Locator:
    return page.locator("#dialog-statistics")


def test_accepting_stores_a_record_and_a_cookie(page, server):
    before = len(server.records())
    page.goto("/")
    decide(page, ACCEPT)
    expect(banner(page)).to_be_hidden()
    assert choice(page)["accepted"] == ["necessary", "statistics"]
    (record,) = server.records()[before:]
    assert (record["decision"], record["surface"], record["page"]) == ("accept_all", "banner", "/")


def test_rejecting_stores_a_record_and_a_cookie(page, server):
    before = len(server.records())
    page.goto(POLICY)
    decide(page, REJECT)
    expect(banner(page)).to_be_hidden()
    assert choice(page)["rejected"] == ["statistics"]
    (record,) = server.records()[before:]
    assert (record["decision"], record["page"]) == ("reject_all", POLICY)


def test_choosing_saves_what_was_switched_on(open_page, server):
    page, before = open_page("full"), len(server.records())
    page.goto("/")
    page.click(CHOOSE)
    statistics(page).check()
    decide(page, "#dialog-save")
    expect(banner(page)).to_be_hidden()
    assert choice(page)["accepted"] == ["necessary", "statistics"]
    assert choice(page)["rejected"] == ["preferences", "marketing"]
    (record,) = server.records()[before:]
    assert (record["decision"], record["surface"]) == ("save", "preference_centre")


@pytest.mark.parametrize("name", ["accept-all", "reject-all", "save"])
def test_every_answer_of_the_second_layer_decides(page, name):
    page.goto("/")
    page.click(CHOOSE)
    decide(page, f"#dialog-{name}")
    expect(dialog(page)).to_be_hidden()
    expected = ["necessary", "statistics"] if name == "accept-all" else ["necessary"]
    assert choice(page)["accepted"] == expected


def test_no_cookie_before_a_click_and_one_after(page):
    for path in ("/", POLICY, PREFERENCES, "/"):
        page.goto(path)
        assert cookies(page) == {}
    decide(page, ACCEPT)
    assert list(cookies(page)) == ["cookies_preferences"]


def test_nothing_is_left_in_the_browsers_storage(page):
    page.goto("/")
    decide(page, ACCEPT)
    until(page, "localStorage.length === 0 && sessionStorage.length === 0")


def test_a_decision_needs_no_reload(page):
    page.goto("/")
    page.evaluate("window.sameDocument = true")
    decide(page, REJECT)
    assert page.evaluate("window.sameDocument")


def test_who_decided_is_not_asked_on_the_next_page(page):
    page.goto("/")
    decide(page, REJECT)
    for path in ("/", POLICY):
        page.goto(path)
        expect(banner(page)).to_have_count(0)


def test_the_page_says_what_is_allowed(page):
    page.goto("/")
    decide(page, ACCEPT)
    root = page.locator("html")
    expect(root).to_have_attribute("data-granted", "necessary statistics")
    page.goto(POLICY)
    expect(root).to_have_attribute("data-granted", "necessary statistics")


def test_the_settings_in_the_footer_change_a_decision(page, server):
    page.goto("/")
    decide(page, ACCEPT)
    page.goto(POLICY)
    page.click("#ask-settings")
    expect(statistics(page)).to_be_checked()
    statistics(page).uncheck()
    decide(page, "#dialog-save")
    assert choice(page)["rejected"] == ["statistics"]
    first, second = server.records(choice(page)["id"])
    assert second["previous"] == first["id"]


def test_the_policy_page_opens_the_settings_too(page):
    page.goto(POLICY)
    page.click("main [data-ask-settings]")
    expect(dialog(page)).to_be_visible()


def test_nothing_is_switched_on_beforehand(open_page):
    page = open_page("full")
    page.goto("/")
    page.click(CHOOSE)
    switches = dialog(page).get_by_role("switch")
    assert [one.is_checked() for one in switches.all()] == [True, False, False, False]
    expect(switches.first).to_be_disabled()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_browser_that_opts_out_is_told_that_it_is_heeded(open_page, server, javascript):
    page = open_page("full", javascript=javascript, extra_http_headers={"Sec-GPC": "1"})
    page.goto(query("/", "en"))
    expect(banner(page)).to_contain_text("Your browser’s opt-out is honoured")
    page.click(CHOOSE)
    second = dialog(page) if javascript else page.locator("main")
    expect(second).to_contain_text("So marketing is refused unless you accept it yourself.")
    expect(second.get_by_role("switch", name="Marketing")).not_to_be_checked()
    second.get_by_role("button", name="Save my choices").click()
    until(page, "!document.querySelector('#ask-first:not([hidden])')")
    until(page, "document.cookie.includes('cookies_preferences=')")  # comes with the answer
    assert choice(page)["rejected"] == ["preferences", "statistics", "marketing"]
    assert server.records(choice(page)["id"])[0]["gpc"]


def test_the_second_layer_names_the_cookies_of_each_category(open_page):
    page = open_page("full")
    page.goto("/")
    page.click(CHOOSE)
    page.get_by_text("Cookies in this category: 2").first.click()
    expect(dialog(page).get_by_text("_pk_id.*")).to_be_visible()


@pytest.mark.parametrize("how", ["Escape", "the close button"])
def test_closing_the_second_layer_decides_nothing(page, server, how):
    before = len(server.records())
    page.goto("/")
    page.click(CHOOSE)
    statistics(page).check()
    page.keyboard.press("Escape") if how == "Escape" else page.click("#ask-second .ask-close")
    expect(dialog(page)).to_be_hidden()
    expect(banner(page)).to_be_visible()
    assert cookies(page) == {}
    assert len(server.records()) == before
    page.click(CHOOSE)
    expect(statistics(page)).not_to_be_checked()


def test_closing_the_settings_keeps_the_decision(page):
    page.goto("/")
    decide(page, ACCEPT)
    page.click("#ask-settings")
    statistics(page).uncheck()
    page.keyboard.press("Escape")
    page.click("#ask-settings")
    expect(statistics(page)).to_be_checked()
    assert choice(page)["accepted"] == ["necessary", "statistics"]


def test_the_focus_moves_into_the_second_layer_and_back(page):
    page.goto("/")
    for opener in (CHOOSE, "#ask-settings"):
        page.focus(opener)
        page.keyboard.press("Enter")
        assert focused(page) == "ask-second-title"
        page.keyboard.press("Escape")
        assert f"#{focused(page)}" == opener


def test_the_focus_stays_in_the_second_layer(page):
    page.goto("/")
    page.click(CHOOSE)
    for _ in range(20):
        page.keyboard.press("Tab")
        # the body stands for the browser's own controls
        assert page.evaluate("document.activeElement.matches('body, dialog *')")


@pytest.mark.parametrize("button", ["#ask-accept-all", "#dialog-save"])
def test_the_focus_goes_to_the_content_when_the_banner_closes(page, button):
    page.goto("/")
    if button.startswith("#dialog"):
        page.click(CHOOSE)
    page.focus(button)
    with stored(page):
        page.keyboard.press("Enter")
    assert focused(page) == "content"


def test_screen_readers_hear_that_the_choice_is_saved(page):
    page.goto("/")
    status = page.get_by_role("status")
    expect(status).to_have_text("")
    decide(page, ACCEPT)
    expect(status).to_have_text("Your choice is saved.")


def test_privacy_tools_see_the_banner_and_can_press_its_buttons(page):
    page.goto("/")
    found = page.evaluate(
        """() => {
          const banner = document.querySelector("#ask-first");
          const buttons = ["accept-all", "reject-all"].map((name) =>
            banner.querySelector(`[id*="${name}"]`));
          return [banner.getRootNode() === document, ...buttons.map((one) => one.localName)];
        }"""
    )
    assert found == [True, "button", "button"]
    with stored(page):
        page.evaluate("document.querySelector('[id*=reject-all]').click()")
    assert choice(page)["rejected"] == ["statistics"]


def test_the_banner_comes_before_the_content(page):
    page.goto("/")
    assert page.evaluate(
        """document.querySelector("#ask-first").compareDocumentPosition(
          document.querySelector("main")) === Node.DOCUMENT_POSITION_FOLLOWING"""
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_accepting_rejecting_and_choosing_look_alike(open_page, language):
    page = open_page("full")
    page.goto(query("/", language))
    unlike = []
    for width, scheme in itertools.product((320, 480, 640, 960, 1280), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        looks = [page.locator(one).evaluate(LOOK, ALIKE) for one in ANSWERS]
        if looks.count(looks[0]) != len(ANSWERS):
            unlike.append((width, scheme, [set(one) - set(looks[0]) for one in looks]))
    assert not unlike


def tab_to(page: Page, identifier: str) -> list[str]:
    """Press Tab until an element has the focus; what had it on the way."""
    passed = []
    for _ in range(40):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if passed[-1] == identifier:
            return passed
    raise AssertionError(f"{identifier} not reached: {passed}")


def test_the_keyboard_reaches_the_banner_first(page):
    page.goto("/")
    assert tab_to(page, "ask-choose") == [
        "a Skip to the content",
        "a Cookie policy",
        "a Service providers",
        "ask-accept-all",
        "ask-reject-all",
        "ask-choose",
    ]


def test_the_keyboard_alone_is_enough_to_choose(page):
    page.goto("/")
    tab_to(page, "ask-choose")
    page.keyboard.press("Space")
    assert "dialog-statistics" in tab_to(page, "dialog-statistics")
    page.keyboard.press("Space")
    expect(statistics(page)).to_be_checked()
    assert tab_to(page, "dialog-reject-all") == [
        "dialog-save",
        "dialog-accept-all",
        "dialog-reject-all",
    ]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    with stored(page):
        page.keyboard.press("Enter")
    assert choice(page)["accepted"] == ["necessary", "statistics"]


def test_the_keyboard_alone_is_enough_to_change(page):
    page.goto("/")
    tab_to(page, "ask-accept-all")
    with stored(page):
        page.keyboard.press("Enter")
    tab_to(page, "ask-settings")
    page.keyboard.press("Enter")
    tab_to(page, "dialog-reject-all")
    with stored(page):
        page.keyboard.press("Space")
    assert focused(page) == "ask-settings"
    assert choice(page)["rejected"] == ["statistics"]


def test_a_new_cookie_is_asked_about_by_name_and_other_answers_stay(open_page, server):
    open_small_portal(server, "growing")
    page = open_page("growing")
    page.goto("/")
    decide(page, ACCEPT)
    declare_and_publish(server, "growing", "_pk_new")
    page.goto("/")
    expect(page.get_by_role("heading", name="Our cookies have changed")).to_be_visible()
    expect(banner(page)).to_contain_text("New: _pk_new")
    decide(page, REJECT)
    assert choice(page)["policy"] == 2
    assert choice(page)["rejected"] == ["statistics"]
    page.goto("/")
    expect(banner(page)).to_have_count(0)


def test_answers_that_are_not_asked_again_stay_in_effect(open_page, server):
    open_small_portal(server, "keeping", "marketing")
    page = open_page("keeping")
    page.goto("/")
    decide(page, ACCEPT)
    declare_and_publish(server, "keeping", "_pk_new")
    page.goto("/")
    assert page.evaluate("document.documentElement.dataset.granted") == "necessary marketing"


def test_enter_on_a_switch_decides_nothing(page, server):
    before = len(server.records())
    page.goto("/")
    page.click(CHOOSE)
    page.focus("#dialog-statistics")
    page.keyboard.press("Enter")
    expect(dialog(page)).to_be_visible()
    assert len(server.records()) == before


def test_going_back_does_not_ask_again(playwright, server):
    with (
        launch(playwright, ignore_default_args=["--disable-back-forward-cache"]) as chromium,
        opened(chromium, server) as open_page,
    ):
        page = open_page()
        page.goto("/")
        page.click("main a >> nth=0")
        decide(page, ACCEPT)
        page.evaluate("setTimeout(() => history.back())")  # ends before the page does
        page.wait_for_url("**/", wait_until="commit")
        expect(banner(page)).to_be_hidden()
