"""Other sites, the look and integrations in a browser: an owner at work; axe is content."""

import pytest
from playwright.sync_api import expect

from tests.browser.members import signed_in
from tests.browser.portals import open_small_portal
from tests.browser.test_accessibility import assert_accessible

TENANT = "owned"
INTEGRATIONS = "/backoffice/integrations/"


@pytest.fixture(scope="module", autouse=True)
def portal(server):
    open_small_portal(server, TENANT)


@pytest.mark.parametrize("javascript", [True, False])
def test_an_owner_says_where_to_ask_and_takes_the_line_away(open_page, server, javascript):
    page = signed_in(open_page, server, TENANT, javascript=javascript)
    page.get_by_role("navigation").get_by_role("link", name="Other sites").click()
    line = page.get_by_label("Put it into the head of every page")
    expect(line).to_have_value('<script src="https://owned.localhost/consent.js" async></script>')
    page.get_by_label("Other sites, one a line").fill("https://shop.example\nblog.example")
    page.get_by_role("button", name="Save").click()
    stored = page.get_by_label("Other sites, one a line")
    expect(stored).to_have_value("https://shop.example\nhttps://blog.example")
    page.get_by_role("button", name="Keep this version for pinning").click()
    expect(page.get_by_label("Kept on")).to_have_count(1)
    expect(page.get_by_role("button", name="Copy")).to_have_count(3 if javascript else 0)


def test_a_line_is_copied(open_page, server):
    permissions = ["clipboard-read", "clipboard-write"]
    page = signed_in(open_page, server, TENANT, permissions=permissions)
    page.goto("/backoffice/sites/")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == '<script src="https://owned.localhost/consent.js" async></script>'


@pytest.mark.parametrize("javascript", [True, False])
def test_an_editor_adds_a_film_and_takes_it_away_with_its_cookies(open_page, server, javascript):
    page = signed_in(open_page, server, TENANT, javascript=javascript, expects="422")
    page.goto(INTEGRATIONS)
    page.get_by_role("link", name="YouTube").click()
    page.get_by_label("Address of the video").fill("https://youtu.be/dQw4w9WgXcQ")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("link", name="Title of the video")).to_be_visible()
    page.get_by_label("Title of the video").fill("A film")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("status")).to_contain_text("YouTube is in your list. 5 cookies")
    page.get_by_role("link", name="Remove (YouTube A film)").click()
    page.get_by_label("Remove YouTube and its 5 cookies from the list, too").check()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("None so far.")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["sites/", "look/", "integrations/", "integrations/new/google-analytics/"]
)
def test_the_screens_are_accessible(open_page, server, path):
    page = signed_in(open_page, server, TENANT)
    page.goto(f"/backoffice/{path}")
    assert_accessible(page)
