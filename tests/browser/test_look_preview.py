"""The look is shown while it is chosen: colours with their figures, corners, place and words."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.members import signed_in
from tests.browser.portals import open_small_portal
from tests.browser.test_accessibility import assert_accessible

LOOK = "/backoffice/look/"
TENANT = "dressing"
COLOUR = "one => getComputedStyle(one).backgroundColor"


@pytest.fixture(scope="module")
def portal(server) -> str:
    open_small_portal(server, TENANT)
    return TENANT


@pytest.fixture
def page(open_page, server, portal) -> Page:
    page = signed_in(open_page, server, portal)
    page.goto(LOOK)
    return page


def answer(page: Page, ground: str):
    return page.locator(f".sample.{ground} .buttons span").first


def test_a_colour_is_shown_at_once_on_its_own_ground_alone(page):
    dark = answer(page, "dark").evaluate(COLOUR)
    page.get_by_label("Colour on light ground").first.fill("#8a1c4a")
    expect(answer(page, "light")).to_have_css("background-color", "rgb(138, 28, 74)")
    assert answer(page, "dark").evaluate(COLOUR) == dark


def test_a_weak_colour_is_told_with_its_figures_and_one_that_can_be_taken(page):
    box = page.locator("[data-accent=accent]")
    row = box.locator("[data-pair=link_on_page]")
    box.locator("input.colour").fill("#f7941d")
    expect(row).to_contain_text("2.16")
    expect(row).to_contain_text("needs 4.5")
    box.get_by_role("button", name="Take it").click()
    expect(box.locator("input.colour")).to_have_value("#aa6006")
    expect(row).to_contain_text("enough")
    expect(box.locator(".instead")).to_be_hidden()
    expect(answer(page, "light")).to_have_css("background-color", "rgb(170, 96, 6)")


def test_picker_and_text_follow_each_other(page):
    box = page.locator("[data-accent=accent_dark]")
    text, picker = box.locator("input.colour"), box.locator("input[type=color]")
    text.fill("#f2a6c6")
    expect(picker).to_have_value("#f2a6c6")
    picker.fill("#ffd700")
    expect(text).to_have_value("#ffd700")
    expect(answer(page, "dark")).to_have_css("background-color", "rgb(255, 215, 0)")


def test_what_is_no_colour_changes_nothing(page):
    before = answer(page, "light").evaluate(COLOUR)
    page.locator("#accent").fill("#12")
    page.locator("#accent_dark").fill("#ffd700")  # both are measured together
    expect(answer(page, "dark")).to_have_css("background-color", "rgb(255, 215, 0)")
    assert answer(page, "light").evaluate(COLOUR) == before


def test_corners_place_and_words_are_shown_on_both_grounds(page):
    page.get_by_label("Rounding of corners").fill("3")
    page.get_by_label("In the corner").check()
    page.locator("#title-en").fill("Biscuits?")
    for ground in ("light", "dark"):
        sample = page.locator(f".sample.{ground}")
        expect(sample).to_have_attribute("data-position", "corner")
        expect(sample.locator(".title")).to_have_text("Biscuits?")
        expect(answer(page, ground)).to_have_css("border-radius", "3px")
    page.locator("#title-en").fill(" ")
    expect(page.locator(".sample.light .title")).to_have_text(re.compile("You decide"))


def test_the_screen_is_accessible_while_a_weak_colour_is_shown(page):
    page.locator("[data-accent=accent] input.colour").fill("#f7941d")
    expect(page.locator("[data-accent=accent] .instead")).to_be_visible()
    assert_accessible(page)


def test_without_javascript_a_button_shows_it(open_page, server, portal):
    page = signed_in(open_page, server, portal, javascript=False)
    page.goto(LOOK)
    page.locator("#accent").fill("#8a1c4a")
    page.get_by_role("button", name="Only show").click()
    expect(answer(page, "light")).to_have_css("background-color", "rgb(138, 28, 74)")
    expect(page.locator("#accent")).to_have_value("#8a1c4a")
