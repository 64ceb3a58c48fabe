"""The screen on which an owner lets programs in."""

import re

import pytest

from tests import make
from tests.api.program import Program, token
from tests.backoffice.browser import PASSWORD, give_password
from tests.backoffice.member import Member, add_member, owner

TOKENS = "/backoffice/tokens/"
NEW = f"{TOKENS}new/"
FIELDS = {"name": "Nightly export", "scope": ["cookies:read", "figures:read"], "days": "90"}


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


def secret_in(page):
    found = re.search(r"cpt_[0-9A-Za-z]{49}", page.text)
    return found and found[0]


def test_an_owner_makes_a_token_that_is_shown_once(paris):
    member = owner(paris)
    made = member.post(NEW, FIELDS)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    secret = secret_in(made)
    assert Program(paris, secret).get("/cookies").status_code == 200
    assert Program(paris, secret).get("/records").status_code == 403
    listed = member.get(TOKENS)
    assert "Nightly export" in listed.text
    assert secret[:8] in listed.text
    assert not secret_in(listed)


def test_making_one_asks_for_the_password_again_when_that_was_long_ago(paris):
    member = owner(paris)
    with member.client.session_transaction("/backoffice/", base_url=member.base) as session:
        session["fs_paa"] -= 3600
    for answer in (member.get(NEW), member.post(NEW, FIELDS)):
        assert answer.headers["Location"] == f"/backoffice/sign-in/again/?next={NEW}"
    assert "No program has a token" in member.get(TOKENS).text


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": ""}, "Give the token a name"),
        ({"name": "x" * 101}, "At most 100 characters"),
        ({"scope": []}, "Choose what the token may do"),
        ({"scope": ["everything"]}, "There is no scope “everything”"),
        ({"days": "91"}, "Choose between one day"),
        ({"days": "\0"}, "Choose between one day"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(paris, fields, complaint):
    answer = owner(paris).post(NEW, FIELDS | fields)
    assert answer.status_code == 422
    assert complaint in answer.text
    assert f'value="{(FIELDS | fields)["name"]}"' in answer.text
    assert not secret_in(answer)


def test_a_revoked_token_opens_nothing_and_stays_in_sight(paris):
    member, secret = owner(paris), token(paris)
    link = re.search(rf"{TOKENS}[0-9a-f-]+/revoke/", member.get(TOKENS).text)[0]
    assert "Revoke “Robot”?" in member.get(link).text
    assert Program(paris, secret).get("/cookies").status_code == 200
    assert "opens nothing any more" in member.post(link, follow_redirects=True).text
    assert Program(paris, secret).get("/cookies").status_code == 401
    assert "1 token that is over" in member.get(TOKENS).text


def test_tokens_of_another_tenant_do_not_exist_here(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    secret = token(paris, slug="oslo", name="Fjord")
    link = re.search(rf"{TOKENS}[0-9a-f-]+/revoke/", owner(paris, "oslo").get(TOKENS).text)[0]
    member = owner(paris)
    assert "Fjord" not in member.get(TOKENS).text
    assert member.get(link).status_code == member.post(link).status_code == 404
    assert Program(paris, secret, "oslo.example").get("/cookies").status_code == 200


@pytest.mark.parametrize("role", ["editor", "publisher", "auditor"])
def test_only_owners_see_and_make_tokens(paris, role):
    add_member(paris, "ben@city.example", role)
    ben = Member(paris, "ben@city.example")
    for answer in (ben.get(TOKENS), ben.get(NEW), ben.post(NEW, FIELDS)):
        assert answer.status_code == 403
    assert TOKENS not in ben.get().text


def test_the_screen_is_in_french_too(paris):
    page = owner(paris).get(TOKENS, headers={"Accept-Language": "fr"})
    assert "Jetons d’API" in page.text


def test_the_trail_tells_of_tokens_in_words(paris):
    member = owner(paris)
    member.post(NEW, FIELDS)
    page = member.get("/backoffice/audit/")
    for words in ("API token", "Nightly export", "What it may do", "cookies:read"):
        assert words in page.text


def test_tokens_are_made_and_revoked_by_who_has_just_signed_in_and_what_was_typed_is_kept(paris):
    member = owner(paris)
    token(paris)
    revoke = re.search(rf'href="({TOKENS}[0-9a-f-]+/revoke/)"', member.get(TOKENS).text)[1]
    give_password(paris, "owner@paris.example")
    with member.client.session_transaction("/backoffice/", base_url=member.base) as session:
        session["fs_paa"] -= 3600
    again = "/backoffice/sign-in/again/?next="
    for answer in (member.get(revoke), member.post(revoke)):
        assert answer.headers["Location"] == f"{again}{revoke}"
    asked = member.post(NEW, FIELDS)
    assert asked.headers["Location"] == f"{again}{NEW}"
    page = member.post(asked.headers["Location"], {"password": PASSWORD}, follow_redirects=True)
    assert 'value="Nightly export"' in page.text
    assert len(re.findall(r'name="scope"[^>]* checked', page.text)) == 2
