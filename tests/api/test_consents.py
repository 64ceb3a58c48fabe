"""A decision by API, and its receipt for whoever holds its id."""

import re
from uuid import UUID, uuid4

import pytest

from tests import make
from tests.client import CONSENTS, Visitor

FIELDS = [
    "id", "tenant", "consent_id", "previous", "policy", "language", "decision", "accepted",
    "rejected", "surface", "gpc", "page", "given_at", "valid_until",
]  # fmt: skip
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_the_answer_to_a_decision_is_its_receipt(app, visitor):
    make.tenant(app)
    key = str(uuid4())
    response = visitor.decide(
        "save", accepted=["statistics"], language="en", surface="banner", idempotency_key=key
    )
    assert (response.status_code, response.mimetype) == (201, "application/json")
    receipt = response.json
    assert list(receipt) == FIELDS
    assert UUID(receipt.pop("id")).version == 7
    assert UUID(receipt.pop("consent_id"))
    assert TIMESTAMP.fullmatch(receipt.pop("given_at"))
    assert TIMESTAMP.fullmatch(receipt.pop("valid_until"))
    assert receipt == {
        "tenant": "paris",
        "previous": None,
        "policy": 1,
        "language": "en",
        "decision": "save",
        "accepted": ["necessary", "statistics"],
        "rejected": [],
        "surface": "banner",
        "gpc": False,
        "page": None,
    }


def test_the_receipt_is_shown_again_to_whoever_holds_its_id(app, visitor):
    make.tenant(app)
    given = visitor.decide()
    shown = Visitor(app).get(f"{CONSENTS}/{given.json['id']}")
    assert (shown.status_code, shown.mimetype) == (200, "application/json")
    assert shown.text == given.text
    assert "Set-Cookie" not in shown.headers


def test_each_receipt_names_the_one_before(app, visitor):
    make.tenant(app)
    first, second = visitor.decide().json, visitor.decide("withdraw").json
    assert second["previous"] == first["id"]
    assert second["consent_id"] == first["consent_id"]


def test_what_may_be_left_out_has_a_meaning(app, visitor):
    make.tenant(app)
    receipt = visitor.decide("reject_all", headers={"Accept-Language": "ar"}).json
    assert (receipt["language"], receipt["surface"]) == ("ar", "api")


def test_no_receipt_is_shown_by_another_tenant(app, visitor):
    make.tenant(app)
    make.tenant(app, "oslo", "en")
    path = f"{CONSENTS}/{visitor.decide().json['id']}"
    response = Visitor(app, "oslo.example").get(path)
    assert response.status_code == 404
    assert "paris" not in response.text


def test_an_unknown_id_has_no_receipt(app, visitor):
    make.tenant(app)
    visitor.decide()
    assert visitor.get(f"{CONSENTS}/{uuid4()}").status_code == 404


def test_no_cache_keeps_a_receipt(lone_app, lone_visitor):
    make.tenant(lone_app)
    given = lone_visitor.decide()
    shown = lone_visitor.get(f"{CONSENTS}/{given.json['id']}")
    missing = lone_visitor.get(f"{CONSENTS}/{uuid4()}")
    for response in (given, shown, missing):
        assert "no-store" in response.headers["Cache-Control"]


def test_a_receipt_tells_nothing_about_who_asked(lone_app, lone_visitor):
    make.tenant(lone_app)
    headers = {"User-Agent": "Browser/1.0", "X-Forwarded-For": "192.0.2.1"}
    text = lone_visitor.decide(headers=headers).text
    assert "Browser" not in text
    assert "192.0.2.1" not in text
    assert "127.0.0.1" not in text


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.own+json"])
def test_json_may_be_named_in_more_than_one_way(lone_app, lone_visitor, kind):
    make.tenant(lone_app)
    body = '{"decision": "accept_all", "policy": 1}'
    response = lone_visitor.client.post(
        CONSENTS, base_url=lone_visitor.base, data=body, content_type=kind
    )
    assert response.status_code == 201
