"""Decisions from pages of other sites: whose may send one, and who may read the answer (CORS)."""

import pytest

from portal.database import writing
from portal.tenants.embedding import embed, shared_domain
from portal.tenants.lifecycle import BadDetail, add_hostname
from tests import make
from tests.client import CONSENTS, Visitor

SHOP, NEWS, OWN = "https://www.shop.example", "https://news.paris.example", "https://paris.example"
NUMBER = "7c0ffee0-0000-4000-8000-000000000001"
STRANGERS = [
    "null",
    "https://evil.example",
    "http://www.shop.example",
    "https://www.shop.example:8443",
    "https://www.shop.example.evil.example",
    "https://notparis.example",
    "http://news.paris.example",
    "https://paris.example.evil.example",
    "HTTPS://WWW.SHOP.EXAMPLE",
    "https://www.shop.example/",
    "https://",
    "*",
]


def open_paris(app) -> Visitor:
    make.tenant(app)
    with app.app_context(), writing():
        embed(make.find(), "paris.example", [SHOP])
    make.heard(app)
    return Visitor(app, scheme="https")


@pytest.fixture
def paris(lone_app) -> Visitor:
    return open_paris(lone_app)


def ask_first(visitor: Visitor, origin: str):
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return visitor.client.options(CONSENTS, base_url=visitor.base, headers=headers)


def decide(visitor: Visitor, origin: str, **members):
    return visitor.decide(headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"}, **members)


def test_a_decision_from_another_site_is_recorded_with_its_page(app):
    answer = decide(open_paris(app), SHOP, consent_id=NUMBER, page="/a?b#c é", gpc=True)
    assert answer.status_code == 201
    receipt = answer.get_json()
    assert receipt["consent_id"] == NUMBER
    assert receipt["page"] == f"{SHOP}/a%3Fb%23c%20%C3%A9"
    assert receipt["gpc"] is True
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


def test_a_site_beside_the_portal_gets_the_cookie(app):
    answer = decide(open_paris(app), NEWS, consent_id=NUMBER)
    assert answer.get_json()["consent_id"] == NUMBER
    assert "Domain=paris.example" in answer.headers["Set-Cookie"]
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"


@pytest.mark.parametrize(("origin", "credentials"), [(SHOP, None), (NEWS, "true")])
def test_browsers_that_ask_first_are_told(paris, origin, credentials):
    answer = ask_first(paris, origin)
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert answer.headers.get("Access-Control-Allow-Credentials") == credentials


@pytest.mark.parametrize("origin", STRANGERS)
def test_strangers_decide_nothing_and_read_nothing(paris, origin):
    assert "Access-Control-Allow-Origin" not in ask_first(paris, origin).headers
    answer = decide(paris, origin)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_other_addresses_stay_closed_to_other_sites(paris):
    number = decide(paris, OWN).get_json()["id"]
    for path in (f"{CONSENTS}/{number}", "/api/v1/policy"):
        assert "Access-Control-Allow-Origin" not in paris.get(path, Origin=SHOP).headers


def test_the_portals_own_pages_name_no_number_and_no_page(paris):
    receipt = decide(paris, OWN, consent_id=NUMBER, page="/x", gpc=True).get_json()
    assert receipt["consent_id"] != NUMBER
    assert receipt["page"] is None
    assert receipt["gpc"] is False


@pytest.mark.parametrize("page", ["", "x", "https://evil.example/", 1, None])
def test_a_page_is_a_path(paris, page):
    assert decide(paris, SHOP, page=page).status_code == 422


def test_a_long_path_is_cut_not_refused(paris):
    receipt = decide(paris, SHOP, page="/" + "x" * 8000).get_json()
    assert receipt["page"] == (SHOP + "/" + "x" * 8000)[:1024]


def test_cookies_that_were_refused_expire_even_a_lone_one(paris, lone_app):
    make.cookie(lone_app, name="_pk_id")
    make.publish(lone_app)
    paris.client.set_cookie("_pk_id", "x", domain="paris.example")
    answer = decide(paris, NEWS, decision="reject_all", policy=2)
    gone = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("_pk_id=;")]
    assert any("Domain=paris.example" in one for one in gone)
    assert any("Domain" not in one for one in gone)


def test_a_hostname_outside_the_domain_keeps_cookies_and_promises_for_itself(app):
    paris = open_paris(app)
    with app.app_context(), writing():
        add_hostname(make.find(), "paris.elsewhere.example")
    make.heard(app)
    apart = Visitor(app, "paris.elsewhere.example", "https")
    assert '"domain":"paris.example"' in paris.get("/consent.js").text
    assert '"domain":""' in apart.get("/consent.js").text
    assert "Domain=paris.example" in paris.decide().headers["Set-Cookie"]
    assert "Domain" not in apart.decide().headers["Set-Cookie"]
    assert apart.preferences is not None
    answer = decide(apart, NEWS)
    assert answer.headers["Access-Control-Allow-Origin"] == NEWS
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("hostname", "typed", "kept"),
    [
        ("portal.city.example", "city.example", "city.example"),
        ("portal.city.example", " .City.Example. ", "city.example"),
        ("portal.city.example", "", ""),
        ("portal.münchen.de", "münchen.de", "xn--mnchen-3ya.de"),
        ("portal.city.co.uk", "city.co.uk", "city.co.uk"),
    ],
)
def test_a_cookie_domain_is_above_the_portal(lone_app, hostname, typed, kept):
    make.tenant(lone_app, hostname=hostname.encode("idna").decode())
    with lone_app.app_context():
        assert shared_domain(make.find(), typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["co.uk", "uk", "evil.co.uk", "ity.co.uk", "x.portal.city.co.uk", "a b", "*.city.co.uk", "."],
)
def test_a_cookie_domain_is_nobody_elses(lone_app, typed):
    make.tenant(lone_app, hostname="portal.city.co.uk")
    with lone_app.app_context(), pytest.raises(BadDetail):
        shared_domain(make.find(), typed)


def test_what_a_site_may_be_called_is_written_as_browsers_do(lone_app):
    make.tenant(lone_app)
    typed = ["WWW.Shop.example", "https://www.shop.example:443/a", "http://münchen.de:8080"]
    with lone_app.app_context(), writing():
        assert embed(make.find(), "", typed).sites == [SHOP, "http://xn--mnchen-3ya.de:8080"]
    for one in (
        "ftp://x.example",
        "https://u:p@x.example",
        "https://",
        "https://[",
    ):
        with lone_app.app_context(), pytest.raises(BadDetail):
            embed(make.find(), "", [one])
