"""The published policy as JSON: complete, in one language, cheap to ask for again."""

import hashlib
import re

import pytest

from portal.database import db
from portal.policy.models import PolicyVersion
from tests import make
from tests.client import Visitor

POLICY = "/api/v1/policy"
STARTER = ["sessionid", "django_language", "csrftoken", "cookies_preferences"]


@pytest.fixture
def paris(lone_app) -> Visitor:
    make.tenant(lone_app, email="dpo@paris.example")
    return Visitor(lone_app)


def test_the_policy_says_whose_it_is_and_which_version(app, visitor):
    make.tenant(app)
    make.change(app, "paris", name="Ville de Paris")
    make.publish(app)
    policy = visitor.get(POLICY).json
    assert (policy["tenant"], policy["name"]) == ("paris", "Ville de Paris")
    assert (policy["hostname"], policy["version"]) == ("paris.example", 2)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", policy["published_at"])
    with app.app_context():
        row = db.session.get_one(PolicyVersion, (make.find().id, 2))
        assert hashlib.sha256(row.document.encode()).hexdigest() == policy["digest"]
        assert {one["key"]: one["fingerprint"] for one in policy["categories"]} == row.fingerprints


def test_the_policy_lists_every_category_with_its_cookies(paris):
    necessary, statistics = paris.get(POLICY).json["categories"]
    assert (necessary["key"], necessary["locked"]) == ("necessary", True)
    assert [one["name"] for one in necessary["cookies"]] == STARTER
    assert (statistics["key"], statistics["locked"]) == ("statistics", False)
    assert statistics["cookies"] == []


def test_every_cookie_has_all_that_is_declared(paris, lone_app):
    make.cookie(lone_app, domain=".paris.example", third_party=True)
    make.publish(lone_app)
    [cookie] = paris.get(f"{POLICY}?lang=en").json["categories"][1]["cookies"]
    assert cookie == {
        "name": "_pk_id",
        "provider": "matomo",
        "function": "Counting visits",
        "purpose": "Tells visits apart.",
        "lifetime": "13 months",
        "lifetime_count": 13,
        "lifetime_unit": "month",
        "third_party": True,
        "storage": "any",
        "domain": ".paris.example",
        "path": "/",
    }


def test_every_provider_of_a_cookie_is_listed(paris, lone_app):
    make.cookie(lone_app)
    make.publish(lone_app)
    policy = paris.get(POLICY).json
    named = {one["provider"] for each in policy["categories"] for one in each["cookies"]}
    assert named == {one["key"] for one in policy["providers"]} == {"opendatasoft", "matomo"}


def test_the_policy_says_who_is_responsible(paris):
    controller = paris.get(POLICY).json["controller"]
    assert (controller["name"], controller["email"]) == ("Paris", "dpo@paris.example")


@pytest.mark.parametrize(
    ("query", "headers", "language"),
    [
        ("", {}, "fr"),
        ("?lang=en", {}, "en"),
        ("?lang=EN", {}, "en"),
        ("?lang=en", {"Accept-Language": "ar"}, "en"),
        ("?lang=de", {"Accept-Language": "ar"}, "ar"),
        ("?lang=", {}, "fr"),
        ("", {"Accept-Language": "en-GB"}, "en"),
    ],
)
def test_the_policy_is_in_the_language_asked_for(paris, query, headers, language):
    response = paris.get(POLICY + query, **headers)
    assert response.json["language"] == response.headers["Content-Language"] == language
    assert set(response.json["languages"]) == {"fr", "en", "ar"}


def test_the_policy_is_in_the_language_that_the_visitor_chose(paris):
    paris.client.set_cookie("django_language", "ar", domain=paris.host)
    assert paris.get(POLICY, Accept_Language="en").json["language"] == "ar"


def test_texts_are_in_the_language_of_the_answer(paris):
    titles = {
        tag: paris.get(f"{POLICY}?lang={tag}").json["categories"][1]["title"]
        for tag in ("en", "fr", "ar")
    }
    assert titles["en"] == "Statistics"
    assert titles["fr"] == "Statistiques"
    assert len(set(titles.values())) == 3


def test_a_shared_cache_may_keep_the_policy_if_it_asks_again(paris):
    headers = paris.get(POLICY).headers
    assert headers["Cache-Control"] == "public, no-cache"
    assert {"Accept-Language", "Cookie"} <= set(headers["Vary"].split(", "))
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', 'W/"x",W/{}', "*"])
def test_who_has_the_policy_is_not_sent_it_again(paris, form):
    tag = paris.get(POLICY).headers["ETag"]
    response = paris.get(POLICY, If_None_Match=form.format(tag))
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == tag
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert "Accept-Language" in response.headers["Vary"]


def test_each_language_has_a_tag_of_its_own(paris):
    tag = paris.get(f"{POLICY}?lang=fr").headers["ETag"]
    response = paris.get(f"{POLICY}?lang=en", If_None_Match=tag)
    assert (response.status_code, response.json["language"]) == (200, "en")


def test_a_new_version_is_sent_to_who_has_the_old_one(paris, lone_app):
    tag = paris.get(POLICY).headers["ETag"]
    make.change(lone_app, "paris", name="Another name")
    make.publish(lone_app)
    response = paris.get(POLICY, If_None_Match=tag)
    assert (response.status_code, response.json["version"]) == (200, 2)


def test_a_version_with_the_words_of_an_earlier_one_is_sent_too(paris, lone_app):
    tag = paris.get(POLICY).headers["ETag"]
    for name in ("Another name", "Paris"):
        make.change(lone_app, "paris", name=name)
        make.publish(lone_app)
    response = paris.get(POLICY, If_None_Match=tag)
    assert (response.status_code, response.json["version"]) == (200, 3)


def test_drafts_are_not_shown(paris, lone_app):
    make.cookie(lone_app, name="_secret_plan")
    assert "_secret_plan" not in paris.get(POLICY).text


def test_each_tenant_has_its_own_policy(paris, lone_app):
    make.tenant(lone_app, "oslo", "en", languages=("en", "sv"))
    oslo = Visitor(lone_app, "oslo.example").get(POLICY).json
    assert (oslo["tenant"], oslo["language"]) == ("oslo", "en")
    assert set(oslo["languages"]) == {"en", "sv"}
