"""Codes of an app and recovery codes: set up, asked for, good for once, removed."""

import hmac
import re
import time
from base64 import b32decode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1

import pytest

from portal.people.accounts import find_person
from tests import make
from tests.backoffice.browser import Browser, give_password
from tests.backoffice.member import add_member
from tests.backoffice_host import both_ways

pytestmark = both_ways

EMAIL = "owner@paris.example"
AUTHENTICATOR = "/backoffice/account/authenticator/"
CODES = "/backoffice/account/recovery-codes/"
CODE = "/backoffice/sign-in/code/"
RECOVERY = "/backoffice/sign-in/recovery-code/"
NOW, NEXT = 0, 1  # each code is good for once; the next one is right a little too early


@pytest.fixture
def paris(app):
    make.tenant(app)
    add_member(app, EMAIL)
    give_password(app, EMAIL)
    return app


def signed_in(app):
    browser = Browser(app)
    assert browser.sign_in(EMAIL).headers["Location"] == "/backoffice/"
    return browser


def code_of(key, step):
    """What an app shows (RFC 6238)."""
    counter = int(time.time() // 30) + step
    digest = hmac.new(b32decode(key), counter.to_bytes(8, "big"), sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def set_up(browser):
    """The key of the app, and the recovery codes that are shown once."""
    page = browser.get(AUTHENTICATOR).text
    key = re.search("<code>([A-Z2-7-]+)</code>", page)[1].replace("-", "")
    answer = browser.submit(AUTHENTICATOR, code=code_of(key, NOW))
    assert answer.status_code == 200, answer.text
    return key, re.findall("<li><code>([0-9a-f-]+)</code>", answer.text)


def test_setting_up_shows_a_drawing_that_the_policy_allows_and_the_key(paris):
    page = signed_in(paris).get(AUTHENTICATOR).text
    assert "<svg" in page
    assert "data:" not in page
    assert "style=" not in page


def test_a_wrong_code_sets_nothing_up_and_the_key_stays(paris):
    browser = signed_in(paris)
    before = browser.get(AUTHENTICATOR).text
    answer = browser.submit(AUTHENTICATOR, code="000000")
    assert answer.status_code == 422
    assert re.search("<code>.*</code>", before)[0] in answer.text
    with paris.app_context():
        assert find_person(EMAIL).tf_primary_method is None


def test_once_set_up_the_code_is_asked_for_and_lets_in(paris):
    key, _ = set_up(signed_in(paris))
    browser = Browser(paris)
    assert browser.sign_in(EMAIL).headers["Location"].startswith(CODE)
    assert browser.get("/backoffice/").status_code == 303
    wrong = browser.submit(CODE, code="000000")
    assert "This code is not right." in wrong.text
    assert browser.submit(CODE, code=code_of(key, NEXT)).status_code == 302
    assert browser.get("/backoffice/").status_code == 200
    assert browser.cookies == {"sessionid", "csrftoken"}


def test_a_code_lets_in_once(paris):
    key, _ = set_up(signed_in(paris))
    code = code_of(key, NEXT)
    for status in (302, 200):
        browser = Browser(paris)
        browser.sign_in(EMAIL)
        assert browser.submit(CODE, code=code).status_code == status


def test_the_form_for_codes_is_for_those_who_gave_the_password(paris):
    for path in (CODE, RECOVERY):
        assert Browser(paris).get(path).headers["Location"] == "/backoffice/sign-in/"


def test_guessing_codes_is_stopped_whoever_guesses_and_however_often_they_start_again(paris):
    set_up(signed_in(paris))
    statuses = []
    for number in range(12):
        browser = Browser(paris)
        browser.sign_in(EMAIL)
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        answer = browser.post(CODE, {"code": "000000", "email": f"{number}@paris.example"})
        statuses.append(answer.status_code)
    assert statuses[:10] == [200] * 10
    assert statuses[10:] == [429] * 2


def test_a_recovery_code_lets_in_once_and_only_its_hash_is_kept(paris):
    _, codes = set_up(signed_in(paris))
    assert len(codes) == 10
    with paris.app_context():
        kept = find_person(EMAIL).mf_recovery_codes
        assert len(kept) == 10
        assert not set(kept) & set(codes)
    for status in (302, 200):
        browser = Browser(paris)
        browser.sign_in(EMAIL)
        assert browser.submit(RECOVERY, code=f" {codes[3].upper()} ").status_code == status


def at_once(browsers, ask):
    with ThreadPoolExecutor(len(browsers)) as pool:
        return sorted(pool.map(lambda one: ask(one).status_code, browsers))


def test_a_recovery_code_lets_in_once_however_many_send_it_at_once(paris):
    _, codes = set_up(signed_in(paris))
    browsers = [Browser(paris) for _ in range(4)]
    for one in browsers:
        one.sign_in(EMAIL)
    assert at_once(browsers, lambda one: one.submit(RECOVERY, code=codes[0])) == [200] * 3 + [302]


def signed_in_by(app, recovery_code):
    browser = Browser(app)
    browser.sign_in(EMAIL)
    browser.submit(RECOVERY, code=recovery_code)
    return browser


def test_the_account_tells_how_many_codes_are_left(paris):
    _, codes = set_up(signed_in(paris))
    assert "9 left" in signed_in_by(paris, codes[0]).get("/backoffice/account/").text


def test_new_codes_take_the_place_of_the_old_and_are_shown_once(paris):
    browser = signed_in(paris)
    _, old = set_up(browser)
    page = browser.submit(CODES)
    new = re.findall("<li><code>([0-9a-f-]+)</code>", page.text)
    assert len(new) == 10
    assert not set(old) & set(new)
    assert new[0] not in browser.get(CODES).text
    refused = Browser(paris)
    refused.sign_in(EMAIL)
    assert "not right, or was used before" in refused.submit(RECOVERY, code=old[0]).text


def test_removing_it_makes_the_password_enough_again(paris):
    browser = signed_in(paris)
    set_up(browser)
    answer = browser.submit(f"{AUTHENTICATOR}remove/")
    assert answer.status_code == 303
    with paris.app_context():
        person = find_person(EMAIL)
        assert not person.tf_totp_secret
        assert not person.mf_recovery_codes
    signed_in(paris)


@pytest.mark.parametrize("path", [AUTHENTICATOR, f"{AUTHENTICATOR}remove/", CODES])
def test_each_of_these_asks_for_the_password_again(paris, path):
    browser = signed_in(paris)
    with browser.client.session_transaction(path, base_url=browser.base) as session:
        session["fs_paa"] -= 3600
    again = f"/backoffice/sign-in/again/?next={path}"
    assert browser.get(path).headers["Location"] == again
    answer = browser.submit(again, password="wrong password")
    assert "The password is not right." in answer.text
    answer = browser.submit(again, password="five wild swans over Oslo")
    assert answer.headers["Location"] == path
    assert browser.get(path).status_code == 200


def test_the_secret_is_encrypted_where_it_is_kept(paris):
    browser = signed_in(paris)
    key, _ = set_up(browser)
    with paris.app_context():
        assert key not in find_person(EMAIL).tf_totp_secret
