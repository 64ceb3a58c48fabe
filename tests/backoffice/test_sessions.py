"""Sessions: where they count, and what cookies that somebody else planted can do."""

import pytest
from flask import Flask

from portal.database import writing
from portal.people.accounts import find_person, sign_out_everywhere
from portal.people.members import remove
from tests import make
from tests.backoffice.browser import SIGN_IN, Browser, give_password
from tests.backoffice.member import Member, add_member

EMAIL, EVE = "owner@paris.example", "eve@city.example"


@pytest.fixture
def paris(lone_app):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en", ("en",))
    for email in (EMAIL, EVE):
        for slug in ("paris", "oslo"):
            add_member(lone_app, email, "owner", slug)
        give_password(lone_app, email)
    return lone_app


def session_of(browser: Browser | Member) -> str:
    return browser.client.get_cookie("sessionid", domain=browser.base.split("//")[1]).value


def signed_in(app: Flask, email: str = EMAIL, host: str = "paris.example") -> str:
    browser = Browser(app, host)
    assert browser.sign_in(email).status_code == 302
    return session_of(browser)


def sent(app: Flask, *sessions: str, path: str = "/backoffice/account/"):
    """A page, asked for with these cookies in this order."""
    cookies = "; ".join(f"sessionid={one}" for one in sessions)
    client = app.test_client(use_cookies=False)
    return client.get(path, base_url="http://paris.example", headers={"Cookie": cookies})


def test_a_session_counts_at_the_tenant_where_it_was_made_alone(paris):
    """Both are the same person's, who is an owner at both."""
    assert sent(paris, signed_in(paris)).status_code == 200
    assert sent(paris, signed_in(paris, host="oslo.example")).status_code == 303


def test_a_session_that_is_bound_to_no_tenant_counts_nowhere(paris):
    """Such as those from before sessions were bound."""
    unbound = super(type(paris.session_interface), paris.session_interface)
    with paris.app_context():
        identity = find_person(EMAIL).fs_uniquifier
    value = unbound.get_signing_serializer(paris).dumps({"_user_id": identity, "_fresh": True})
    assert sent(paris, value).status_code == 303


def test_where_a_session_counts_cannot_be_said_by_who_holds_it(paris):
    payload, *_ = signed_in(paris).rpartition(".")
    assert sent(paris, f"{payload}.AAAA").status_code == 303


def anonymous(app: Flask) -> str:
    browser = Browser(app)
    with browser.client.session_transaction(SIGN_IN, base_url=browser.base) as session:
        session["tf_user_id"] = session["csrf_token"] = "planted"
    return session_of(browser)


def signed_out(app: Flask) -> str:
    value = signed_in(app, EVE)
    with app.app_context(), writing():
        sign_out_everywhere(find_person(EVE))
    return value


def removed(app: Flask) -> str:
    value = signed_in(app, EVE)
    with app.app_context(), writing():
        remove(make.find().id, find_person(EVE).id)
    return value


def elsewhere(app: Flask) -> str:
    return signed_in(app, EVE, "oslo.example")


def garbage(_app: Flask) -> str:
    return "garbage"


@pytest.mark.parametrize("made", [anonymous, signed_out, removed, elsewhere, garbage])
def test_a_planted_cookie_does_not_lock_anybody_out(paris, made):
    """A sibling domain plants it with a longer path or before ours; a browser sends it first."""
    own, planted = signed_in(paris), made(paris)
    for cookies in ((planted, own), (own, planted), (*[planted] * 150, own)):
        page = sent(paris, *cookies)
        assert page.status_code == 200
        assert EMAIL in page.text


@pytest.mark.parametrize("made", [anonymous, signed_out, removed, elsewhere, garbage])
def test_a_planted_cookie_lets_nobody_in(paris, made):
    assert sent(paris, made(paris)).status_code == 303


def test_a_colleagues_session_does_not_take_the_place_of_a_newer_one(paris):
    planted, own = signed_in(paris, EVE), signed_in(paris)
    assert EMAIL in sent(paris, planted, own).text


def test_who_gave_the_password_is_asked_for_their_own_code_in_spite_of_a_planted_cookie(paris):
    planted = anonymous(paris)
    browser = Browser(paris)
    with paris.app_context():
        identity = find_person(EMAIL).fs_uniquifier
    with browser.client.session_transaction(SIGN_IN, base_url=browser.base) as session:
        session.update(tf_user_id=identity, tf_state="ready")
    path = "/backoffice/sign-in/recovery-code/"
    assert sent(paris, planted, session_of(browser), path=path).status_code == 200
    assert sent(paris, planted, path=path).status_code == 302


def test_signing_in_begins_a_session_of_its_own(paris):
    browser = Browser(paris)
    with browser.client.session_transaction(SIGN_IN, base_url=browser.base) as session:
        session.update(
            csrf_token="planted", tf_user_id="eve", held_form=["/x", []], authenticator="k"
        )
    assert browser.sign_in(EMAIL).status_code == 302
    with browser.client.session_transaction(SIGN_IN, base_url=browser.base) as session:
        assert set(session) == {"_user_id", "_fresh", "_id", "fs_paa", "_permanent"}
    assert browser.get("/backoffice/account/").status_code == 200


def test_the_cookie_is_for_its_host_alone(paris):
    browser = Browser(paris)
    answer = browser.sign_in(EMAIL)
    [cookie] = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("sessionid=")]
    assert "Domain" not in cookie
    for part in ("Path=/;", "HttpOnly", "SameSite=Lax"):
        assert part in f"{cookie};"


def test_a_planted_csrf_token_neither_counts_nor_hides_ours(paris):
    member = Member(paris, EMAIL)
    member.get("/backoffice/")
    own = member.client.get_cookie("csrftoken", domain="paris.example").value
    cookies = f"csrftoken=planted; csrftoken={own}; sessionid={session_of(member)}"
    client = paris.test_client(use_cookies=False)
    page = client.get("/backoffice/", base_url=member.base, headers={"Cookie": cookies})
    assert not [one for one in page.headers.getlist("Set-Cookie") if "csrftoken" in one]
    answer = client.post(
        "/backoffice/account/",
        base_url=member.base,
        data={"name": "Eve"},
        headers={"Cookie": cookies, "X-CSRFToken": "planted"},
    )
    assert answer.status_code == 400
