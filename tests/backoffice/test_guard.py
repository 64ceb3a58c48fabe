"""Who gets in: members, as far as their role goes, and nobody else."""

import pytest
from flask_security import hash_password

from portal.database import writing
from portal.people.accounts import find_person, sign_out_everywhere
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.backoffice_host import both_ways
from tests.client import POLICY

pytestmark = both_ways

PASSWORD = "five wild swans over Oslo"
EMAIL = "owner@paris.example"
SIGN_IN = "/backoffice/sign-in/"


@pytest.fixture
def paris(app):
    make.tenant(app)
    add_member(app, EMAIL)
    with app.test_request_context("/backoffice/"), writing():
        find_person(EMAIL).password = hash_password(PASSWORD)
    return app


def sign_in(app, password=PASSWORD, **fields):
    client = app.test_client()
    form = {"email": EMAIL, "password": password, **fields}
    return client, client.post(SIGN_IN, base_url="http://paris.example", data=form)


def test_who_is_not_signed_in_is_asked_to_and_then_led_where_they_wanted_to_go(paris):
    stranger = paris.test_client()
    answer = stranger.get("/backoffice/account/", base_url="http://paris.example")
    assert answer.status_code == 303
    asked = answer.headers["Location"]
    assert asked == f"{SIGN_IN}?next=/backoffice/account/"
    form = {"email": EMAIL, "password": PASSWORD}
    answer = stranger.post(asked, base_url="http://paris.example", data=form)
    assert answer.headers["Location"] == "/backoffice/account/"
    page = stranger.get(answer.headers["Location"], base_url="http://paris.example")
    assert page.status_code == 200


def test_signing_in_sets_the_two_declared_cookies_and_no_other(paris):
    client, answer = sign_in(paris, remember="y")
    client.get("/backoffice/", base_url="http://paris.example")
    cookies = {one.key: one for one in client._cookies.values()}
    assert set(cookies) == {"sessionid", "csrftoken"}
    assert cookies["sessionid"].http_only
    assert not cookies["csrftoken"].http_only
    assert "Max-Age" in str(answer.headers) or "Expires" in answer.headers["Set-Cookie"]
    assert all(one.same_site == "Lax" for one in cookies.values())


def test_cookies_are_secure_where_the_connection_is(paris):
    client = paris.test_client()
    form = {"email": EMAIL, "password": PASSWORD}
    answer = client.post(SIGN_IN, base_url="https://paris.example", data=form)
    assert "Secure" in answer.headers["Set-Cookie"]


def test_asking_for_the_form_sets_no_cookie(paris):
    answer = paris.test_client().get(SIGN_IN, base_url="http://paris.example")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "fields", [{"password": "wrong"}, {"email": "nobody@paris.example"}, {"email": "no\0t"}]
)
def test_what_is_wrong_tells_nothing_of_who_has_an_account(paris, fields):
    _, wrong = sign_in(paris, **fields)
    assert wrong.status_code == 200
    assert "The email address or the password is not right." in wrong.text
    assert "sessionid" not in str(wrong.headers)


def test_trying_many_passwords_is_stopped(paris):
    statuses = [sign_in(paris, "wrong")[1].status_code for _ in range(12)]
    assert statuses[0] == 200
    assert statuses[-1] == 429


def test_a_form_from_elsewhere_signs_nobody_in(paris):
    form = {"email": EMAIL, "password": PASSWORD}
    answer = paris.test_client().post(
        SIGN_IN,
        base_url="http://paris.example",
        data=form,
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403


def test_one_is_led_to_the_own_host_alone_after_signing_in(paris):
    client = paris.test_client()
    form = {"email": EMAIL, "password": PASSWORD}
    target = f"{SIGN_IN}?next=//evil.example/"
    answer = client.post(target, base_url="http://paris.example", data=form)
    assert "evil" not in answer.headers.get("Location", "")


def test_a_member_of_another_tenant_is_nobody_here(app, backoffice_host):
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    add_member(app, "owner@oslo.example", slug="oslo")
    foreign = Member(app, "owner@oslo.example", "paris.example").get()
    if backoffice_host:  # signed in there, and a member elsewhere
        assert foreign.status_code == 403
        assert "not a member" in foreign.text
    else:
        assert foreign.headers["Location"] == "/backoffice/sign-in/?next=/backoffice/"


def test_an_operator_reaches_every_tenant(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    add_member(app, "op@oslo.example", "auditor", "oslo")
    with app.app_context(), writing():
        find_person("op@oslo.example").operator = True
    assert Member(app, "op@oslo.example", "paris.example").get().status_code == 200


def test_an_act_without_the_token_of_the_page_is_refused(app):
    make.tenant(app)
    member = owner(app)
    bare = member.client.post("/backoffice/account/", base_url=member.base, data={"name": "Eve"})
    assert bare.status_code == 400
    assert member.post("/backoffice/account/", {"name": "Ada"}).status_code == 303
    assert "Ada" in member.get("/backoffice/account/").text


def test_signing_out_everywhere_ends_every_session(app):
    make.tenant(app)
    member = owner(app)
    assert member.get().status_code == 200
    with app.app_context(), writing():
        sign_out_everywhere(find_person("owner@paris.example"))
    assert member.get().status_code == 303


def test_public_pages_know_no_session_even_when_somebody_is_signed_in(app):
    make.tenant(app)
    member = owner(app)
    page = member.get(POLICY)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers


def test_the_back_office_speaks_french_to_who_asks_for_it(app):
    make.tenant(app)
    page = owner(app).get(headers={"Accept-Language": "fr"})
    assert '<html lang="fr"' in page.text
