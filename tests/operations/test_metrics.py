"""`/metrics`: what is counted, and that it says nothing of tenants and visitors."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from portal.counting.metrics import declared
from portal.problems import BY_ERROR, CODES
from tests import make
from tests.operations.scraping import REQUESTS, added, ask, read

KEY = "0190b0a0-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        ("/", "public 2xx"),
        ("/gone", "none 4xx"),
        ("/api/v1/policy", "api 2xx"),
        ("/backoffice/sign-in/", "backoffice 2xx"),
        ("/static/0/gone.css", "assets 4xx"),
    ],
)
def test_a_request_is_counted_by_door_and_class_of_status(lone_app, lone_visitor, path, counted):
    make.tenant(lone_app)
    lone_visitor.get("/")
    assert added(lone_app, lambda: lone_visitor.get(path)) == {f"{REQUESTS} {counted}": 1}


def test_a_page_is_counted_when_it_is_made_and_not_when_it_is_sent_again(lone_app, lone_visitor):
    make.tenant(lone_app)
    assert added(lone_app, lone_visitor.get)["portal_pages_rendered_total"] == 1
    assert "portal_pages_rendered_total" not in added(lone_app, lone_visitor.get)


def test_a_decision_is_counted_with_its_transaction_and_apart_from_a_repeated_one(app, visitor):
    make.tenant(app)
    each = {
        "portal_append_duration_seconds_count": 1,
        "portal_batch_decisions_count": 1,
        f"{REQUESTS} api 2xx": 1,
    }
    for outcome in ("recorded", "repeated"):
        counted = added(app, lambda: visitor.decide(idempotency_key=KEY))
        assert counted == each | {f"portal_decisions_total {outcome} api": 1}


@pytest.mark.parametrize(
    ("door", "code", "act"),
    [
        ("api", "unknown_category", lambda v: v.decide("save", accepted=["nothing"])),
        ("api", "bad_body", lambda v: v.decide("perhaps")),
        ("public", "unknown_decision", lambda v: v.submit("perhaps")),
        ("api", "forbidden", lambda v: v.decide(headers={"Origin": "http://evil.example"})),
    ],
)
def test_a_refusal_is_counted_by_its_kind(lone_app, lone_visitor, door, code, act):
    make.tenant(lone_app)
    lone_visitor.get("/")
    assert added(lone_app, lambda: act(lone_visitor)) == {
        f"portal_decisions_refused_total {code} {door}": 1,
        f"{REQUESTS} {door} 4xx": 1,
    }


def test_every_kind_of_refusal_has_its_number():
    assert {one.code for one in BY_ERROR.values()} < set(CODES)


def test_the_buckets_of_a_histogram_grow_up_to_its_count(lone_app, lone_visitor):
    make.tenant(lone_app)
    for _ in range(5):
        lone_visitor.get()
    families = {one.name: one for one in text_string_to_metric_families(ask(lone_app).text)}
    mine = [
        one
        for one in families["portal_request_duration_seconds"].samples
        if (one.labels["door"], one.labels["status"]) == ("public", "2xx")
    ]
    buckets = [one.value for one in mine if one.name.endswith("_bucket")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == 5
    assert 0 < next(one.value for one in mine if one.name.endswith("_sum")) < 60


def test_a_value_falls_into_the_bucket_of_its_bound(lone_app):
    from portal.consent.recording import BATCHES

    for size in (1, 2, 3, 1000):
        lone_app.extensions["portal.counts"].observe(BATCHES, size)
    found = read(lone_app)
    steps = {"1": 1, "2": 2, "4": 3, "128": 3, "+Inf": 4}
    assert {le: found[f"portal_batch_decisions_bucket {le}"] for le in steps} == steps
    assert found["portal_batch_decisions_sum"] == 1006


def test_nothing_is_said_of_a_tenant_or_a_visitor(lone_app, lone_visitor):
    make.tenant(lone_app)
    lone_visitor.get("/?secret=1")
    lone_visitor.decide()
    text = ask(lone_app).text
    assert not any(word in text for word in ("paris", "secret", "127.0.0.1"))
    labels = {label for one in declared for label in one.labels}
    assert labels == {"door", "status", "surface", "outcome", "code", "what"}
