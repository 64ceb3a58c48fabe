"""Whatever is sent, the answer is a problem document (RFC 9457) that says what is wrong."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import make
from tests.client import CONSENTS, Visitor
from tests.consent.records import stored

JSON = "application/json"
GOOD = '{"decision":"accept_all","policy":1}'


@pytest.fixture
def paris(lone_app) -> Visitor:
    make.tenant(lone_app)
    return Visitor(lone_app)


def with_member(member: str) -> str:
    """The good body with one member more."""
    return f"{GOOD[:-1]},{member}}}"


def send(visitor: Visitor, body: str | bytes, kind: str = JSON, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.client.post(
        CONSENTS, base_url=visitor.base, data=body, content_type=kind, headers=named
    )


def assert_problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    problem: dict[str, Any] = json.loads(response.text)
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, "about:blank")
    assert problem["title"]
    assert problem["detail"]
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    return problem


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        "{",
        GOOD + "}",
        GOOD[:-1] + ",}",
        "{'decision': 'accept_all'}",
        "decision=accept_all&policy=1",
        "\ufeff" + GOOD,
        "[" * 60_000,
        '{"a":' * 12_000,
        GOOD + "\0",
        b"\xff\xfe",
        b'{"decision":"accept_all\xff","policy":1}',
        GOOD.encode("utf-16"),
        '{"decision":"accept_all\\ud800","policy":1}',
        with_member('"\\udfff":1'),
        '{"decision":"accept\nall","policy":1}',
        '{"decision":"accept_all","policy":01}',
        '{"decision":"accept_all","policy":%s}' % ("9" * 60_000),
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_no_json_is_not_understood(paris, lone_app, body):
    assert_problem(send(paris, body), 400, "bad_request")
    assert stored(lone_app) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("null", ""),
        ("[]", ""),
        ('"accept_all"', ""),
        ("{}", "/decision"),
        ('{"decision":"accept_all"}', "/policy"),
        ('{"decision":null,"policy":1}', "/decision"),
        ('{"decision":["accept_all"],"policy":1}', "/decision"),
        ('{"decision":"ACCEPT_ALL","policy":1}', "/decision"),
        ('{"decision":"accept_all\\u0000","policy":1}', "/decision"),
        ('{"decision":"accept_all","policy":"1"}', "/policy"),
        ('{"decision":"accept_all","policy":1.0}', "/policy"),
        ('{"decision":"accept_all","policy":true}', "/policy"),
        ('{"decision":"accept_all","policy":null}', "/policy"),
        ('{"decision":"accept_all","policy":0}', "/policy"),
        ('{"decision":"accept_all","policy":-1}', "/policy"),
        ('{"decision":"accept_all","policy":2147483648}', "/policy"),
        ('{"decision":"accept_all","policy":1%s}' % ("0" * 300), "/policy"),
        ('{"decision":"accept_all","policy":1e400}', "/policy"),
        ('{"decision":"accept_all","policy":NaN}', "/policy"),
        ('{"decision":"accept_all","policy":Infinity}', "/policy"),
        ('{"decision":"accept_all","policy":{"number":1}}', "/policy"),
        ('{"decision":"save","policy":1,"accepted":"statistics"}', "/accepted"),
        ('{"decision":"save","policy":1,"accepted":{"statistics":true}}', "/accepted"),
        ('{"decision":"save","policy":1,"accepted":null}', "/accepted"),
        ('{"decision":"save","policy":1,"accepted":["statistics",1]}', "/accepted/1"),
        ('{"decision":"save","policy":1,"accepted":[%s"x"]}' % ('"x",' * 5000), "/accepted"),
        (with_member('"language":1'), "/language"),
        (with_member('"language":"' + "x" * 36 + '"'), "/language"),
        (with_member('"surface":"telephone"'), "/surface"),
        (with_member('"surface":null'), "/surface"),
        (with_member('"idempotency_key":"once"'), "/idempotency_key"),
        (with_member('"idempotency_key":7'), "/idempotency_key"),
        (with_member('"dnt":true'), "/dnt"),
        (with_member('"a/b~c":1'), "/a~1b~0c"),
        (with_member('"\\u0000":1'), "/\0"),
    ],
    ids=lambda value: repr(value[:60]),
)
def test_json_of_another_shape_is_told_where_it_is_wrong(paris, lone_app, body, pointer):
    problem = assert_problem(send(paris, body), 422, "bad_body")
    assert pointer in [one["pointer"] for one in problem["errors"]]
    assert all(one["detail"] for one in problem["errors"])
    assert stored(lone_app) == []


def test_every_member_that_is_wrong_is_named(paris):
    body = '{"decision":"maybe","policy":"1","extra":1}'
    problem = assert_problem(send(paris, body), 422, "bad_body")
    pointers = {one["pointer"] for one in problem["errors"]}
    assert pointers == {"/decision", "/policy", "/extra"}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"language": "f\0r"}, "unknown_language"),
        ({"language": "../../etc/passwd"}, "unknown_language"),
        ({"decision": "save", "accepted": ["\0"]}, "unknown_category"),
        ({"decision": "save", "accepted": ["statistics\0"]}, "unknown_category"),
        ({"policy": 2**31 - 1}, "unknown_policy_version"),
    ],
)
def test_odd_text_is_refused_by_the_rules_of_a_decision(paris, lone_app, members, code):
    assert_problem(paris.decide(**members), 422, code)
    assert stored(lone_app) == []


def test_a_body_of_ten_megabytes_is_too_large(paris, lone_app):
    body = with_member('"language":"' + "x" * 10_000_000 + '"')
    assert_problem(send(paris, body), 413, "too_large")
    assert stored(lone_app) == []


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"]
)
def test_a_body_that_is_not_called_json_is_not_read(paris, lone_app, kind):
    assert_problem(send(paris, GOOD, kind), 415, "unsupported_media_type")
    assert stored(lone_app) == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/policy/",
        "/api/v1/consents/",
        "/api/v1/consents/not-a-uuid",
        "/api/v1/consents/01a203ef-b97a-7aae-8c5f-b6ba13c0b63",
        "/api/v1/consents/%00",
        "/api/v1/%ff%fe",
        "/api/v1/../../etc/passwd",
        "/api/v1/consents/" + "a" * 5000,
    ],
)
def test_an_address_of_nothing_is_not_found(paris, path):
    assert_problem(paris.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", CONSENTS, {"POST", "OPTIONS"}),
        ("GET", CONSENTS, {"POST", "OPTIONS"}),
        ("DELETE", f"{CONSENTS}/01a203ef-b97a-7aae-8c5f-b6ba13c0b635", {"GET", "HEAD", "OPTIONS"}),
        ("PATCH", f"{CONSENTS}/01a203ef-b97a-7aae-8c5f-b6ba13c0b635", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/api/v1/policy", {"GET", "HEAD", "OPTIONS"}),
        ("TRACE", "/api/v1/openapi.json", {"GET", "HEAD", "OPTIONS"}),
        ("NONSENSE", "/api/v1/policy", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_that_is_not_taken_is_told_which_are(paris, method, path, allowed):
    response = paris.client.open(path, method=method, base_url=paris.base)
    assert_problem(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == allowed


def test_a_foreign_page_is_refused_in_a_document_too(paris):
    assert_problem(send(paris, GOOD, Origin="https://evil.example"), 403, "forbidden")


@pytest.mark.parametrize("host", ["nowhere.example", "", "p\u00e4ris..example", "[::1"])
def test_an_unknown_host_is_a_problem_that_names_no_tenant(paris, lone_app, host):
    response = lone_app.test_client().get("/api/v1/policy", headers={"Host": host})
    assert_problem(response, 404, "not_found")
    assert "paris" not in response.text.lower()


@pytest.mark.parametrize(
    ("headers", "language", "title"),
    [
        ({}, "fr", "Requête non comprise"),
        ({"Accept_Language": "en"}, "en", "Request not understood"),
        ({"Accept_Language": "ar"}, "ar", "تعذّر فهم الطلب"),
        ({"Accept_Language": "de"}, "fr", "Requête non comprise"),  # Paris has no German
    ],
)
def test_a_problem_is_told_in_the_visitors_language(paris, headers, language, title):
    response = send(paris, "{", **headers)
    assert assert_problem(response, 400, "bad_request")["title"] == title
    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]


def test_a_problem_is_told_in_the_language_that_the_visitor_chose(paris):
    paris.client.set_cookie("django_language", "ar", domain=paris.host)
    response = send(paris, "", "text/plain", Accept_Language="en")
    assert_problem(response, 415, "unsupported_media_type")
    assert response.headers["Content-Language"] == "ar"


def test_an_unknown_host_answers_in_a_language_of_the_installation(lone_app):
    response = lone_app.test_client().get(
        "/api/v1/policy", base_url="http://nowhere.example", headers={"Accept-Language": "de-AT"}
    )
    assert assert_problem(response, 404, "not_found")["title"] == "Seite nicht gefunden"
    assert response.headers["Content-Language"] == "de"


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_every_refusal_has_its_own_words_in_every_language(paris, language):
    members = [
        {"policy": 7},
        {"language": "xx"},
        {"decision": "save", "accepted": ["nonsense"]},
        {"accepted": ["statistics"]},
    ]
    headers = {"Accept-Language": language}
    problems = [paris.decide(**one, headers=headers).json for one in members]
    assert len({one["detail"] for one in problems}) == len(members)
    assert len({one["title"] for one in problems}) == 1
