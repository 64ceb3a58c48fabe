"""`/ask`: a proxy gets certificates for hostnames that are served, and for no others."""

from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import event

from portal.database import db, writing
from portal.operations import certificates
from portal.tenants import lifecycle
from portal.tenants.directory import directory
from tests import make
from tests.conftest import running

OUTSIDE = ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "", "unknown"]
GARBAGE = [
    "", " ", ".", "*", "*.paris.example", "paris.example:443", "paris.example ", " paris.example",
    "paris..example", "-a.example", "a_b.example", "[::1]", "paris.example/", "paris.example\0",
    "https://paris.example", "user@paris.example", "a" * 64, "a." * 200, "x" * 5000, "%", "\ud800",
    "paris.example, oslo.example", "٨.example:٨٠",
]  # fmt: skip


@pytest.fixture
def paris(app) -> Flask:
    make.tenant(app)
    return app


def ask(app: Flask, domain: str, peer: str = "127.0.0.1", **headers: str) -> int:
    address = f"/ask?domain={quote(domain, errors='surrogatepass')}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (
        app.test_client()
        .get(address, environ_overrides={"REMOTE_ADDR": peer}, headers=named)
        .status_code
    )


def questions(app: Flask, act) -> list[str]:
    """The statements that something sends to the database, the change feed's apart."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        if "change_counter" not in statement and "changed" not in statement.split("WHERE")[-1]:
            seen.append(statement)

    with app.app_context():
        engines = {id(one): one for one in db.engines.values()}.values()
        for one in engines:
            event.listen(one, "before_cursor_execute", note)
        try:
            act()
        finally:
            for one in engines:
                event.remove(one, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize("domain", ["paris.example", "PARIS.Example", "paris.example."])
def test_a_hostname_that_is_served_may_have_a_certificate(paris, domain):
    assert ask(paris, domain) == 200


def test_however_its_letters_are_written(lone_app):
    make.tenant(lone_app, hostname="münchen.example")
    assert ask(lone_app, "münchen.example") == ask(lone_app, "xn--mnchen-3ya.example") == 200


@pytest.mark.parametrize("domain", ["oslo.example", "www.paris.example", "example", "localhost"])
def test_any_other_may_not(paris, domain):
    assert ask(paris, domain) == 404


def test_it_is_asked_on_any_host(paris):
    assert ask(paris, "paris.example", Host="10.0.0.1:8000") == 200
    assert ask(paris, "oslo.example", Host="paris.example") == 404


def test_a_new_hostname_may_and_a_suspended_tenants_may_not(paris):
    assert ask(paris, "data.paris.example") == 404
    with paris.app_context(), writing():
        lifecycle.add_hostname(make.find(), "data.paris.example")
    make.heard(paris)
    assert ask(paris, "data.paris.example") == 200
    with paris.app_context(), writing():
        lifecycle.suspend(make.find())
    make.heard(paris)
    assert ask(paris, "data.paris.example") == ask(paris, "paris.example") == 404


@pytest.mark.parametrize("domain", GARBAGE, ids=range(len(GARBAGE)))
def test_what_is_no_hostname_is_refused_without_asking_the_database(paris, domain):
    assert questions(paris, lambda: ask(paris, domain) == 404 or pytest.fail(domain)) == []


def test_without_a_domain_there_is_nothing(paris):
    assert paris.test_client().get("/ask").status_code == 404


def test_what_is_known_is_answered_without_asking_the_database(paris):
    assert (ask(paris, "paris.example"), ask(paris, "oslo.example")) == (200, 404)
    again = questions(paris, lambda: (ask(paris, "paris.example"), ask(paris, "oslo.example")))
    assert again == []


@pytest.mark.parametrize("peer", OUTSIDE)
def test_for_those_outside_there_is_no_such_address(lone_app, peer):
    make.tenant(lone_app)
    assert ask(lone_app, "paris.example", peer) == 404


@pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_IP", "Via", "Forwarded"])
def test_a_visitor_who_came_through_a_proxy_is_outside(lone_app, header):
    make.tenant(lone_app)
    assert ask(lone_app, "paris.example", **{header: "127.0.0.1"}) == 404


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        ("1", {}, 200),  # the proxy itself asks
        ("1", {"X_Forwarded_For": "192.0.2.1"}, 404),
        ("1", {"X_Forwarded_For": "127.0.0.1, 192.0.2.1"}, 404),
        ("2", {"X_Forwarded_For": "192.0.2.1"}, 404),  # fewer than set: the peer is a proxy
        ("2", {"X_Forwarded_For": "127.0.0.1"}, 404),
        ("1", {"Via": "1.1 proxy"}, 404),
    ],
)
def test_behind_proxies_a_visitor_is_outside_too(sqlite_environ, proxies, forwarded, status):
    for app in running(sqlite_environ | {"PORTAL_PROXIES": proxies}):
        make.tenant(app)
        assert ask(app, "paris.example", **forwarded) == status


def test_networks_can_be_let_in_which_is_not_the_setting_of_the_metrics(sqlite_environ):
    inside = {"PORTAL_ASK_FROM": "10.0.0.0/8", "PORTAL_METRICS_FROM": "172.16.0.0/12"}
    for app in running(sqlite_environ | inside):
        make.tenant(app)
        assert ask(app, "paris.example", "10.1.2.3") == 200
        assert ask(app, "paris.example", "172.16.0.1") == 404
        assert ask(app, "paris.example", "127.0.0.1") == 404


def test_a_flood_of_unknown_names_neither_fills_memory_nor_asks_the_database_for_each(
    lone_app, monkeypatch
):
    make.tenant(lone_app)
    assert ask(lone_app, "paris.example") == 200
    look_ups = lone_app.extensions["portal.look_ups"]
    monkeypatch.setattr(look_ups, "_limit", 50)
    answers = list[int]()
    asked = questions(
        lone_app, lambda: answers.extend(ask(lone_app, f"n{one}.example") for one in range(200))
    )
    assert (answers.count(404), answers.count(429)) == (49, 151)  # one was spent on Paris
    assert len(asked) < 150
    assert ask(lone_app, "paris.example") == 200
    assert len(look_ups._counts) == 1


def test_the_limit_lets_a_busy_proxy_ask():
    assert certificates.LOOK_UPS >= 1000


def test_no_number_of_unknown_names_displaces_a_tenant(lone_app, monkeypatch):
    make.tenant(lone_app)
    ask(lone_app, "paris.example")
    with lone_app.app_context():
        names = directory()._hostnames
        for one in (names._sites, names._unknown):
            monkeypatch.setattr(one, "_limit", 20)
        for number in range(100):
            ask(lone_app, f"n{number}.example")
        assert directory().recall("paris.example")
        assert len(names._unknown) == 20
