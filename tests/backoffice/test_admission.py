"""Who may sign in where: every way in, as a member, another tenant's, an operator and nobody.

To a portal that does not know somebody, its sign-in answers as to a person who does not exist.
"""

import json
import re
from base64 import urlsafe_b64encode
from itertools import count

import pytest
from flask_security import forms, views
from passlib.context import CryptContext

from portal.backoffice.sign_in.addresses import SECURITY
from portal.database import writing
from portal.people.accounts import find_person
from portal.people.models import Passkey
from tests import make
from tests.backoffice.browser import PASSWORD, SIGN_IN, Browser, give_password
from tests.backoffice.member import Member, add_member
from tests.waiting import wait_until
from tests.wiring.doors import rules

MEMBER, STRANGER = "ada@paris.example", "owner@oslo.example"
OPERATOR, NOBODY = "op@host.example", "no@city.example"
FORGOTTEN = "/backoffice/sign-in/password/"


@pytest.fixture
def paris(lone_app):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en", ("en",))
    add_member(lone_app, MEMBER, "editor")
    add_member(lone_app, STRANGER, "owner", "oslo")
    add_member(lone_app, OPERATOR, "editor", "oslo")
    with lone_app.app_context(), writing():
        find_person(OPERATOR).operator = True
    for email in (MEMBER, STRANGER, OPERATOR):
        give_password(lone_app, email)
    return lone_app


networks = count(1)


def browser_of(app):
    """From a network of its own: attempts are counted."""
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{next(networks) % 250}"
    return browser


def words(answer, email):
    random = r"(/static/|csrf_token\" value=\"|/passkey/|data-options=\")[^\"]+"
    text = re.sub(random, "", answer.text)
    return answer.status_code, answer.headers.get("Location"), text.replace(email, "X")


@pytest.mark.parametrize("email", [MEMBER, OPERATOR])
def test_these_sign_in(paris, email):
    browser = browser_of(paris)
    assert browser.sign_in(email).status_code == 302
    assert browser.get("/backoffice/").status_code == 200


@pytest.fixture
def hashed(monkeypatch):
    """Passwords that were hashed or compared with a hash, which takes most of the time."""
    found, made = [], forms.hash_password

    def count_hash(password):
        found.append(password)
        return made(password)

    for module in (forms, views):
        monkeypatch.setattr(module, "hash_password", count_hash)
    compared = CryptContext.verify

    def count_comparison(context, secret, *rest, **options):
        found.append(secret)
        return compared(context, secret, *rest, **options)

    monkeypatch.setattr(CryptContext, "verify", count_comparison)
    return found


def test_to_a_stranger_the_right_password_is_a_wrong_one_and_costs_as_much(paris, hashed):
    tried = [(MEMBER, "wrong"), (STRANGER, PASSWORD), (STRANGER, "wrong"), (NOBODY, PASSWORD)]
    answers, costs = [], []
    for email, password in tried:
        browser, before = browser_of(paris), len(hashed)
        answers.append(words(browser.post(SIGN_IN, {"email": email, "password": password}), email))
        costs.append(len(hashed) - before)
        assert browser.get("/backoffice/").status_code == 303
    assert answers == [answers[0]] * 4
    assert costs == [1] * 4


def test_links_are_for_members_and_asking_costs_and_says_the_same(paris, hashed, caplog):
    emails = (MEMBER, STRANGER, OPERATOR, NOBODY)
    answers = [words(browser_of(paris).post(FORGOTTEN, {"email": one}), one) for one in emails]
    assert answers == [answers[0]] * 4
    assert hashed == []
    wait_until(lambda: "this was not sent" in caplog.text)
    assert [email for email in emails if f"To: {email}" in caplog.text] == [MEMBER]


def credential(number: bytes) -> str:
    """What a browser sends of a passkey; its signature is never looked at here."""
    encoded = urlsafe_b64encode(number).decode().rstrip("=")
    response = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}
    return json.dumps({"id": encoded, "rawId": encoded, "type": "public-key", "response": response})


def sent_passkey(app, number):
    browser = browser_of(app)
    page = browser.post("/backoffice/sign-in/passkey/", {})
    path = re.search(r'action="(/backoffice/sign-in/passkey/[^"]+/)"', page.text)[1]
    browser.post(path, {"credential": credential(number)})
    return browser.get("/backoffice/sign-in/passkey/")


def test_a_strangers_passkey_is_not_known(paris):
    with paris.app_context(), writing():
        for number, email in ((b"1" * 16, STRANGER), (b"2" * 16, MEMBER)):
            person = find_person(email)
            person.webauthn.append(
                Passkey(credential_id=number, public_key=b"1", backup_state=False,
                        device_type="x", name="Phone", usage="first")
            )  # fmt: skip
    told = {number: sent_passkey(paris, number * 16).text for number in (b"1", b"2", b"3")}
    assert "This passkey is not known here." in told[b"1"]
    assert "This passkey is not known here." in told[b"3"]
    assert "could not be checked" in told[b"2"]  # known, but for its signature


def half_signed_in(app, email):
    """Somebody of whom a second factor is asked."""
    browser = browser_of(app)
    with app.app_context():
        person = find_person(email)
        identity = person.fs_uniquifier if person else "nobody"
    with browser.client.session_transaction(SIGN_IN, base_url=browser.base) as session:
        session.update(tf_user_id=identity, tf_state="ready")
    return browser


@pytest.mark.parametrize(
    "path", ["/backoffice/sign-in/code/", "/backoffice/sign-in/recovery-code/"]
)
def test_no_second_factor_is_asked_of_a_stranger(paris, path):
    """Such as who stopped being a member after giving the password."""
    with paris.app_context(), writing():
        for email in (MEMBER, STRANGER):
            find_person(email).tf_primary_method = "authenticator"
    assert half_signed_in(paris, MEMBER).get(path).status_code == 200
    answers = [half_signed_in(paris, email).get(path) for email in (STRANGER, NOBODY)]
    assert [one.headers["Location"] for one in answers] == [SIGN_IN] * 2


def test_every_page_of_sign_in_is_to_a_stranger_what_it_is_to_nobody(paris):
    """With a session such as they would have, were they let in, and a form that is right."""
    form = {"password": PASSWORD, "code": "000000", "password_confirm": PASSWORD}
    for rule in rules(paris, SECURITY):
        if rule.build_only:
            continue
        path = rule.rule.replace("<token>", "made-up")
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            answers = []
            for email in (STRANGER, NOBODY):
                browser = Member(paris, STRANGER) if email == STRANGER else Browser(paris)
                browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{next(networks) % 250}"
                answer = browser.client.open(
                    path, method=method, base_url=browser.base, data=form | {"email": email}
                )
                answers.append(words(answer, email))
                assert browser.get("/backoffice/").status_code == 303, (method, path)
            assert answers[0] == answers[1], (method, path)


def test_every_page_of_sign_in_answers_members_and_operators(paris):
    for email in (MEMBER, OPERATOR):
        for rule in rules(paris, SECURITY):
            if "GET" in rule.methods and not rule.build_only:
                browser = Member(paris, email)
                path = rule.rule.replace("<token>", "made-up")
                assert browser.get(path).status_code in (200, 302), (email, path)
                assert browser.get("/backoffice/").status_code == 200, (email, path)
