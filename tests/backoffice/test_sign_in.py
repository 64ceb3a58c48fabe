"""Around signing in: forgotten passwords, too many attempts, forms that are too old."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import g
from flask_security.forms import _build_form_from_request

from portal.backoffice.sign_in.wording import MESSAGES, SUBJECTS
from portal.backoffice.words import gettext
from portal.people.accounts import find_person
from portal.people.passwords import has_password
from tests import make
from tests.backoffice.browser import PASSWORD, SIGN_IN, Browser, give_password
from tests.backoffice.member import add_member
from tests.waiting import wait_until

EMAIL = "owner@paris.example"
FORGOTTEN = "/backoffice/sign-in/password/"
OTHER = "a horse, a battery, a staple"


@pytest.fixture
def paris(lone_app):
    make.tenant(lone_app)
    add_member(lone_app, EMAIL)
    give_password(lone_app, EMAIL)
    return lone_app


def letter(caplog):
    """The text of the one letter in the log, which is sent by a thread of its own."""
    wait_until(lambda: "this was not sent" in caplog.text)
    [found] = [one.message for one in caplog.records if "this was not sent" in one.message]
    caplog.clear()
    return found


def link_of(text):
    return re.search(r"http://paris\.example(/\S+)", text)[1]


def test_a_forgotten_password_is_chosen_anew_by_the_link_in_the_mail(paris, caplog):
    somewhere_else = Browser(paris)
    somewhere_else.sign_in(EMAIL)
    browser = Browser(paris)
    asked = browser.submit(FORGOTTEN, email=EMAIL.upper())
    assert "a link comes by mail" in asked.text
    text = letter(caplog)
    assert f"To: {EMAIL}" in text
    assert len(text) < 700
    link = link_of(text)
    answer = browser.submit(link, password=OTHER, password_confirm=OTHER)
    assert answer.headers["Location"] == SIGN_IN
    assert "Your password was changed" in letter(caplog)
    assert "Please sign in with it" in browser.get(SIGN_IN).text
    assert browser.sign_in(EMAIL, PASSWORD).status_code == 200
    assert browser.sign_in(EMAIL, OTHER).status_code == 302
    assert somewhere_else.get("/backoffice/").status_code == 303
    assert browser.get(link).headers["Location"] == FORGOTTEN  # used


def test_what_is_told_and_written_is_in_the_language_of_the_browser(paris, caplog):
    browser = Browser(paris)
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    answer = browser.submit(SIGN_IN, email=EMAIL, password="wrong")
    with paris.test_request_context("/backoffice/"):
        g.language = "fr"
        subject = gettext(SUBJECTS["PASSWORD_RESET"])
        not_right = gettext(MESSAGES["GENERIC_AUTHN_FAILED"][0])
    assert not_right in unescape(answer.text)
    assert "The email address" not in answer.text
    browser.submit(FORGOTTEN, email=EMAIL)
    text = letter(caplog)
    assert f"Subject: {subject}" in text
    assert "Paris" in text
    assert "<" not in text


def test_asking_for_somebody_who_is_not_there_answers_the_same_and_sends_nothing(paris, caplog):
    answers = [
        Browser(paris).submit(FORGOTTEN, email=email) for email in (EMAIL, "nobody@paris.example")
    ]
    texts = [one.text.replace(EMAIL, "X").replace("nobody@paris.example", "X") for one in answers]
    assert texts[0] == texts[1]
    assert f"To: {EMAIL}" in letter(caplog)


@pytest.mark.parametrize(
    ("password", "again", "complaint"),
    [
        ("short", "short", "Use at least 12 characters."),
        (OTHER, f"{OTHER}!", "The two passwords are not the same."),
    ],
)
def test_a_new_password_that_will_not_do_is_told_at_its_field(
    paris, caplog, password, again, complaint
):
    browser = Browser(paris)
    browser.submit(FORGOTTEN, email=EMAIL)
    answer = browser.submit(link_of(letter(caplog)), password=password, password_confirm=again)
    assert answer.status_code == 200
    assert complaint in answer.text
    with paris.app_context():
        assert has_password(find_person(EMAIL), PASSWORD)


def test_a_link_that_is_made_up_leads_to_asking_for_one(paris):
    browser = Browser(paris)
    assert browser.get(f"{FORGOTTEN}made-up/").headers["Location"] == FORGOTTEN
    assert "does not work any more" in browser.get(FORGOTTEN).text


def attempt(app, email, number, path=SIGN_IN):
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
    return browser.post(path, {"email": email, "password": "wrong"})


def test_one_account_is_not_tried_from_everywhere(paris):
    spellings = (EMAIL, EMAIL.upper(), f" {EMAIL} ", "owner@PARIS.example")
    statuses = [attempt(paris, spellings[n % 4], n).status_code for n in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert attempt(paris, "another@paris.example", 99).status_code == 200


def test_too_many_attempts_get_a_clear_page_that_says_how_long_to_wait(paris):
    for number in range(10):
        attempt(paris, EMAIL, number)
    answer = attempt(paris, EMAIL, 11)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 601
    assert "Too many attempts" in answer.text
    assert "backoffice.css" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_asking_for_mail_is_counted_too(paris):
    statuses = [attempt(paris, EMAIL, n, FORGOTTEN).status_code for n in range(12)]
    assert statuses[-1] == 429


def test_those_who_get_in_are_not_counted(paris):
    for _ in range(12):
        assert Browser(paris).sign_in(EMAIL).status_code == 302


def test_a_form_without_its_token_is_too_old_on_every_page_of_signing_in(paris):
    browser = Browser(paris)
    browser.sign_in(EMAIL)
    browser.get("/backoffice/")
    for path in ("/backoffice/account/password/", "/backoffice/sign-in/again/"):
        answer = browser.post(path, {"password": PASSWORD})
        assert answer.status_code == 400
        assert "This form is too old" in answer.text


def test_a_form_from_elsewhere_is_refused_in_our_words(paris):
    browser = Browser(paris)
    answer = browser.client.post(
        SIGN_IN, base_url=browser.base, data={}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert "came from another website" in answer.text


def test_no_token_but_the_session_lets_anybody_in(paris):
    """Flask-Security would hand out tokens to programs, and take them in the address."""
    form = {"email": EMAIL, "password": PASSWORD}
    answer = paris.test_client().post(
        f"{SIGN_IN}?include_auth_token",
        base_url="http://paris.example",
        json=form,
        headers={"Accept": "application/json"},
    )
    assert "token" not in answer.headers.get("Content-Type", "")
    assert not answer.is_json
    with paris.test_request_context("/backoffice/", base_url="http://paris.example"):
        token = find_person(EMAIL).get_auth_token()
    stranger = Browser(paris)
    assert stranger.get(f"/backoffice/?auth_token={token}").status_code == 303
    answer = stranger.get("/backoffice/", headers={"Authentication-Token": token})
    assert answer.status_code == 303


def test_no_form_can_ask_for_a_cookie_that_lasts(paris):
    form = {"remember": "y", "credential": "{}"}
    with paris.test_request_context(
        "/backoffice/", base_url="http://paris.example", method="POST", data=form
    ):
        for name in ("login_form", "wan_signin_response_form"):
            built = _build_form_from_request(name)
            assert "remember" not in built or built.remember.data is None


def test_who_is_signed_in_is_not_signed_out_by_an_address_of_somebody_else(paris):
    browser = Browser(paris)
    browser.sign_in(EMAIL)
    for path in ("/backoffice/sign-in/code/", "/backoffice/sign-in/recovery-code/", SIGN_IN):
        assert browser.get(path).status_code == 302
    assert browser.get("/backoffice/").status_code == 200


@pytest.mark.parametrize("address", ["http://[", "//[x", "http://a]/"])
def test_an_address_that_is_none_is_not_where_one_goes_next(paris, address):
    browser = Browser(paris)
    fields = {"email": EMAIL, "password": PASSWORD}
    assert browser.post(SIGN_IN, fields | {"next": address}).status_code == 400
    assert browser.post(f"{SIGN_IN}?{urlencode({'next': address})}", fields).status_code == 400
