"""The cookie list by API: read, edited, put in order, and nobody's work overwritten."""

import pytest

from tests import make
from tests.api.program import API, robot

COOKIE = {
    "name": "_pk_id",
    "category": "statistics",
    "provider": "opendatasoft",
    "purpose": {"fr": "Distingue les visites."},
    "lifetime_count": 13,
    "lifetime_unit": "month",
}


@pytest.fixture
def program(app):
    make.tenant(app)
    return robot(app)


def names(program):
    return [one["name"] for one in program.get("/cookies").json["items"]]


def test_a_cookie_is_added_shown_changed_and_removed(program):
    added = program.post("/cookies", COOKIE)
    assert added.status_code == 201
    path = added.headers["Location"].removeprefix(API)
    shown = program.get(path)
    assert shown.json == added.json
    assert shown.headers["ETag"] == added.headers["ETag"]
    changed = program.patch(path, {"lifetime_count": 6, "purpose": {"en": "Tells visits apart."}})
    assert changed.status_code == 200
    assert changed.json["lifetime_count"] == 6
    assert changed.json["purpose"]["fr"] == "Distingue les visites."
    assert changed.json["purpose"]["en"] == "Tells visits apart."
    assert program.get(path).json == changed.json
    assert program.delete(path).status_code == 204
    assert program.get(path).status_code == 404
    assert "_pk_id" not in names(program)


def test_nobody_overwrites_what_they_have_not_seen(program):
    path = program.post("/cookies", COOKIE).headers["Location"].removeprefix(API)
    seen = {"If-Match": program.get(path).headers["ETag"]}
    first = program.patch(path, {"domain": ".paris.example"}, headers=seen)
    assert first.status_code == 200
    for answer in (
        program.patch(path, {"lifetime_count": 1}, headers=seen),
        program.delete(path, headers=seen),
    ):
        assert (answer.status_code, answer.json["code"]) == (412, "changed_meanwhile")
    cut_off = {"If-Match": seen["If-Match"].removesuffix('"')}
    assert program.delete(path, headers=cut_off).status_code == 412
    assert program.get(path).json == first.json
    assert program.delete(path, headers={"If-Match": first.headers["ETag"]}).status_code == 204


@pytest.mark.parametrize("path", ["/categories/statistics", "/providers/opendatasoft"])
def test_categories_and_providers_are_guarded_alike(program, path):
    tag = program.get(path).headers["ETag"]
    field = "title" if "categories" in path else "name"
    value = {"fr": "Mesure"} if field == "title" else "Huwise"
    assert program.patch(path, {field: value}, headers={"If-Match": tag}).status_code == 200
    assert program.patch(path, {field: value}, headers={"If-Match": tag}).status_code == 412
    assert program.delete(path, headers={"If-Match": tag}).status_code == 412
    assert program.patch(path, {field: value}, headers={"If-Match": "*"}).status_code == 200
    assert program.patch(path, {field: value}, headers={"If-Match": f"W/{tag}"}).status_code == 412


def test_what_was_read_can_be_sent_back_and_changes_nothing(program):
    [first, *_] = program.get("/cookies").json["items"]
    path = f"/cookies/{first['id']}"
    before = program.get(path)
    sent = {name: value for name, value in first.items() if name != "id"}
    after = program.patch(path, sent, headers={"If-Match": before.headers["ETag"]})
    assert (after.status_code, after.json) == (200, before.json)
    assert program.get("/draft").json["changes"] == []


def test_who_has_an_item_is_not_sent_it_again(program):
    shown = program.get("/providers/opendatasoft")
    again = program.get("/providers/opendatasoft", headers={"If-None-Match": shown.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_provider_that_is_used_stays(program):
    answer = program.delete("/providers/opendatasoft")
    assert (answer.status_code, answer.json["code"]) == (409, "in_use")
    assert "sessionid" in answer.json["detail"]


def test_a_provider_gets_a_key_from_its_name(program):
    added = program.post("/providers", {"name": "Google Maps"})
    assert (added.status_code, added.json["key"]) == (201, "google-maps")
    assert added.headers["Location"] == f"{API}/providers/google-maps"
    assert program.delete("/providers/google-maps").status_code == 204


def test_a_category_comes_with_its_texts_and_is_there_once(program):
    assert program.post("/categories", {"key": "marketing"}).status_code == 201
    again = program.post("/categories", {"key": "marketing"})
    assert (again.status_code, again.json["title"]["en"]) == (200, "Marketing")
    assert program.delete("/categories/marketing").status_code == 204
    answer = program.delete("/categories/necessary")
    assert (answer.status_code, answer.json["code"]) == (409, "needed")


def test_the_list_is_put_in_order(program):
    program.post("/categories", {"key": "marketing"})
    order = ["necessary", "marketing", "statistics"]
    assert program.put("/categories", {"categories": order}).status_code == 200
    assert [one["key"] for one in program.get("/categories").json["items"]] == order
    ids = {one["name"]: one["id"] for one in program.get("/cookies").json["items"]}
    body = {"cookies": [ids["csrftoken"], ids["sessionid"]]}
    assert program.put("/categories/necessary/cookies", body).status_code == 200
    assert names(program)[:2] == ["csrftoken", "sessionid"]


def test_what_is_wrong_is_told_at_its_member(program):
    answer = program.post("/cookies", COOKIE | {"name": "a b", "provider": "nobody", "path": "x"})
    assert (answer.status_code, answer.json["code"]) == (422, "wrong_values")
    pointers = {one["pointer"] for one in answer.json["errors"]}
    assert pointers == {"/name", "/provider", "/path"}


def test_it_is_told_in_french_to_who_asks_for_french(program):
    answer = program.post("/cookies", COOKIE | {"name": ""}, headers={"Accept-Language": "fr"})
    assert answer.headers["Content-Language"] == "fr"
    assert answer.json["title"] == "Enregistrement impossible"
    assert answer.json["errors"][0]["detail"] == "Un cookie doit avoir un nom."


def test_nobody_keeps_what_only_a_token_opens(program):
    for path in ("/cookies", "/draft", "/versions", "/records", "/records/export.csv"):
        answer = program.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
