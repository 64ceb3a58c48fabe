"""A new member's first visit: from the invitation to a list that visitors read in two languages."""

import re

import pytest
from playwright.sync_api import expect

from portal.database import writing
from portal.policy.opening import open_portal
from tests.browser.members import HOME, signed_in
from tests.browser.test_people import PASSWORD, invite
from tests.client import POLICY

TENANT = "metz"


@pytest.fixture
def metz(server):
    """A portal of its own in French and English."""
    with server.editing() as app, app.app_context(), writing():
        open_portal(TENANT, "Metz", f"{TENANT}.localhost", "fr", ["fr", "en"])


def test_from_the_invitation_to_a_published_list_in_two_languages(open_page, server, metz):
    link = invite(signed_in(open_page, server, TENANT), "zoe@metz.example")
    page = open_page(TENANT)
    page.goto(link)
    page.get_by_label("Your name").fill("Zoé")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and join").click()
    page.wait_for_url(f"**{HOME}")

    page.get_by_role("navigation").get_by_role("link", name="Cookies").click()
    page.get_by_role("link", name="Known providers").click()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Matomo"))
    card.get_by_role("button", name=re.compile("Add")).click()
    expect(page.locator(".messages")).to_contain_text("Matomo")

    page.goto("/backoffice/cookies/new/")
    page.get_by_label("Name", exact=True).fill("tram_line")
    page.get_by_label("Purpose").fill("Retient la ligne choisie.")
    page.get_by_label("Category").select_option("necessary")
    page.get_by_label("Lifetime").fill("3")
    page.get_by_label("Provider", exact=True).select_option("opendatasoft")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="tram_line")).to_be_visible()

    page.goto("/backoffice/translations/en/?show=missing")
    page.locator("textarea").first.fill("Remembers the line that you chose.")
    page.get_by_role("button", name=re.compile("Save")).first.click()
    expect(page.locator(".messages")).to_be_visible()

    page.get_by_role("navigation").get_by_role("link", name="Publish").click()
    expect(page.get_by_text("tram_line").first).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".messages")).to_contain_text("Version 2 is live.")

    visitor = open_page(TENANT)
    for tag, words in (("fr", "Retient la ligne"), ("en", "Remembers the line that you chose")):
        visitor.goto(f"{POLICY}?lang={tag}")
        expect(visitor.get_by_role("cell", name=words)).to_be_visible()
        expect(visitor.get_by_text("_pk_id").first).to_be_visible()
