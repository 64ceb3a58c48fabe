"""Making and revoking a token in a browser, with and without JavaScript; axe is content."""

import pytest
from playwright.sync_api import expect

from tests.browser.members import signed_in
from tests.browser.test_accessibility import assert_accessible

TOKENS = "/backoffice/tokens/"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_token_is_made_shown_once_and_revoked(open_page, server, javascript):
    name = f"Export {'with' if javascript else 'without'}"
    page = signed_in(open_page, server, "pivohub", javascript=javascript)
    page.goto(TOKENS)
    page.get_by_role("link", name="Make a token").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Read the consent log").check()
    page.get_by_label("Works for").select_option("30 days")
    page.get_by_role("button", name="Make the token").click()
    secret = page.get_by_label("Token").input_value()
    assert secret.startswith("cpt_")
    expect(page.get_by_role("button", name="Copy the token")).to_be_visible(visible=javascript)
    page.get_by_role("link", name="I have kept it").click()
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(secret[:8])
    expect(row).to_contain_text("Read the consent log")
    row.get_by_role("link", name="Revoke").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text(f"“{name}” opens nothing any more.")).to_be_visible()


def test_every_page_of_it_is_accessible(open_page, server):
    page = signed_in(open_page, server, "pivohub", expects="422")
    page.goto(f"{TOKENS}new/")
    assert_accessible(page)
    page.get_by_label("Name").fill("Accessible")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("Choose what the token may do.").first).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Read figures").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_label("Token")).to_be_visible()
    assert_accessible(page)
    page.goto(TOKENS)
    assert_accessible(page)
    page.get_by_role("link", name="Revoke Accessible").click()
    assert_accessible(page)
