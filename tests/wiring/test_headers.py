"""No answer of any kind is without its security headers, and asking sets no cookie."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests import standing
from tests.client import CONSENTS, POLICY, PREFERENCES, Visitor

FORM = "application/x-www-form-urlencoded"
ELSEWHERE = {"Host": "elsewhere.example"}
TOO_MUCH = b"a" * 100_000


@dataclass(frozen=True)
class Ask:
    status: int
    path: str
    method: str = "GET"
    body: bytes = b""
    content_type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)


JSON = "application/json"
DECISION = b'{"decision": "reject_all", "policy": 1}'
KINDS = {
    "page": Ask(200, "/"),
    "policy page": Ask(200, POLICY),
    "preference centre": Ask(200, PREFERENCES),
    "page that the browser has": Ask(304, "/", headers={"If-None-Match": "*"}),
    "head of a page": Ask(200, "/", "HEAD"),
    "asset": Ask(200, "/static/{digest}/portal.css"),
    "asset that is gone": Ask(404, "/static/0123456789abcdef/portal.css"),
    "asset on an unknown host": Ask(200, "/static/{digest}/portal.css", headers=ELSEWHERE),
    "page on an unknown host": Ask(404, "/", headers=ELSEWHERE),
    "API on an unknown host": Ask(404, "/api/v1/policy", headers=ELSEWHERE),
    "page on a malformed host": Ask(404, "/", headers={"Host": "user@paris.example"}),
    "page that does not exist": Ask(404, "/nothing"),
    "address of the API that does not exist": Ask(404, "/api/v1/nothing"),
    "receipt that does not exist": Ask(404, f"{CONSENTS}/{uuid4()}"),
    "method that a page does not take": Ask(405, "/", "POST"),
    "method that the API does not take": Ask(405, "/api/v1/policy", "POST"),
    "method that is unknown": Ask(405, "/", "PROPFIND"),
    "options": Ask(200, POLICY, "OPTIONS"),
    "form that is too large": Ask(413, PREFERENCES, "POST", TOO_MUCH),
    "choice of language that is too large": Ask(413, "/i18n/setlang/", "POST", TOO_MUCH),
    "decision that is too large": Ask(413, CONSENTS, "POST", TOO_MUCH, JSON),
    "API": Ask(200, "/api/v1/policy"),
    "description of the API": Ask(200, "/api/v1/openapi.json"),
    "decision": Ask(201, CONSENTS, "POST", DECISION, JSON),
    "decision in no JSON": Ask(400, CONSENTS, "POST", b"{", JSON),
    "decision in another type": Ask(415, CONSENTS, "POST", DECISION),
    "decision that is wrong": Ask(422, CONSENTS, "POST", b"{}", JSON),
    "decision from elsewhere": Ask(
        403, CONSENTS, "POST", DECISION, JSON, {"Origin": "http://evil.example"}
    ),
    "form": Ask(303, PREFERENCES, "POST", b"decision=reject_all"),
    "form that is wrong": Ask(422, PREFERENCES, "POST", b"decision=perhaps"),
    "form from elsewhere": Ask(403, PREFERENCES, "POST", headers={"Origin": "null"}),
    "choice of language": Ask(302, "/i18n/setlang/", "POST", b"language=en"),
    "choice of language by a program": Ask(
        204, "/i18n/setlang/", "POST", b"language=en", headers={"Accept": JSON}
    ),
    "address without its final slash": Ask(308, POLICY.rstrip("/")),
}
every_kind = pytest.mark.parametrize(
    "ask", [pytest.param(ask, id=name) for name, ask in KINDS.items()]
)


@pytest.fixture(scope="module")
def paris(sqlite_template, tmp_path_factory) -> Iterator[Flask]:
    yield from standing.paris(sqlite_template, tmp_path_factory.mktemp("paris"))


@pytest.fixture
def visitor(paris) -> Visitor:
    return Visitor(paris)


def answer(visitor: Visitor, ask: Ask, scheme: str = "http") -> TestResponse:
    digest = visitor.client.application.extensions["portal.assets"].digests["portal.css"]
    response = visitor.client.open(
        ask.path.format(digest=digest),
        method=ask.method,
        base_url=f"{scheme}://{visitor.host}",
        data=ask.body,
        content_type=ask.content_type,
        headers=ask.headers,
    )
    assert response.status_code == ask.status
    return response


def policy_of(response: TestResponse) -> dict[str, str]:
    """The Content-Security-Policy, from directive to sources."""
    (header,) = response.headers.getlist("Content-Security-Policy")
    directives = (one.strip().partition(" ") for one in header.split(";"))
    return {name: sources for name, _, sources in directives}


@every_kind
def test_every_answer_forbids_what_is_not_the_portals_own(visitor, ask):
    policy = policy_of(answer(visitor, ask))
    assert policy["default-src"] == "'none'"
    assert set(policy.values()) <= {"'none'", "'self'", "'script'"}
    assert {"base-uri", "form-action", "frame-ancestors"} <= set(policy)


@every_kind
def test_every_answer_may_be_framed_by_nobody(visitor, ask):
    response = answer(visitor, ask)
    assert policy_of(response)["frame-ancestors"] == "'none'"
    assert response.headers.getlist("X-Frame-Options") == ["DENY"]


@every_kind
def test_every_answer_is_what_it_says_it_is_and_tells_other_sites_nothing(visitor, ask):
    headers = answer(visitor, ask).headers
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]
    assert headers.getlist("Referrer-Policy") == ["same-origin"]
    assert headers.getlist("Cross-Origin-Opener-Policy") == ["same-origin"]


@every_kind
def test_browsers_are_held_to_https_on_https_alone(visitor, ask):
    assert "Strict-Transport-Security" not in answer(visitor, ask).headers
    assert "Strict-Transport-Security" in answer(visitor, ask, "https").headers


@every_kind
def test_an_answer_says_what_it_holds(visitor, ask):
    response = answer(visitor, ask)
    if not response.data:
        return
    json = ask.path.startswith("/api/")
    expected = {"text/html", "text/css"} if not json else {JSON, "application/problem+json"}
    assert response.mimetype in expected


@pytest.mark.parametrize("decided", [False, True])
def test_asking_sets_no_cookie(visitor, decided):
    if decided:
        visitor.submit("accept_all")
    for name, ask in KINDS.items():
        if ask.method in ("GET", "HEAD", "OPTIONS"):
            assert "Set-Cookie" not in answer(visitor, ask).headers, name


@pytest.mark.parametrize("name", ["form", "decision"])
def test_a_decision_sets_one_cookie_that_scripts_can_read(visitor, name):
    (cookie,) = answer(visitor, KINDS[name], "https").headers.getlist("Set-Cookie")
    assert cookie.startswith("cookies_preferences=")
    kept = {one.strip().partition("=")[0] for one in cookie.split(";")[1:]}
    assert kept == {"Expires", "Max-Age", "Secure", "Path", "SameSite"}


def test_no_answer_names_the_software(visitor):
    for ask in KINDS.values():
        response = answer(visitor, ask)
        assert not {"Server", "X-Powered-By"} & set(response.headers.keys())
