"""Around signing in: forgotten passwords, too many attempts, forms that are too old."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import g
from flask_security import forms, views
from flask_security.forms import _build_form_from_request

from portal.backoffice.sign_in.wording import MESSAGES, SUBJECTS
from portal.backoffice.words import gettext
from portal.database import writing
from portal.people.accounts import find_person
from portal.people.members import remove
from portal.people.models import Person
from portal.people.passwords import has_password
from portal.tenants.lifecycle import add_hostname
from tests import make
from tests.backoffice.browser import PASSWORD, SIGN_IN, Browser, give_password
from tests.backoffice.member import add_member
from tests.backoffice_host import both_ways
from tests.waiting import wait_until

pytestmark = both_ways

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
    return re.search(r"https://\w+\.example(?:/paris)?(/\S+)", text)[1]


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


def test_a_link_leads_to_the_canonical_hostname_whatever_the_request_says(
    paris, caplog, backoffice_host
):
    if backoffice_host:
        pytest.skip("there is one hostname alone")
    with paris.app_context(), writing():
        add_hostname(make.find(), "alias.example")
    make.heard(paris)
    for host in ("alias.example", "paris.example:8443", "PARIS.example."):
        browser = Browser(paris)
        browser.base = f"http://{host}"
        browser.client.post(FORGOTTEN, base_url=browser.base, data={"email": EMAIL})
        assert "https://paris.example/backoffice/sign-in/password/" in letter(caplog)


def test_a_link_of_one_tenant_opens_nothing_at_another(paris, caplog, backoffice_host):
    """The person belongs to both, and one of them reads what its hostname is sent."""
    if backoffice_host:
        pytest.skip("no tenant reads what it is sent, and links are of no tenant")
    make.tenant(paris, "oslo", "en", ("en",))
    add_member(paris, EMAIL, "editor", "oslo")
    Browser(paris).submit(FORGOTTEN, email=EMAIL)
    link = link_of(letter(caplog))
    elsewhere = Browser(paris, "oslo.example")
    fields = {"password": OTHER, "password_confirm": OTHER}
    assert elsewhere.get(link).headers["Location"] == FORGOTTEN
    assert elsewhere.post(link, fields).headers["Location"] == FORGOTTEN
    assert Browser(paris).submit(link, **fields).headers["Location"] == SIGN_IN


def test_a_link_is_of_no_use_to_who_was_removed_meanwhile(paris, caplog):
    add_member(paris, "second@paris.example")
    Browser(paris).submit(FORGOTTEN, email=EMAIL)
    link = link_of(letter(caplog))
    with paris.app_context(), writing():
        remove(make.find().id, find_person(EMAIL).id)
    assert Browser(paris).get(link).headers["Location"] == FORGOTTEN


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


def attempt(app, email, network, path=SIGN_IN, password="wrong"):
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = network
    return browser.post(path, {"email": email, "password": password})


def statuses(app, networks, email=EMAIL, path=SIGN_IN):
    return [attempt(app, email, network, path).status_code for network in networks]


@pytest.fixture
def unhurt(monkeypatch):
    """Guessing is quick: how hard passwords are hashed is not what these tests are about."""
    for module in (forms, views):
        monkeypatch.setattr(module, "hash_password", lambda _: "")
    monkeypatch.setattr(Person, "verify_and_update_password", lambda _, given: given == PASSWORD)


def everywhere(number):
    return [f"192.0.{n // 250}.{n % 250}" for n in range(number)]


def test_one_account_is_not_tried_often_from_one_network(paris):
    spellings = (EMAIL, EMAIL.upper(), f" {EMAIL} ", "owner@PARIS.example")
    found = [attempt(paris, spellings[n % 4], "192.0.2.1").status_code for n in range(12)]
    assert found == [200] * 10 + [429] * 2
    assert attempt(paris, "another@paris.example", "192.0.2.2").status_code == 200


@pytest.mark.parametrize(
    "spelt", ["2001:db8::{:x}", "::ffff:192.0.2.1", "::ffff:c000:201", "192.0.2.1"]
)
def test_a_network_counts_as_one_however_its_addresses_are_written(paris, unhurt, spelt):
    """Everybody has 2 ** 64 addresses of IPv6."""
    networks = [spelt.format(number) for number in range(11)]
    found = [attempt(paris, f"{n}@city.example", one).status_code for n, one in enumerate(networks)]
    assert found == [200] * 10 + [429]
    other = "198.51.100.7" if "192" in spelt or "c0" in spelt else "2001:db8:0:1::1"
    assert attempt(paris, EMAIL, other).status_code == 200


def test_strangers_who_guess_do_not_lock_out_whose_account_it_is(paris, unhurt):
    assert statuses(paris, everywhere(15)) == [200] * 15
    assert attempt(paris, EMAIL, "203.0.113.1", password=PASSWORD).status_code == 302


def test_all_strangers_together_meet_a_ceiling_and_who_was_there_before_does_not(paris, unhurt):
    home = "203.0.113.1"
    assert attempt(paris, EMAIL, home, password=PASSWORD).status_code == 302
    found = statuses(paris, everywhere(103))
    assert found == [200] * 100 + [429] * 3
    assert attempt(paris, EMAIL, "203.0.113.2", password=PASSWORD).status_code == 429
    assert attempt(paris, EMAIL, home, password=PASSWORD).status_code == 302
    assert attempt(paris, "another@paris.example", "203.0.113.2").status_code == 200


def test_who_asks_for_links_in_somebodys_name_does_not_keep_them_from_getting_one(paris, caplog):
    home = "203.0.113.1"
    assert attempt(paris, EMAIL, home, password=PASSWORD).status_code == 302
    assert statuses(paris, everywhere(12), path=FORGOTTEN) == [200] * 10 + [429] * 2
    assert attempt(paris, EMAIL, home, FORGOTTEN).status_code == 200
    letters = "this was not sent"  # ten, and the one of the owner
    wait_until(lambda: sum(letters in one.message for one in caplog.records) == 11)


def test_addresses_that_nobody_has_are_counted_like_others(paris):
    found = [statuses(paris, everywhere(12), one, FORGOTTEN) for one in (EMAIL, "no@paris.example")]
    assert found[0] == found[1]


def test_too_many_attempts_get_a_clear_page_that_says_how_long_to_wait(paris):
    for _ in range(10):
        attempt(paris, EMAIL, "192.0.2.1")
    answer = attempt(paris, EMAIL, "192.0.2.1")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 601
    assert "Too many attempts" in answer.text
    assert "backoffice.css" in answer.text
    assert "Set-Cookie" not in answer.headers


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
