"""Decisions are taken before Flask, refusals told by it: nobody can tell, whatever was sent."""

import json
import logging
from functools import partial

import pytest
from werkzeug.test import EnvironBuilder

from portal.api import wicket
from portal.requests import door, route
from tests import make
from tests.client import CONSENTS, Visitor


@pytest.fixture
def paris(lone_app) -> Visitor:
    make.tenant(lone_app)
    return Visitor(lone_app)


def fail(*_arguments, **_named):
    raise ZeroDivisionError("by nobody's fault")


def test_a_decision_needs_no_request_of_flask(lone_app, paris):
    lone_app.before_request_funcs[None].insert(0, fail)
    assert paris.decide().status_code == 201
    assert paris.get().status_code == 500


@pytest.mark.parametrize(
    ("method", "path"), [("GET", CONSENTS), ("PUT", CONSENTS), ("POST", f"{CONSENTS}/")]
)
def test_what_is_no_decision_goes_on(lone_app, paris, monkeypatch, method, path):
    taken = []
    monkeypatch.setattr(wicket, "take_decision", taken.append)
    answer = paris.client.open(path, method=method, base_url=paris.base)
    assert answer.status_code in (404, 405)
    assert taken == []


def test_a_refused_decision_counts_as_one_visit(lone_app, paris):
    visits = lone_app.extensions["portal.limits"].visits
    for _ in range(3):
        assert paris.decide(policy=99).status_code == 422
    assert visits._counts == {"127.0.0.1": 3}


def test_a_decision_has_the_door_and_the_route_that_its_refusal_has(lone_app, paris):
    found = []
    for policy in (1, 99):
        data = json.dumps({"decision": "accept_all", "policy": policy}).encode()
        posted = {"method": "POST", "data": data, "content_type": "application/json"}
        environ = EnvironBuilder(CONSENTS, paris.base, **posted).get_environ()
        note = partial(lambda of, *_: found.append((door(of), str(route(of)))), environ)
        lone_app.wsgi_app(environ, note)
    assert found == [("api", CONSENTS)] * 2


def test_a_fault_of_ours_is_told_as_everywhere(paris, monkeypatch, caplog):
    monkeypatch.setattr(wicket, "decide_for", fail)
    with caplog.at_level(logging.ERROR):
        answer = paris.decide()
    assert (answer.status_code, answer.json["code"]) == (500, "internal_error")
    assert "Set-Cookie" not in answer.headers
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]
