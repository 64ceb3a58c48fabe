"""The cookie list at work: edited in a dialog, filtered while typing, put in order by any means."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.members import signed_in
from tests.browser.portals import open_small_portal
from tests.browser.test_accessibility import assert_accessible

LIST = "/backoffice/cookies/"
STARTERS = ["sessionid", "django_language", "csrftoken", "cookies_preferences"]
REFUSED = "status of 4(22|09)"  # an answer that holds a form again


@pytest.fixture
def portal(server, request) -> str:
    """A portal for one test alone, since it changes the list."""
    slug = f"list-{abs(hash(request.node.name)) % 10**6}"
    open_small_portal(server, slug)
    return slug


@pytest.fixture
def page(open_page, server, portal) -> Page:
    one = signed_in(open_page, server, portal, expects=REFUSED)
    one.goto(LIST)
    return one


def names(page: Page, category: str = "necessary") -> Locator:
    return page.locator(f"#category-{category} .name")


def add(page: Page, name: str = "map_zoom") -> None:
    page.click("#add-statistics")
    page.fill("dialog #name", name)
    page.fill("dialog #purpose", "Remembers the zoom of the map.")
    page.fill("dialog #lifetime_count", "3")
    page.fill("dialog #new_provider", "Maps and more")
    page.click("dialog button:text('Save')")


def test_a_cookie_is_added_in_place(page):
    add(page)
    expect(names(page, "statistics")).to_have_text(["map_zoom"])
    expect(names(page, "statistics")).to_be_focused()
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.get_by_role("status").first).to_contain_text("“map_zoom” is in the list.")
    expect(page.locator("#providers")).to_contain_text("Maps and more")


def test_a_key_of_a_storage_is_declared_and_told_from_cookies(page):
    page.click("#add-statistics")
    expect(page.get_by_label("Kept in")).to_have_value("cookie")
    page.get_by_label("Kept in").select_option("Session storage")
    page.fill("dialog #name", "hj::session")
    page.fill("dialog #purpose", "Keeps a visit together.")
    page.select_option("dialog #lifetime_unit", "session")
    page.fill("dialog #new_provider", "Hotjar")
    page.click("dialog button:text('Save')")
    row = page.locator("#category-statistics tr", has_text="hj::session")
    expect(row.locator(".tag")).to_have_text("Session storage")


def test_errors_are_shown_in_the_dialog_and_lead_to_the_field(page):
    add(page, "map zoom")
    expect(page.locator("dialog .errors")).to_be_focused()
    expect(page.locator("dialog #purpose")).to_have_value("Remembers the zoom of the map.")
    page.click("dialog .errors a")
    expect(page.locator("dialog #name")).to_be_focused()
    assert_accessible(page)


def test_escape_closes_the_dialog_and_gives_the_focus_back(page):
    names(page).first.click()
    expect(page.locator("dialog #name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(names(page).first).to_be_focused()


def test_what_was_typed_is_not_lost_by_an_escape(page):
    answers = iter([False, True])
    page.on("dialog", lambda asked: asked.accept() if next(answers) else asked.dismiss())
    names(page).first.click()
    page.fill("dialog #path", "/app")
    page.keyboard.press("Escape")
    expect(page.locator("dialog #path")).to_have_value("/app")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()


def test_two_who_edit_the_same_cookie_see_both_versions(open_page, server, portal, page):
    other = signed_in(open_page, server, portal)
    other.goto(LIST)
    for one, path in ((page, "/mine"), (other, "/theirs")):
        names(one).first.click()
        one.fill("dialog #path", path)
    other.click("dialog button:text('Save')")
    expect(other.locator(".where")).to_have_text("/theirs")
    page.click("dialog button:text('Save')")
    expect(page.locator("dialog .version")).to_have_text(["/theirs", "/mine"])
    assert_accessible(page)
    page.click("dialog button:text('Save what is chosen')")
    expect(page.locator(".where")).to_have_text("/mine")


def test_the_keyboard_moves_a_cookie(page):
    down = page.locator("#category-necessary [name=down]").first
    down.focus()
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text([STARTERS[1], STARTERS[0], *STARTERS[2:]])
    moved = page.get_by_role("button", name="Move down: sessionid")
    expect(moved).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Enter")
        expect(page.locator("#cookie-list")).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("button", name="Move up: sessionid")).to_be_focused()
    expect(names(page).last).to_have_text("sessionid")


def test_a_cookie_is_dragged_to_its_place(page):
    grip = page.locator("#category-necessary .grip").first.bounding_box()
    target = page.locator("#category-necessary tbody tr").nth(2).bounding_box()
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, target["y"] + target["height"] - 5, steps=8)
    page.mouse.up()
    expect(page.get_by_role("status").first).to_contain_text("The new order is saved.")
    page.reload()
    expect(names(page)).to_have_text(["django_language", "csrftoken", "sessionid", STARTERS[3]])


def test_chosen_cookies_move_together(page):
    expect(page.locator("#move")).to_be_hidden()
    for box in page.locator("#category-necessary [name=cookie]").all()[:2]:
        box.check()
    expect(page.locator("#move")).to_contain_text("(2)")
    page.select_option("#move-to", "statistics")
    page.click("#move button")
    expect(names(page, "statistics")).to_have_text(STARTERS[:2])
    expect(page.locator("#move")).to_be_hidden()


def test_the_filter_follows_what_is_typed(page):
    page.fill("#filter-text", "LANG")
    expect(page.locator(".cookies .name")).to_have_text(["django_language"])
    assert page.url.endswith("?text=LANG")
    page.locator(".cookies .name").click()
    page.click("dialog button:text('Save')")
    expect(page.locator("dialog")).to_be_hidden()
    expect(page.locator(".cookies .name")).to_have_text(["django_language"])
    page.fill("#filter-text", "")
    expect(page.locator(".cookies .name")).to_have_text(STARTERS)


def test_a_cookie_is_deleted_after_a_question(page):
    names(page).first.click()
    page.click("dialog a:text('Delete')")
    page.click("dialog button:text('Delete it')")
    expect(names(page)).to_have_text(STARTERS[1:])


def test_everything_works_without_javascript(open_page, server, portal):
    page = signed_in(open_page, server, portal, javascript=False)
    page.goto(LIST)
    page.click("#add-statistics")
    page.fill("#name", "map_zoom")
    page.fill("#purpose", "Remembers the zoom of the map.")
    page.select_option("#lifetime_unit", "session")
    page.select_option("#provider", "opendatasoft")
    page.click("button:text('Save')")
    expect(names(page, "statistics")).to_have_text(["map_zoom"])
    page.locator("[name=down]").first.click()
    expect(names(page)).to_have_text([STARTERS[1], STARTERS[0], *STARTERS[2:]])
    page.locator("[name=cookie]").first.check()
    page.select_option("#move-to", "statistics")
    page.click("#move button")
    expect(names(page, "statistics")).to_have_text(["map_zoom", "django_language"])


def test_the_list_and_its_form_are_accessible_and_fit_the_narrowest_screen(open_page, server):
    page = signed_in(open_page, server, "full")
    page.goto(LIST)
    for part, shown in (("h1", "h1"), ("#add", "dialog #name")):
        page.click(part)
        expect(page.locator(shown)).to_be_visible()
        assert_accessible(page)
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == 320
