"""What a person keeps about themselves."""

import pytest

from portal.people.accounts import find_person
from tests import make
from tests.backoffice.browser import PASSWORD, Browser, give_password
from tests.backoffice.member import add_member, owner
from tests.backoffice_host import both_ways

pytestmark = both_ways

EMAIL = "owner@paris.example"
ACCOUNT = "/backoffice/account/"
OTHER = "a horse, a battery, a staple"


@pytest.fixture
def paris(app):
    make.tenant(app)
    add_member(app, EMAIL)
    give_password(app, EMAIL)
    return app


def signed_in(app):
    browser = Browser(app)
    browser.sign_in(EMAIL)
    return browser


def test_name_and_language_are_kept_with_the_person(paris):
    browser = signed_in(paris)
    assert browser.submit(ACCOUNT, name=" Ada ", language="fr").status_code == 303
    with paris.app_context():
        assert (find_person(EMAIL).name, find_person(EMAIL).language) == ("Ada", "fr")
    assert '<html lang="fr"' in browser.get(ACCOUNT).text


def test_a_language_that_the_back_office_does_not_speak_is_not_kept(paris):
    signed_in(paris).submit(ACCOUNT, name="Ada", language="tlh")
    with paris.app_context():
        assert find_person(EMAIL).language == ""


def test_changing_the_password_signs_out_everywhere_else(paris):
    here, elsewhere = signed_in(paris), signed_in(paris)
    answer = here.submit(
        f"{ACCOUNT}password/", password=PASSWORD, new_password=OTHER, new_password_confirm=OTHER
    )
    assert answer.headers["Location"] == ACCOUNT
    assert "The password is changed" in here.get(ACCOUNT).text
    assert elsewhere.get(ACCOUNT).status_code == 303
    assert Browser(paris).sign_in(EMAIL, OTHER).status_code == 302


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"password": "wrong password"}, "The password is not right."),
        ({"new_password_confirm": "other"}, "The two passwords are not the same."),
        ({"new_password": PASSWORD, "new_password_confirm": PASSWORD}, "Choose another password"),
        ({"new_password": "short", "new_password_confirm": "short"}, "at least 12"),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(paris, fields, complaint):
    whole = {"password": PASSWORD, "new_password": OTHER, "new_password_confirm": OTHER}
    answer = signed_in(paris).submit(f"{ACCOUNT}password/", **(whole | fields))
    assert answer.status_code == 200
    assert complaint in answer.text
    assert Browser(paris).sign_in(EMAIL).status_code == 302


def test_signing_out_everywhere_ends_this_session_too(paris):
    here, elsewhere = signed_in(paris), signed_in(paris)
    answer = here.submit(ACCOUNT, f"{ACCOUNT}sign-out-everywhere/")
    assert answer.headers["Location"] == "/backoffice/sign-in/"
    assert "You are signed out everywhere." in here.get("/backoffice/sign-in/").text
    for browser in (here, elsewhere):
        assert browser.get(ACCOUNT).status_code == 303


def test_the_account_shows_what_is_set_up_and_leads_to_the_rest(paris):
    page = signed_in(paris).get(ACCOUNT).text
    for path in ("password/", "passkeys/", "authenticator/"):
        assert f'{ACCOUNT}{path}"' in page
    assert "recovery-codes" not in page


def test_passkeys_ask_for_the_password_again(paris):
    browser = signed_in(paris)
    assert browser.get(f"{ACCOUNT}passkeys/").status_code == 200
    with browser.client.session_transaction(ACCOUNT, base_url=browser.base) as session:
        session["fs_paa"] -= 3600
    for path in ("passkeys/", "passkeys/remove/"):
        location = browser.get(f"{ACCOUNT}{path}").headers["Location"]
        assert location.startswith("/backoffice/sign-in/again/")


@pytest.mark.parametrize("path", ["account/password/", "account/passkeys/", "sign-in/again/"])
def test_an_empty_form_is_told_what_it_lacks(app, path):
    make.tenant(app)
    page = owner(app).post(f"/backoffice/{path}", {})
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.text
