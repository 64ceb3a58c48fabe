"""Who asks too often is told to wait, and for how long; nobody else notices."""

from contextlib import contextmanager

import pytest

from portal.limits import FAILED_TOKENS, TooMany, Visits
from portal.settings import BadSetting, Settings
from tests import make
from tests.api.program import Program, token
from tests.client import CONSENTS, PREFERENCES, Visitor
from tests.conftest import running

FEW = {"PORTAL_VISIT_LIMIT": "5", "PORTAL_PROXIES": "1"}


@pytest.fixture
def limited(sqlite_environ):
    with contextmanager(running)(sqlite_environ | FEW) as app:
        make.tenant(app)
        yield app


def assert_told_to_wait(answer):
    assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
    assert answer.json["code"] == "too_many_requests"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def ask(app, address, path="/api/v1/policy"):
    return Visitor(app).get(path, X_Forwarded_For=address)


def test_an_address_that_asks_too_often_is_told_to_wait_and_no_other(limited):
    for _ in range(5):
        assert ask(limited, "192.0.2.1").status_code == 200
    assert_told_to_wait(ask(limited, "192.0.2.1"))
    assert ask(limited, "192.0.2.2").status_code == 200


def test_decisions_count_as_well_by_api_and_by_form(limited):
    visitor = Visitor(limited)
    for _ in range(3):
        assert visitor.decide().status_code == 201
    for _ in range(2):
        assert visitor.submit().status_code == 303
    assert_told_to_wait(visitor.decide())
    page = visitor.submit()
    assert (page.status_code, page.mimetype) == (429, "text/html")
    assert page.headers["Retry-After"]
    assert visitor.get(PREFERENCES).status_code == 200  # pages are not counted


def test_of_ipv6_the_network_counts(limited):
    for number in range(5):
        assert ask(limited, f"2001:db8::{number}").status_code == 200
    assert_told_to_wait(ask(limited, "2001:db8::ffff:1"))
    assert ask(limited, "2001:db8:0:1::1").status_code == 200


def test_what_a_client_says_of_itself_is_believed_of_proxies_alone(sqlite_environ):
    with contextmanager(running)(sqlite_environ | {"PORTAL_VISIT_LIMIT": "2"}) as app:
        make.tenant(app)
        answers = [ask(app, f"192.0.2.{number}").status_code for number in range(4)]
    assert answers == [200, 200, 429, 429]


def test_the_count_begins_anew_with_the_next_minute(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("portal.limits.monotonic", lambda: now[0])
    visits = Visits(1)
    visits.count("192.0.2.1")
    with pytest.raises(Exception, match=r"60"):
        visits.count("192.0.2.1")
    now[0] += 60
    visits.count("192.0.2.1")


def test_a_token_that_asks_too_often_is_told_to_wait_and_no_other(app):
    make.tenant(app)
    app.extensions["portal.limits"]._of_token.amount = 3
    busy, calm = Program(app, token(app)), Program(app, token(app))
    for _ in range(3):
        assert busy.get("/providers").status_code == 200
    assert_told_to_wait(busy.get("/providers"))
    assert calm.get("/providers").status_code == 200
    assert Visitor(app).get("/api/v1/policy").status_code == 200


def test_who_tries_many_tokens_is_told_to_wait_and_a_good_one_still_opens(lone_app):
    make.tenant(lone_app)
    secret = token(lone_app)
    guesser = Program(lone_app, secret[:-1])
    for _ in range(FAILED_TOKENS):
        assert guesser.get("/cookies").status_code == 401
    assert_told_to_wait(guesser.get("/cookies"))
    assert Program(lone_app, secret).get("/cookies").status_code == 200


def test_where_the_counter_does_not_answer_nobody_is_refused(sqlite_environ):
    gone = {"PORTAL_LIMITS_URL": "redis://127.0.0.1:1/"}
    with contextmanager(running)(sqlite_environ | gone) as app:
        make.tenant(app)
        assert Program(app, token(app)).get("/cookies").status_code == 200
        assert Program(app, "x").get("/cookies").status_code == 401
        assert Visitor(app).decide().status_code == 201


@pytest.mark.parametrize(
    "url",
    [
        "memory",
        "http://redis",
        "memcached://x",
        "redis+sentinel://x/one",
        "redis+cluster://x",
        "x://",
    ],
)
def test_a_counter_of_another_kind_is_refused_with_its_name(url):
    with pytest.raises(BadSetting, match="PORTAL_LIMITS_URL"):
        Settings.read({"PORTAL_LIMITS_URL": url})


def test_a_refused_decision_stores_nothing_and_sets_no_cookie(limited):
    visitor = Visitor(limited)
    for _ in range(5):
        visitor.get("/api/v1/policy")
    answer = visitor.decide()
    assert_told_to_wait(answer)
    assert "Set-Cookie" not in answer.headers
    assert CONSENTS not in answer.text


def test_from_however_many_networks_visits_come_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("portal.limits.MOST_NETWORKS", 10)
    visits = Visits(limit=3)
    for number in range(100):
        visits.count(f"192.0.2.{number}")
        assert len(visits._counts) <= 10
    for _ in range(3):
        visits.count("198.51.100.1")
    with pytest.raises(TooMany):
        visits.count("198.51.100.1")
