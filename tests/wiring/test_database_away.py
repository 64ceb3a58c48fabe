"""Without its database the product says so, in time, at every address: never 500, nothing lost."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from portal import postgresql
from portal.database import owner_engine
from tests import make
from tests.api.program import Program, token
from tests.backoffice.member import Member, owner
from tests.breaking import gone, hanging, make_hasty, refusing
from tests.cli.terminal import say
from tests.client import Visitor
from tests.conftest import running
from tests.consent.records import stored
from tests.operations.test_logs import lines as logged_lines
from tests.waiting import wait_until
from tests.wiring.doors import address

IDS = {"uuid": "019ab8f2-5a3c-7d10-8f00-5b6c7d8e9fa0", "other": "nothing", "language": "fr"}


lines = logged_lines  # a fixture
WAYS = ("sqlite gone", "postgresql refusing", "postgresql hanging")


@pytest.fixture(params=WAYS)
def broken(request, monkeypatch) -> Iterator[tuple[Flask, Member, Program]]:
    """Paris, somebody and a program who were let in before, and a database that is away."""
    engine, how = request.param.split()
    environ = request.getfixturevalue(f"{engine}_environ")
    with contextmanager(running)(environ) as app:
        make.tenant(app)
        member, program = owner(app), Program(app, token(app))
        assert (member.get().status_code, program.get("/draft").status_code) == (200, 200)
        assert Visitor(app).get().status_code == 200
        make_hasty(monkeypatch)
        with away(request, app, how):
            yield app, member, program


def away(request, app: Flask, how: str) -> AbstractContextManager[None]:
    if how == "gone":
        return gone(app)
    cluster = request.getfixturevalue("cluster")
    return hanging(cluster) if how == "hanging" else refusing(app, cluster)


def calls(app: Flask) -> list[tuple[str, str, str]]:
    """Every address with every method that it takes, and the name of its view."""
    return [
        (method, address(rule, IDS), rule.endpoint)
        for rule in app.url_map.iter_rules()
        if not rule.build_only
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def ask(who: Member | Program, method: str, path: str) -> TestResponse:
    headers = getattr(who, "headers", {})
    if isinstance(who, Member) and method == "POST":
        return who.post(path)
    body = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
    return who.client.open(path, method=method, base_url=who.base, headers=headers, **body)


SERVED = {  # without any database, to those who ask as below
    "api.decide": 422,
    "api.openapi": 200,
    "api.policy": 200,
    "assets.asset": 404,
    "operations.healthz": 200,
    "operations.metrics": 200,
    "operations.ask": 404,  # without a hostname
}


def test_every_address_says_that_it_is_not_available(broken):
    app, member, program = broken
    for method, path, endpoint in calls(app):
        who = program if endpoint.startswith("api.") else member
        answer = ask(who, method, path)
        from_cache = endpoint.startswith("public.") and answer.status_code < 500
        assert from_cache or answer.status_code == SERVED.get(endpoint, 503), (method, path)
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) > 0, (method, path)
        if answer.status_code == 503 and endpoint.startswith("api."):
            assert answer.mimetype == "application/problem+json"
            assert answer.json["code"] == "unavailable"


def test_who_was_never_here_hears_so_too_and_pages_of_the_cache_go_on(broken):
    app, *_ = broken
    stranger, unknown = Visitor(app), Visitor(app, "unknown.example")
    assert stranger.get().status_code == 200
    assert stranger.decide().status_code == 503
    assert stranger.submit().status_code == 503
    assert unknown.get().status_code == 503


def test_each_refusal_is_one_short_line_that_tells_why(broken, lines):
    _, member, program = broken
    for who, path in ((program, "/api/v1/draft"), (member, "/backoffice/"), (member, "/nowhere")):
        before = len(lines())
        assert ask(who, "GET", path).status_code in (404, 503)
        for line in lines()[before:]:
            assert len(json.dumps(line)) < 600
            assert "\n" not in json.dumps(line).replace("\\n", "\n")
            assert "Error" in line["reason"]
    assert [one["status"] for one in lines() if "status" in one][:2] == [503, 503]


def test_it_is_served_again_as_soon_as_the_database_is_back(request, monkeypatch, cluster):
    with contextmanager(running)(request.getfixturevalue("postgresql_environ")) as app:
        make.tenant(app)
        visitor = Visitor(app)
        for way in ("refusing", "hanging"):
            wait_until(lambda: visitor.decide().status_code == 201)
            with monkeypatch.context() as hasty, away(request, app, way):
                make_hasty(hasty)
                assert visitor.decide().status_code == 503
            wait_until(lambda: visitor.decide().status_code == 201)


def test_while_the_server_hangs_one_request_asks_and_the_others_wait_for_nothing(
    request, monkeypatch, cluster
):
    waited: list[object] = []
    with contextmanager(running)(request.getfixturevalue("postgresql_environ")) as app:
        make.tenant(app)
        member = owner(app)
        member.get()
        app.extensions["portal.changes"].stop()
        given_up = postgresql.PatientConnection._cancelled
        monkeypatch.setattr(
            postgresql.PatientConnection,
            "_cancelled",
            lambda *given: (waited.append(given), given_up(*given))[1],
        )
        make_hasty(monkeypatch)
        monkeypatch.setattr(postgresql, "PAUSE", 60.0)
        with hanging(cluster):
            assert {member.get().status_code for _ in range(50)} == {503}
    assert len(waited) == 1


def test_a_command_waits_for_as_long_as_it_takes(postgresql_app, monkeypatch):
    monkeypatch.setattr(postgresql, "PATIENCE", 0.0)  # else whoever waits at all is given up
    assert "paris" not in say(postgresql_app, "tenant", "list")


def test_what_is_given_up_is_not_done_later(postgresql_app, monkeypatch):
    make.tenant(postgresql_app)
    visitor = Visitor(postgresql_app)
    visitor.get()
    with postgresql_app.app_context(), owner_engine().begin() as connection:
        connection.execute(text("LOCK TABLE consent_records IN ACCESS EXCLUSIVE MODE"))
        with monkeypatch.context() as hasty:
            make_hasty(hasty)
            assert visitor.decide().status_code == 503
    assert stored(postgresql_app) == []
    assert visitor.decide().status_code == 201
