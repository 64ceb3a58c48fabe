"""Passkeys in a real browser, with an authenticator that Chromium makes up."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import cookies
from tests.browser.members import HOME, demo_password, signed_in

PASSKEYS = "/backoffice/account/passkeys/"
ACCOUNT = "/backoffice/account/"


@contextmanager
def authenticator(page: Page, *, verified: bool = True) -> Iterator[None]:
    """A phone or key ring that is at hand, and whose owner is (or is not) recognised."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield
    devtools.detach()


def make_passkey(page, name="My phone"):
    page.goto(PASSKEYS)
    page.get_by_label("Name of the new passkey").fill(name)
    page.get_by_role("button", name="Make a passkey").click()


def test_a_passkey_is_made_signs_in_verifies_and_is_removed(open_page, server):
    page = signed_in(open_page, server, "pivohub")
    with authenticator(page):
        make_passkey(page)
        page.wait_for_url(f"**{ACCOUNT}")
        expect(page.get_by_text("you can sign in with the passkey “My phone”")).to_be_visible()

        page.get_by_role("button", name="Sign out", exact=True).click()
        page.goto(ACCOUNT)
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"**{ACCOUNT}")
        expect(page.get_by_text("demo@example.org").first).to_be_visible()
        assert set(cookies(page)) == {"sessionid", "csrftoken"}

        page.goto(f"/backoffice/sign-in/again/?next={PASSKEYS}")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(f"**{PASSKEYS}")

        page.get_by_role("button", name="Remove the passkey My phone").click()
        expect(page.get_by_text("The passkey “My phone” is removed.")).to_be_visible()


def test_without_a_passkey_one_is_told_so_and_led_to_the_password(open_page, server):
    page = open_page("cityai")
    with authenticator(page):
        page.goto(HOME)
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("alert")).to_have_text(
            "The browser got no passkey. Try again, or use another way."
        )
        page.get_by_role("link", name="Sign in with the password").click()
        expect(page.get_by_label("Password")).to_be_visible()
        assert set(cookies(page)) <= {"sessionid"}


def test_a_passkey_whose_owner_is_not_recognised_is_not_made(open_page, server):
    page = signed_in(open_page, server, "jmorel")
    with authenticator(page, verified=False):
        make_passkey(page)
        expect(page.get_by_role("alert")).to_be_visible()
        page.goto(ACCOUNT)
        expect(page.get_by_role("link", name="Make a passkey")).to_be_visible()


def test_a_passkey_of_one_portal_is_nothing_at_another(open_page, server):
    """Browsers keep them by hostname."""
    page = signed_in(open_page, server, "bastia")
    with authenticator(page):
        make_passkey(page, "Bastia")
        page.wait_for_url(f"**{ACCOUNT}")
        page.goto(PASSKEYS)
        expect(page.get_by_text("It works on bastia.localhost alone.")).to_be_visible()
        page.get_by_role("button", name="Remove the passkey Bastia").click()
        expect(page.get_by_text("is removed")).to_be_visible()


@pytest.mark.parametrize("path", [PASSKEYS, "/backoffice/sign-in/passkey/"])
def test_without_javascript_one_is_told_that_it_is_needed(open_page, server, path):
    page = signed_in(open_page, server, "paris", javascript=False)
    if "sign-in" in path:
        page.get_by_role("button", name="Sign out", exact=True).click()
    page.goto(path)
    if "sign-in" in path:
        page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()


def test_the_demo_sign_in_is_kept_for_its_owner_alone(server):
    assert (server.folder / "demo-password").stat().st_mode & 0o777 == 0o600
    assert len(demo_password(server)) >= 12
