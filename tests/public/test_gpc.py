"""Global Privacy Control on the portal: said where it counts, and never a consent (G1, G3, US2)."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from tests import make, standing
from tests.client import POLICY, PREFERENCES, Visitor, has_banner
from tests.consent import drafts

NOTE = "Your browser’s opt-out is honoured"
ABOUT = "So marketing is refused unless you accept it yourself."
SIGNAL = {"Sec_GPC": "1"}
PAGES = ("/", POLICY, PREFERENCES)


@pytest.fixture(scope="module")
def portals(sqlite_template, tmp_path_factory) -> Flask:
    """Paris has marketing, Oslo has none."""
    for app in standing.paris(sqlite_template, tmp_path_factory.mktemp("gpc")):
        drafts.add_category(app, "marketing")
        make.publish(app)
        make.tenant(app, "oslo", "en", ("en",))
        yield app


@pytest.fixture
def paris(portals) -> Visitor:
    return Visitor(portals)


@pytest.fixture
def oslo(portals) -> Visitor:
    return Visitor(portals, "oslo.example")


def places(visitor: Visitor, path: str, **headers: str) -> int:
    """How often the page says that the opt-out is honoured."""
    page = visitor.get(f"{path}?lang=en", **headers).text
    assert page.count(NOTE) == page.count(ABOUT)
    return page.count(NOTE)


@pytest.mark.parametrize("path", ["/", POLICY])
def test_the_banner_and_the_second_layer_say_that_the_opt_out_is_honoured(paris, path):
    assert places(paris, path, **SIGNAL) == 2
    paris.submit("reject_all")
    assert places(paris, path, **SIGNAL) == 1


def test_the_preference_centre_says_so_too(paris):
    assert places(paris, PREFERENCES, **SIGNAL) == 1


@pytest.mark.parametrize("value", ["1", " 1", "1,1", "0, 1"])
def test_the_signal_is_1_among_whatever_else_was_sent(paris, value):
    assert places(paris, "/", Sec_GPC=value) == 2


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("value", ["0", "true", "01", "", "1;", "yes", "1 1"])
def test_any_other_value_is_no_signal(paris, path, value):
    assert places(paris, path, Sec_GPC=value) == 0


@pytest.mark.parametrize("path", PAGES)
def test_who_sends_no_signal_reads_nothing_of_it(paris, path):
    assert places(paris, path, **SIGNAL)
    assert places(paris, path) == 0


@pytest.mark.parametrize("path", PAGES)
def test_a_portal_without_marketing_has_nothing_to_honour(oslo, path):
    assert places(oslo, path, **SIGNAL) == 0
    assert oslo.get(path, **SIGNAL).data == oslo.get(path).data


@pytest.mark.parametrize("path", PAGES)
def test_caches_are_told_where_the_page_depends_on_the_signal(paris, oslo, path):
    for headers in ({}, SIGNAL):
        assert "Sec-GPC" in paris.get(path, **headers).vary
        assert "Sec-GPC" not in oslo.get(path, **headers).vary


def test_a_page_kept_from_before_the_signal_is_sent_anew(paris):
    before = paris.get("/").headers["ETag"]
    assert paris.get("/", If_None_Match=before, **SIGNAL).status_code == 200


def test_the_signal_answers_for_nobody(paris):
    response = paris.get("/", **SIGNAL)
    assert has_banner(response)
    assert "Set-Cookie" not in response.headers
    page = paris.get(PREFERENCES, **SIGNAL).text
    assert 'value="marketing"' in page
    assert page.count(" checked") == 1  # the necessary ones


def test_the_signal_is_recorded_with_a_decision_by_form(paris):
    headers = {"Origin": paris.base, "Sec-GPC": "1"}
    data = {"decision": "reject_all"}
    paris.client.post(PREFERENCES, base_url=paris.base, data=data, headers=headers)
    receipt = paris.get(f"/api/v1/consents/{record_of(paris)}")
    assert receipt.json["gpc"] is True


def record_of(visitor: Visitor) -> str:
    page = visitor.get(PREFERENCES).text
    return page.partition('href="/api/v1/consents/')[2].partition('"')[0]


def test_support_is_declared_since_the_version_in_force(app, visitor):
    before = today()
    make.tenant(app)
    answer = visitor.get("/.well-known/gpc.json")
    assert answer.mimetype == "application/json"
    assert answer.json["gpc"] is True
    assert before <= answer.json["lastUpdate"] <= today()
    assert "Set-Cookie" not in answer.headers


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def test_nobody_answers_for_a_host_that_is_unknown(paris):
    paris.base = "http://nobody.example"
    assert paris.get("/.well-known/gpc.json").status_code == 404
