"""Signing in, the account and the members' screen in a browser: they work, and axe is content."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import cookies
from tests.browser.members import HOME, signed_in
from tests.browser.test_accessibility import assert_accessible

MEMBERS = "/backoffice/members/"
PASSWORD = "five wild swans over Oslo"


def invite(page, email):
    """The link, which is shown because the server has no mail server."""
    page.goto(MEMBERS)
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Publisher").check()
    page.get_by_role("button", name="Invite").click()
    said = page.get_by_text(f"No mail went to {email}")
    return re.search(r"http://\S+", said.inner_text())[0]


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_invitation_to_the_back_office(open_page, server, javascript):
    email = f"ben-{'with' if javascript else 'without'}@city.example"
    link = invite(signed_in(open_page, server, "pivohub", javascript=javascript), email)
    page = open_page("pivohub", javascript=javascript)
    page.goto(link)
    page.get_by_label("Your name").fill("Ben")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and join").click()
    page.wait_for_url(f"**{HOME}")
    expect(page.get_by_role("link", name="Ben")).to_be_visible()
    expect(page.get_by_text("Welcome.")).to_be_visible()
    expect(page.get_by_role("link", name="Members")).to_have_count(0)
    assert set(cookies(page)) == {"sessionid", "csrftoken"}


def test_the_link_of_an_invitation_is_accessible(open_page, server):
    link = invite(signed_in(open_page, server, "pivohub"), "carla@city.example")
    page = open_page("pivohub", expects="404")
    for address in (link, f"{link[:-4]}/"):
        page.goto(address)
        assert_accessible(page)


@pytest.mark.parametrize(
    "path",
    ["sign-in/", "sign-in/password/"],
)
def test_signing_in_is_accessible(open_page, path):
    page = open_page("pivohub")
    page.goto(f"/backoffice/{path}")
    assert_accessible(page)


@pytest.mark.parametrize(
    "path",
    [
        "members/",
        "account/",
        "account/password/",
        "account/passkeys/",
        "account/authenticator/",
        "account/recovery-codes/",
        "sign-in/again/",
    ],
)
def test_the_account_and_the_members_are_accessible(open_page, server, path):
    page = signed_in(open_page, server, "pivohub")
    page.goto(f"/backoffice/{path}")
    assert_accessible(page)


def test_a_wrong_password_is_told_accessibly(open_page):
    page = open_page("cityai")
    page.goto(HOME)
    page.get_by_label("Email address").fill("nobody@city.example")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(
        page.get_by_text("The email address or the password is not right.").first
    ).to_be_visible()
    assert_accessible(page)
