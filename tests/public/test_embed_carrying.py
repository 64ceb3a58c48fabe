"""A decision carried to another site: by a link through the portal, under a seal, once."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote, urlsplit

import pytest
from flask import Flask
from itsdangerous import TimestampSigner

from portal.database import writing
from portal.tenants.embedding import embed
from tests import make
from tests.client import Visitor

SHOP, NEWS = "https://www.shop.example", "https://news.paris.example"


def open_paris(app: Flask) -> Visitor:
    make.tenant(app)
    with app.app_context(), writing():
        embed(make.find(), "paris.example", [SHOP, "https://blog.example"])
    make.heard(app)
    return Visitor(app, scheme="https")


@pytest.fixture
def paris(lone_app) -> Visitor:
    return open_paris(lone_app)


@pytest.fixture
def paris_on_both(app) -> Visitor:
    return open_paris(app)


def carry(visitor: Visitor, to: str, consent_id: str = "", referrer: str = f"{NEWS}/page"):
    return visitor.get(f"/embed/carry?id={consent_id}&to={quote(to, safe='')}", Referer=referrer)


def decided(visitor: Visitor) -> str:
    answer = Visitor(visitor.client.application, scheme="https").decide("accept_all")
    return str(answer.get_json()["consent_id"])


def seal_of(answer) -> str:
    return urlsplit(answer.location).fragment.removeprefix("consent=").partition("&")[0]


def broken(visitor: Visitor, seal: str, origin: str = SHOP) -> bool:
    answer = visitor.get(f"/embed/carried/{seal}", Origin=origin)
    return 400 <= answer.status_code < 500 and "accepted" not in answer.text


def test_a_seal_brings_the_decision_to_the_site_it_was_made_for(paris_on_both):
    number = decided(paris_on_both)
    answer = carry(paris_on_both, f"{SHOP}/page?a=b#part", number)
    assert answer.status_code == 303
    assert answer.location == f"{SHOP}/page?a=b#consent={seal_of(answer)}&part"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    found = paris_on_both.get(f"/embed/carried/{seal_of(answer)}", Origin=SHOP)
    assert found.get_json()["id"] == number
    assert found.get_json()["accepted"] == ["necessary", "statistics"]
    assert found.headers["Access-Control-Allow-Origin"] == SHOP
    assert found.headers["Cache-Control"] == "no-store"


def test_a_site_beside_the_portal_gets_the_cookie_itself(paris_on_both):
    answer = carry(paris_on_both, f"{NEWS}/page#part", decided(paris_on_both), f"{SHOP}/")
    assert answer.location == f"{NEWS}/page#part"
    assert "Domain=paris.example" in answer.headers["Set-Cookie"]


def test_what_the_visitor_decided_there_stays(paris):
    paris.decide("reject_all")
    answer = carry(paris, f"{NEWS}/page", decided(paris), f"{SHOP}/")
    assert answer.location == f"{NEWS}/page"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "referrer", ["", "https://evil.example/", "null", "http://[", SHOP + ".evil"]
)
def test_who_comes_from_elsewhere_carries_nothing(paris, referrer):
    answer = carry(paris, f"{SHOP}/page", decided(paris), referrer)
    assert answer.location == f"{SHOP}/page"


@pytest.mark.parametrize(
    "number", ["", "x", "0" * 36, "00000000-0000-4000-8000-000000000000", "%00"]
)
def test_a_number_of_nobody_carries_nothing(paris, number):
    assert carry(paris, f"{SHOP}/page", number).location == f"{SHOP}/page"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "/page",
        "//evil.example/",
        "https://evil.example/",
        "https://www.shop.example.evil.example/",
        "https://www.shop.example@evil.example/",
        "https://www.shop.example:444/",
        "http://www.shop.example/",
        "http://news.paris.example/",
        "https://evil.example\\.paris.example/",
        "https://evil.example\\@news.paris.example/",
        "https://www.shop.example\\@evil.example/",
        "javascript:alert(1)//paris.example",
        "https:www.shop.example/",
        "https://[",
        " https://evil.example/",
        "https://evil.example/\nhttps://www.shop.example",
    ],
)
def test_the_link_leads_nowhere_but_to_the_tenants_sites(paris, to):
    answer = carry(paris, to, decided(paris))
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("path", ["a\r\nX: y", "\tb", "%0d%0aX:y", "é"])
def test_an_address_never_becomes_a_header(paris, path):
    answer = carry(paris, f"{SHOP}/{path}", decided(paris))
    assert answer.status_code in (303, 400)
    assert "X" not in answer.headers


def test_a_seal_for_one_site_opens_on_no_other(paris):
    seal = seal_of(carry(paris, f"{SHOP}/", decided(paris)))
    for origin in ("https://blog.example", "https://evil.example", "null", ""):
        assert broken(paris, seal, origin)


def test_a_seal_of_one_tenant_opens_at_no_other(paris, lone_app):
    make.tenant(lone_app, "oslo", "en", ("en",))
    with lone_app.app_context(), writing():
        embed(make.find("oslo"), "", [SHOP])
    make.heard(lone_app)
    seal = seal_of(carry(paris, f"{SHOP}/", decided(paris)))
    assert broken(Visitor(lone_app, "oslo.example", "https"), seal)


def test_a_seal_that_was_touched_is_broken(paris):
    seal = seal_of(carry(paris, f"{SHOP}/", decided(paris)))
    middle = len(seal) // 3
    changed = seal[:middle] + ("A" if seal[middle] != "A" else "B") + seal[middle + 1 :]
    for one in (changed, seal[:-1], seal + "x", "x", "a.b.c", "." * 9, "%00"):
        assert broken(paris, one)


def test_a_seal_expires(paris, monkeypatch):
    seal = seal_of(carry(paris, f"{SHOP}/", decided(paris)))
    later = int((datetime.now(UTC) + timedelta(seconds=62)).timestamp())
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: later)
    assert broken(paris, seal)


def test_a_decision_that_no_longer_counts_is_not_carried(paris, monkeypatch):
    number = decided(paris)

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=400)

    monkeypatch.setattr("portal.public.embed.carrying.datetime", Later)
    assert carry(paris, f"{SHOP}/", number).location == f"{SHOP}/"


def test_the_latest_decision_is_the_one_that_travels(paris_on_both):
    browser = Visitor(paris_on_both.client.application, scheme="https")
    number = browser.decide("accept_all").get_json()["consent_id"]
    browser.client.set_cookie(
        "cookies_preferences",
        browser.client.get_cookie("cookies_preferences", domain="paris.example").value,
        domain="paris.example",
    )
    assert browser.decide("withdraw").get_json()["consent_id"] == number
    seal = seal_of(carry(paris_on_both, f"{SHOP}/", number))
    value = json.loads(unquote(paris_on_both.get(f"/embed/carried/{seal}", Origin=SHOP).text))
    assert value["accepted"] == ["necessary"]


def test_an_address_with_an_impossible_port_is_no_site(paris):
    assert carry(paris, "https://paris.example:99999/").status_code == 400
