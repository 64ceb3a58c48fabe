"""Publishing by API: what would change, what was published, what differs."""

import hashlib
import json

import pytest
import rfc8785

from tests import make
from tests.api.program import API, robot
from tests.client import Visitor


@pytest.fixture
def paris(app):
    make.tenant(app)
    make.cookie(app)
    return app


def test_the_draft_says_what_publishing_would_change(paris):
    assert Visitor(paris).decide().status_code == 201
    draft = robot(paris).get("/draft").json
    assert draft["version"] == 1
    told = {(one["action"], one["kind"], one["name"]) for one in draft["changes"]}
    assert told == {("added", "cookie", "_pk_id"), ("added", "provider", "Matomo")}
    assert draft["forecast"] == {"decisions": 1, "asked": 1, "categories": {"statistics": 1}}
    assert set(draft["languages"]) == {"fr", "en", "ar"}
    assert all(one["texts"] == [] for one in draft["languages"].values())


def test_the_draft_says_what_is_missing_or_odd(paris):
    program = robot(paris)
    body = {
        "name": "new",
        "category": "statistics",
        "provider": "matomo",
        "purpose": {"fr": "Compte."},
        "exempt_measurement": True,
        "third_party": True,
    }
    assert program.post("/cookies", body).status_code == 201
    draft = program.get("/draft").json
    [missing] = draft["languages"]["en"]["texts"]
    assert (missing["name"], missing["field"], missing["state"]) == ("new", "purpose", "missing")
    found = {(one["name"], one["field"], one["wrong"]) for one in draft["findings"]}
    assert ("new", "exempt_measurement", False) in found
    refused = program.post("/versions", {})
    assert (refused.status_code, refused.json["code"]) == (422, "languages_incomplete")
    assert {one["pointer"] for one in refused.json["errors"]} == {"/without/en", "/without/ar"}
    published = program.post("/versions", {"without": ["en", "ar"]})
    assert published.status_code == 201
    assert Visitor(paris).get("/api/v1/policy").json["languages"] == ["fr"]


def test_what_was_looked_at_is_published_and_nothing_else(paris):
    program = robot(paris)
    seen = program.get("/draft").json["digest"]
    make.change(paris, "paris", name="Ville de Paris")
    refused = program.post("/versions", {"seen": seen})
    assert (refused.status_code, refused.json["code"]) == (409, "draft_changed")
    seen = program.get("/draft").json["digest"]
    published = program.post("/versions", {"seen": seen, "note": "New name"})
    assert (published.status_code, published.json["number"]) == (201, 2)
    assert published.headers["Location"] == f"{API}/versions/2"
    assert published.json["digest"] == seen
    assert Visitor(paris).get("/api/v1/policy").json["name"] == "Ville de Paris"
    again = program.post("/versions", {})
    assert (again.status_code, again.json["number"]) == (200, 2)


def test_a_version_is_shown_whole_and_proves_itself(paris):
    version = robot(paris).get("/versions/1").json
    digest = hashlib.sha256(rfc8785.dumps(version["document"])).hexdigest()
    assert digest == version["digest"]
    assert json.loads(json.dumps(version["document"]))["slug"] == "paris"


def test_versions_are_listed_page_by_page(paris):
    for number in range(4):
        make.change(paris, "paris", name=f"Paris {number}")
        make.publish(paris)
    program, path, numbers = robot(paris), "/versions?limit=2", []
    while path:
        page = program.get(path.removeprefix(API)).json
        numbers += [one["number"] for one in page["items"]]
        path = page["next"]
    assert numbers == [5, 4, 3, 2, 1]


def test_two_versions_are_compared(paris):
    make.publish(paris)
    make.change(paris, "paris", name="Ville de Paris")
    make.publish(paris)
    program = robot(paris)
    changes = program.get("/versions/3/changes").json["items"]
    assert {one["field"] for one in changes} == {"Name of the portal", "Controller"}
    assert {(one["before"], one["after"]) for one in changes} == {("Paris", "Ville de Paris")}
    whole = program.get("/versions/3/changes?since=1").json
    assert whole["since"] == 1
    assert len(whole["items"]) == 4
    assert program.get("/versions/1/changes").json == {"since": None, "items": []}
    assert program.get("/versions/4/changes").status_code == 404
    assert program.get("/versions/3/changes?since=9").status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"note": "a\0b"}, "bad_note"),
        ({"note": "a\x1bb"}, "bad_note"),
        ({"without": ["fr"]}, "cannot_leave_out"),
        ({"without": ["\0"]}, "cannot_leave_out"),
        ({"without": ["x" * 10_000]}, "cannot_leave_out"),
        ({"note": "x" * 501}, "bad_body"),
        ({"without": ["en"] * 101}, "bad_body"),
        ({"without": "en"}, "bad_body"),
        ({"seen": None}, "bad_body"),
        ({"number": 7}, "bad_body"),
    ],
    ids=repr,
)
def test_what_cannot_be_published_publishes_nothing(paris, body, code):
    program = robot(paris)
    refused = program.post("/versions", body)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    assert len(refused.data) < 40_000
    assert [one["number"] for one in program.get("/versions").json["items"]] == [1]
