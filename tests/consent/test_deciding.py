"""A decision by form or by API: checked against what was published, recorded, remembered."""

import json
import re
import time
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import unquote

import pytest
from werkzeug.test import TestResponse

from portal.database import writing
from portal.tenants.lifecycle import add_hostname
from tests import make
from tests.client import CONSENTS, PREFERENCES, Visitor
from tests.conftest import running
from tests.consent import drafts
from tests.consent.records import stored

OF_THE_ACT = {"id", "consent_id", "given_at", "valid_until", "surface"}
ANSWER = {"decision": "accept_all", "policy": 1}


def set_cookie(response: TestResponse) -> dict[str, str]:
    """The one cookie of an answer: its name and value, then its attributes."""
    [header] = response.headers.getlist("Set-Cookie")
    parts = (part.partition("=") for part in header.split("; "))
    return {name: value for name, _, value in parts}


def assert_refused(app, response: TestResponse, status: int) -> None:
    assert response.status_code == status
    assert "Set-Cookie" not in response.headers
    assert stored(app) == []


def add_alias(app) -> None:
    with app.app_context(), writing():
        add_hostname(make.find(), "alias.example")
    make.heard(app)


def test_form_and_api_lead_to_the_same_record_and_cookie(app):
    make.tenant(app)
    by_form, by_api = Visitor(app), Visitor(app)
    by_form.submit("save", category="statistics", policy=1, language="en")
    by_api.decide("save", accepted=["statistics"], policy=1, language="en")
    one, other = (
        {name: getattr(record, name) for name in record.__slots__ if name not in OF_THE_ACT}
        for record in stored(app)
    )
    assert one == other
    one, other = by_form.preferences, by_api.preferences
    assert {**one, "id": "", "at": 0} == {**other, "id": "", "at": 0}


def test_form_and_api_say_which_of_them_it_was(app, visitor):
    make.tenant(app)
    visitor.submit()
    visitor.decide()
    visitor.decide(surface="preference_centre")
    assert [one.surface for one in stored(app)] == ["form", "api", "preference_centre"]


@pytest.mark.parametrize(
    ("decision", "named", "accepted", "rejected"),
    [
        ("accept_all", [], ["necessary", "preferences", "statistics"], []),
        ("reject_all", [], ["necessary"], ["preferences", "statistics"]),
        ("withdraw", [], ["necessary"], ["preferences", "statistics"]),
        ("save", [], ["necessary"], ["preferences", "statistics"]),
        ("save", ["statistics"], ["necessary", "statistics"], ["preferences"]),
        ("save", ["necessary", "preferences"], ["necessary", "preferences"], ["statistics"]),
    ],
)
def test_every_category_is_either_accepted_or_rejected(
    lone_app, lone_visitor, decision, named, accepted, rejected
):
    make.tenant(lone_app)
    drafts.add_category(lone_app, "preferences")
    version = make.publish(lone_app)
    receipt = lone_visitor.decide(decision, policy=version, accepted=named).json
    assert (receipt["accepted"], receipt["rejected"]) == (accepted, rejected)
    cookie = lone_visitor.preferences
    assert (cookie["accepted"], cookie["rejected"]) == (accepted, rejected)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"decision": "maybe"}, "bad_body"),
        ({"policy": 2}, "unknown_policy_version"),
        ({"language": "de"}, "unknown_language"),
        ({"language": "FR"}, "unknown_language"),
        ({"surface": "telephone"}, "bad_body"),
        ({"decision": "save", "accepted": ["nonsense"]}, "unknown_category"),
        ({"decision": "save", "accepted": ["marketing"]}, "unknown_category"),
        ({"decision": "accept_all", "accepted": ["statistics"]}, "categories_not_expected"),
        ({"decision": "withdraw", "accepted": ["statistics"]}, "categories_not_expected"),
    ],
)
def test_the_api_refuses_an_answer_to_what_was_never_asked(lone_app, lone_visitor, members, code):
    make.tenant(lone_app)
    response = lone_visitor.decide(**members)
    assert response.json["code"] == code
    assert_refused(lone_app, response, 422)


@pytest.mark.parametrize(
    "fields",
    [
        {"decision": "maybe"},
        {"decision": ""},
        {"policy": "2"},
        {"policy": "-1"},
        {"policy": "1.0"},
        {"policy": "１"},  # noqa: RUF001  a digit, but not one of ASCII's
        {"policy": "9" * 5000},
        {"language": "de"},
        {"language": "f\0r"},
        {"decision": "save", "category": "nonsense"},
        {"decision": "save", "category": ["statistics", "marketing"]},
        {"decision": "save", "category": "\0"},
    ],
)
def test_the_form_refuses_an_answer_to_what_was_never_asked(lone_app, lone_visitor, fields):
    make.tenant(lone_app)
    response = lone_visitor.submit(**fields)
    assert response.mimetype == "text/html"
    assert_refused(lone_app, response, 422)


def test_a_decision_on_an_older_version_is_accepted_and_names_it(app, visitor):
    make.tenant(app)
    make.change(app, "paris", name="Another name")
    assert make.publish(app) == 2
    assert visitor.decide(policy=1).json["policy"] == 1
    assert visitor.preferences["policy"] == 1


def test_an_older_version_is_judged_by_its_own_categories(app, visitor):
    make.tenant(app)
    drafts.remove_category(app, "statistics")
    make.publish(app)
    assert visitor.decide("save", policy=1, accepted=["statistics"]).status_code == 201
    assert visitor.decide("save", policy=2, accepted=["statistics"]).status_code == 422


def test_an_older_version_is_judged_by_its_own_languages(app, visitor):
    make.tenant(app)
    make.change(app, "paris", languages=["fr", "de"])
    make.publish(app)
    assert visitor.decide(policy=1, language="ar").json["language"] == "ar"
    assert visitor.decide(policy=1, language="de").status_code == 422
    assert visitor.decide(policy=2, language="ar").status_code == 422
    assert visitor.decide(policy=2, language="de").json["language"] == "de"


def test_a_version_that_another_server_published_a_moment_ago_is_known(app, environ, visitor):
    make.tenant(app)
    visitor.get()
    make.change(app, "paris", name="Another name")
    with contextmanager(running)(environ) as elsewhere:
        assert make.publish(elsewhere) == 2
    assert visitor.decide(policy=2).json["policy"] == 2


def test_a_browser_keeps_its_consent_id_and_its_records_form_a_chain(app, visitor):
    make.tenant(app)
    visitor.decide()
    visitor.submit("reject_all")
    visitor.decide("withdraw")
    first, second, third = stored(app)
    assert len({first.consent_id, second.consent_id, third.consent_id}) == 1
    assert [first.previous, second.previous, third.previous] == [None, first.id, second.id]


def test_every_browser_gets_a_consent_id_of_its_own(app):
    make.tenant(app)
    for _ in range(3):
        Visitor(app).decide()
    assert len({one.consent_id for one in stored(app)}) == 3
    assert {one.previous for one in stored(app)} == {None}


def test_a_cookie_that_does_not_count_is_replaced_by_a_new_consent_id(app, visitor):
    make.tenant(app)
    first = visitor.decide().json
    visitor.remember("nonsense")
    second = visitor.decide().json
    assert second["consent_id"] != first["consent_id"]
    assert second["previous"] is None


def test_a_chain_never_leads_to_another_tenant(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en")
    paris, oslo = Visitor(app), Visitor(app, "oslo.example")
    paris.decide()
    oslo.remember(paris.client.get_cookie("cookies_preferences", domain=paris.host).value)
    assert oslo.decide().json["previous"] is None


@pytest.mark.parametrize(
    ("headers", "gpc"),
    [
        ({"Sec-GPC": "1"}, True),
        ({}, False),
        ({"Sec-GPC": "0"}, False),
        ({"Sec-GPC": "true"}, False),
        ({"Sec-GPC": "01"}, False),
        ({"Sec-GPC": "1, 1"}, True),
        ({"Sec-GPC": "0,1"}, True),
        ({"Sec-GPC": "1 1"}, False),
        ({"Sec-GPC": ""}, False),
    ],
)
def test_global_privacy_control_is_noted_only_for_exactly_1(lone_app, lone_visitor, headers, gpc):
    make.tenant(lone_app)
    assert lone_visitor.decide(headers=headers).json["gpc"] is gpc


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://paris.example/terms/cookies-policy/", "/terms/cookies-policy/"),
        ("http://paris.example/search?q=my+illness#results", "/search"),
        ("https://PARIS.example:8443/a", "/a"),
        ("http://alias.example/a", "/a"),
        ("http://paris.example/caf%C3%A9", "/caf%C3%A9"),
        ('http://paris.example/a b<script>"', "/a%20b%3Cscript%3E%22"),
        ("http://paris.example/" + "a" * 5000, "/" + "a" * 1023),
        ("http://elsewhere.example/private", None),
        ("http://paris.example.evil.example/", None),
        ("http://paris.example@evil.example/", None),
        ("http://[", None),
        ("/terms/", None),
        ("about:blank", None),
    ],
)
def test_the_page_is_the_path_of_the_tenants_own_page(lone_app, lone_visitor, referer, page):
    make.tenant(lone_app)
    add_alias(lone_app)
    assert lone_visitor.decide(headers={"Referer": referer}).json["page"] == page


def test_a_decision_is_valid_for_as_long_as_the_tenant_says(app, visitor):
    make.tenant(app)
    make.change(app, "paris", consent_days=30)
    visitor.decide(policy=make.publish(app))
    [record] = stored(app)
    assert record.valid_until - record.given_at == timedelta(days=30)


@pytest.mark.parametrize("way", ["decide", "submit"])
def test_the_cookie_has_the_attributes_of_the_contract(lone_app, lone_visitor, way):
    make.tenant(lone_app)
    cookie = set_cookie(getattr(lone_visitor, way)())
    expected = {"cookies_preferences", "Path", "SameSite", "Max-Age", "Expires"}
    assert set(cookie) == expected  # so neither HttpOnly nor Domain, and Secure on https alone
    assert (cookie["Path"], cookie["SameSite"]) == ("/", "Lax")
    assert 182 * 86400 - 10 <= int(cookie["Max-Age"]) <= 182 * 86400


def test_the_cookie_is_secure_on_https(lone_app):
    make.tenant(lone_app)
    assert "Secure" in set_cookie(Visitor(lone_app, scheme="https").decide())


def test_the_cookie_lives_as_long_as_the_tenant_says(lone_app, lone_visitor):
    make.tenant(lone_app)
    make.change(lone_app, "paris", consent_days=395)
    version = make.publish(lone_app)
    age = int(set_cookie(lone_visitor.decide(policy=version))["Max-Age"])
    assert 395 * 86400 - 10 <= age <= 395 * 86400


def test_the_cookie_holds_the_json_of_the_contract(lone_app, lone_visitor):
    make.tenant(lone_app)
    for key in ("preferences", "marketing"):
        drafts.add_category(lone_app, key)
    version = make.publish(lone_app)
    response = lone_visitor.decide("save", policy=version, accepted=["statistics"])
    value, now = set_cookie(response)["cookies_preferences"], time.time()
    content = json.loads(unquote(value))
    assert abs(content.pop("at") - now) < 10
    assert content == {
        "v": 1,
        "id": response.json["consent_id"],
        "policy": 2,
        "accepted": ["necessary", "statistics"],
        "rejected": ["preferences", "marketing"],
    }
    assert " " not in unquote(value)
    assert re.fullmatch(r"(?:[A-Za-z0-9_-]|%[0-9A-F]{2}){1,1023}", value)


@pytest.mark.parametrize("way", ["decide", "submit"])
def test_the_answer_to_a_decision_is_never_stored_by_a_cache(lone_app, lone_visitor, way):
    make.tenant(lone_app)
    assert getattr(lone_visitor, way)().headers["Cache-Control"] == "no-store"


def test_the_form_leads_back_with_303(lone_app, lone_visitor):
    make.tenant(lone_app)
    response = lone_visitor.submit(next="/terms/cookies-policy/")
    assert (response.status_code, response.location) == (303, "/terms/cookies-policy/")


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "https://paris.example.evil.example"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "new-word"},
]
OWN = [
    {},
    {"Origin": "http://paris.example"},
    {"Origin": "https://paris.example:8443"},
    {"Origin": "http://alias.example"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("content", [{"json": ANSWER}, {"data": ANSWER}])
def test_no_other_site_can_decide_for_a_visitor(lone_app, lone_visitor, headers, content):
    make.tenant(lone_app)
    path = CONSENTS if "json" in content else PREFERENCES
    response = lone_visitor.client.post(
        path, base_url=lone_visitor.base, headers=headers, **content
    )
    assert_refused(lone_app, response, 403)


@pytest.mark.parametrize("headers", OWN)
def test_the_tenants_own_pages_can_decide(lone_app, lone_visitor, headers):
    make.tenant(lone_app)
    add_alias(lone_app)
    assert lone_visitor.decide(headers=headers).status_code == 201


def test_a_page_without_https_cannot_decide_for_one_with_it(lone_app):
    make.tenant(lone_app)
    visitor = Visitor(lone_app, scheme="https")
    response = visitor.decide(headers={"Origin": "http://paris.example"})
    assert_refused(lone_app, response, 403)
