"""A tenant's own look: the banner at each of its places, large and small, never in the way."""

import pytest
from playwright.sync_api import expect

from portal.banner.logos import keep_logo
from portal.database import db, writing
from portal.policy.models import POSITIONS, Look
from tests import make
from tests.banner.test_logos import svg
from tests.browser.axe import assert_no_violations
from tests.browser.browsing import choice, cookies, decide, focused
from tests.browser.portals import open_small_portal
from tests.browser.test_layout import IN_SIGHT, OVERFLOW, WATCH_SHIFTS
from tests.client import POLICY, PREFERENCES

LOGO = svg("<rect width='200' height='60' fill='#8a1c4a'/>", root='viewBox="0 0 200 60"')
STEPS = 200  # presses of Tab, more than there are links


@pytest.fixture(scope="module", params=POSITIONS)
def position(request, server) -> str:
    """A portal named after the place of its banner, with a look."""
    place: str = request.param
    open_small_portal(server, place)
    with server.editing() as app:
        with app.app_context(), writing():
            tenant_id = make.find(place).id
            db.session.add(
                Look(
                    tenant_id=tenant_id,
                    accent="#8a1c4a",
                    accent_dark="#f2a6c6",
                    corner=16,
                    position=place,
                    logo=keep_logo(tenant_id, LOGO),
                    reopener="link" if place == "bottom" else "button",
                )
            )
        make.publish(app, place)
    server.wait_for(place, b"/look/")
    return place


@pytest.fixture(params=[(1280, 800), (320, 640)], ids=["wide", "phone"])
def page(request, open_page, position):
    width, height = request.param
    page = open_page(position, width=width, height=height)
    page.add_init_script(WATCH_SHIFTS)
    page.goto(POLICY)
    return page


def test_the_colours_reach_every_answer_alike(page):
    style = """(all) => all.map((one) => {
      const { backgroundColor, color, borderColor, borderRadius, font } = getComputedStyle(one);
      return [backgroundColor, color, borderColor, borderRadius, font].join();
    })"""
    accept, reject, choose = page.eval_on_selector_all("#ask-first .ask-answers button", style)
    assert accept == reject == choose
    assert accept.startswith("rgb(138, 28, 74),rgb(255, 255, 255)")


def test_nothing_moves_and_nothing_scrolls_sideways(page):
    page.wait_for_timeout(200)
    assert page.evaluate("shifts") == []
    assert page.evaluate(OVERFLOW) == 0


def test_a_slow_machine_never_shows_half_a_question(open_page, position):
    page = open_page(position)
    page.add_init_script(WATCH_SHIFTS)
    slowed = page.context.new_cdp_session(page)
    slowed.send("Emulation.setCPUThrottlingRate", {"rate": 8})
    for _ in range(5):
        page.goto(POLICY)
        page.wait_for_timeout(100)
        assert page.evaluate("shifts") == []


def test_what_has_the_focus_is_never_wholly_behind_the_banner(page):
    hidden = []
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        if not page.evaluate(IN_SIGHT):
            hidden.append(page.evaluate("document.activeElement.outerHTML"))
    assert hidden == []


def test_the_banner_stands_where_it_was_put(page, position):
    size = page.viewport_size
    box = page.locator("#ask-first").bounding_box()
    below = size["height"] - box["y"] - box["height"]
    if size["width"] < 640 or position == "bottom":
        assert below == 0
    elif position == "corner":
        assert (below, size["width"] - box["x"] - box["width"]) == (24, 24)
    else:
        assert abs(below - box["y"]) <= 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_logo_is_seen(open_page, position, scheme):
    page = open_page(position, color_scheme=scheme)
    page.goto("/")
    logo = page.get_by_role("img", name=position.title())
    assert logo.evaluate("one => one.complete && one.naturalWidth > 0")


def test_a_centred_question_is_modal_and_the_others_leave_the_page_alone(page, position):
    modal = page.locator("#ask-first").evaluate("one => one.matches(':modal')")
    assert modal == (position == "centre")
    page.keyboard.press("Tab")
    reached = page.evaluate("document.activeElement.matches('.skip')")
    assert reached != modal


def test_escape_decides_nothing_and_the_question_comes_back(page, position, server):
    before = len(server.records())
    page.keyboard.press("Escape")
    expect(page.locator("#ask-first")).to_be_visible(visible=position != "centre")
    assert (cookies(page), len(server.records())) == ({}, before)
    page.goto("/")
    expect(page.locator("#ask-first")).to_be_visible()


def test_the_second_layer_lies_over_the_first_and_leads_back_to_it(page):
    page.click("#ask-choose")
    expect(page.locator("#ask-second")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#ask-second")).to_be_hidden()
    expect(page.locator("#ask-first")).to_be_visible()
    assert focused(page) == "ask-choose"


def test_an_answer_gives_the_page_back(page):
    decide(page, "#ask-reject-all")
    expect(page.locator("#ask-first")).to_be_hidden()
    assert focused(page) == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('main a')")
    assert sum(page.evaluate("shifts")) == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_the_floating_button_leads_back_to_the_choice(open_page, position, javascript):
    page = open_page(position, decided=True, javascript=javascript)
    page.goto("/")
    button = page.locator(".ask-reopen")
    if position == "bottom":
        expect(button).to_have_count(0)
        return
    box = button.bounding_box()
    button.click()
    if javascript:
        expect(page.locator("#ask-second")).to_be_visible()
        page.keyboard.press("Escape")
        expect(button).to_be_focused()
    else:
        assert page.evaluate("location.pathname") == PREFERENCES
    assert min(box["width"], box["height"]) >= 24
    page.goto(PREFERENCES)
    expect(button).to_have_count(0)


def test_the_floating_button_waits_until_the_question_is_answered(open_page, position):
    page = open_page(position)
    page.goto("/")
    expect(page.locator(".ask-reopen")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_layout(page, position, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    assert_no_violations(page)
    decide(page, "#ask-reject-all")
    assert_no_violations(page)


def test_the_question_can_be_answered_without_javascript(open_page, position):
    page = open_page(position, javascript=False)
    page.goto("/")
    page.click("#ask-accept-all")
    expect(page.locator("#ask-first")).to_have_count(0)
    assert choice(page)["accepted"] == ["necessary", "statistics"]
