"""The API describes itself in OpenAPI 3.1, and answers as it says."""

import re
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.routing import Rule

from portal.people.tokens import Scope
from tests import make
from tests.api.schemas import check, resolve
from tests.client import CONSENTS, Visitor

DOCUMENT = "/api/v1/openapi.json"
POLICY = "/api/v1/policy"
RECEIPT = "/api/v1/consents/{record_id}"


@pytest.fixture
def paris(lone_app) -> Visitor:
    make.tenant(lone_app)
    return Visitor(lone_app)


@pytest.fixture
def described(paris) -> dict[str, Any]:
    return paris.get(DOCUMENT).json


def assert_described(response, path: str, method: str, document: dict[str, Any]) -> None:
    """An answer is of the shape that the description gives for its address and status."""
    answers = document["paths"][path][method]["responses"]
    [content] = answers[str(response.status_code)]["content"].values()
    check(response.json, content["schema"], document)


def test_the_description_is_openapi_3_1(described):
    assert re.fullmatch(r"3\.1\.\d+", described["openapi"])
    assert described["info"]["title"]
    assert described["info"]["version"]


def test_the_description_may_be_kept_by_caches_and_sets_no_cookie(paris):
    response = paris.get(DOCUMENT)
    assert response.mimetype == "application/json"
    assert "public" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers


def described_path(rule: Rule) -> str:
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)


def test_every_address_of_the_api_is_described_with_its_methods(lone_app, described):
    for rule in lone_app.url_map.iter_rules():
        path = described_path(rule)
        if path.startswith("/api/") and path != DOCUMENT:
            methods = {one.lower() for one in rule.methods - {"HEAD", "OPTIONS"}}
            assert methods <= set(described["paths"][path])


def test_nothing_is_described_that_there_is_not(lone_app, described):
    rules = {described_path(one) for one in lone_app.url_map.iter_rules()}
    assert set(described["paths"]) <= rules


def test_every_reference_leads_somewhere(described):
    references = re.findall(r"'\$ref': '([^']+)'", str(described))
    assert references
    for reference in references:
        assert resolve(reference, described)["type"] == "object"


def test_the_policy_is_of_the_shape_described(paris, described):
    assert_described(paris.get(POLICY), POLICY, "get", described)


@pytest.mark.parametrize("decision", ["accept_all", "reject_all", "save", "withdraw"])
def test_a_receipt_is_of_the_shape_described(paris, described, decision):
    paris.decide()
    answer = paris.decide(decision)
    assert_described(answer, CONSENTS, "post", described)
    shown = paris.get(f"{CONSENTS}/{answer.json['id']}")
    assert_described(shown, RECEIPT, "get", described)


@pytest.mark.parametrize(
    ("members", "status"),
    [({"policy": 7}, 422), ({"policy": "1"}, 422), ({"headers": {"Origin": "null"}}, 403)],
)
def test_a_problem_is_of_the_shape_described(paris, described, members, status):
    response = paris.decide(**members)
    assert response.status_code == status
    assert_described(response, CONSENTS, "post", described)


def test_an_unknown_receipt_is_a_problem_of_the_shape_described(paris, described):
    assert_described(paris.get(f"{CONSENTS}/{uuid4()}"), RECEIPT, "get", described)


def test_the_request_describes_every_member_that_is_taken(described):
    body = described["paths"][CONSENTS]["post"]["requestBody"]["content"]["application/json"]
    shape = resolve(body["schema"]["$ref"], described)
    decision = {"decision", "accepted", "policy", "language", "surface", "idempotency_key"}
    from_another_site = {"consent_id", "page", "gpc"}
    assert set(shape["properties"]) == decision | from_another_site
    assert set(shape["required"]) == {"decision", "policy"}
    assert shape["additionalProperties"] is False


def operations(document) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, one)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]


def test_every_refusal_is_a_problem_document(described):
    for _, path, one in operations(described):
        refusals = {status: it for status, it in one["responses"].items() if status >= "4"}
        assert "429" in refusals, path
        for answer in refusals.values():
            assert set(answer["content"]) == {"application/problem+json"}, path


def test_what_takes_a_token_says_so_and_which_scope(described):
    [scheme] = described["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    guarded = [one for _, _, one in operations(described) if "security" in one]
    assert len(guarded) > 20
    for one in guarded:
        [scopes] = one["security"][0].values()
        assert set(scopes) <= set(Scope)
        assert {"401", "403"} <= set(one["responses"])


def test_what_answers_412_takes_an_if_match_header(described):
    for _, path, one in operations(described):
        headers = {it["name"] for it in one["parameters"] if it["in"] == "header"}
        assert ("412" in one["responses"]) == (headers == {"If-Match"}), path


def test_an_export_is_described_by_its_types(described):
    export = described["paths"]["/api/v1/records/export.{style}"]["get"]
    assert set(export["responses"]["200"]["content"]) == {"text/csv", "application/x-ndjson"}


def test_no_two_operations_have_the_same_name(described):
    names = [one["operationId"] for _, _, one in operations(described)]
    assert len(names) == len(set(names))
