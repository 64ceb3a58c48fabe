"""The menu of the back office: one line on a phone, beside the page where there is room."""

import pytest
from playwright.sync_api import expect

from tests.browser.members import signed_in
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_layout import OVERFLOW

ONE_LINE = 60  # pixels
COOKIES = "/backoffice/cookies/"


def menu(page):
    return page.get_by_role("navigation", name="Back office")


@pytest.mark.parametrize("javascript", [True, False])
def test_on_a_phone_it_is_one_line_that_opens(open_page, server, javascript):
    page = signed_in(open_page, server, width=390, height=800, javascript=javascript)
    page.goto(COOKIES)
    expect(menu(page).get_by_role("link", name="Publish")).to_be_hidden()
    expect(menu(page).locator("summary")).to_contain_text("Cookies")
    assert menu(page).bounding_box()["height"] < ONE_LINE
    menu(page).get_by_text("Menu").click()
    assert page.evaluate(OVERFLOW) == 0
    menu(page).get_by_role("link", name="Publish").click()
    expect(page.get_by_role("heading", level=1, name="Publish")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_accessible_closed_and_open(open_page, server, width, scheme):
    page = signed_in(open_page, server, width=width, color_scheme=scheme)
    page.goto(COOKIES)
    assert_accessible(page)
    page.evaluate("document.querySelector('.menu details').open = true")
    assert_accessible(page)


def test_where_there_is_room_every_link_is_in_sight(open_page, server):
    page = signed_in(open_page, server)
    page.goto(COOKIES)
    expect(menu(page).locator("summary")).to_be_hidden()
    expect(menu(page).get_by_role("link")).to_have_count(15)
    for link in menu(page).get_by_role("link").all():
        assert link.bounding_box()["height"] > 0
        expect(link).to_be_visible()
