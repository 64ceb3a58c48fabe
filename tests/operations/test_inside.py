"""`/metrics` is for those inside: for others there is no such page, whatever they send."""

import pytest

from portal.settings import BadSetting, Settings
from tests import make
from tests.conftest import running
from tests.operations.scraping import ask

OUTSIDE = ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "", "unknown", "127.0.0.1.evil"]


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_who_is_on_the_machine_may_read(lone_app, peer):
    answer = ask(lone_app, peer)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("peer", OUTSIDE)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_for_others_there_is_no_such_page(lone_app, peer, method):
    answer = ask(lone_app, peer, method=method)
    unknown = ask(lone_app, peer, "/nothing", method)
    assert answer.status_code == unknown.status_code == 404
    assert answer.text == unknown.text


def test_also_a_tenants_own_hostname_does_not_open_it(lone_app, lone_visitor):
    make.tenant(lone_app)
    outside = {"REMOTE_ADDR": "192.0.2.1"}
    answer = lone_visitor.client.get(
        "/metrics", base_url=lone_visitor.base, environ_overrides=outside
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("peer", ["127.0.0.1", "192.0.2.1"])
@pytest.mark.parametrize(
    "header",
    [
        {"X_Forwarded_For": "127.0.0.1"},
        {"X_Forwarded_For": "192.0.2.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X_Real_IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
    ],
)
def test_a_header_opens_nothing_and_a_proxy_nobody_told_of_closes(lone_app, peer, header):
    assert ask(lone_app, peer, **header).status_code == 404


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [
        ("127.0.0.1", 200),
        ("192.0.2.1", 404),
        ("127.0.0.1, 192.0.2.1", 404),  # what a visitor sent, then what the proxy saw
        ("192.0.2.1, 127.0.0.1", 200),
        ("unknown", 404),
        ("a" * 10_000, 404),
    ],
)
def test_behind_a_proxy_the_address_that_it_saw_counts(sqlite_environ, forwarded, status):
    for app in running(sqlite_environ | {"PORTAL_PROXIES": "1"}):
        assert ask(app, "10.0.0.1", X_Forwarded_For=forwarded).status_code == status


@pytest.mark.parametrize(("peer", "status"), [("10.1.2.3", 200), ("127.0.0.1", 404)])
def test_a_network_can_be_let_in(sqlite_environ, peer, status):
    for app in running(sqlite_environ | {"PORTAL_METRICS_FROM": "10.0.0.0/8, fd00::/8"}):
        assert ask(app, peer).status_code == status


@pytest.mark.parametrize("value", ["everybody", "10.0.0.1/8", "10.0.0.0/8,", "10.0.0.0/99"])
def test_a_bad_network_is_refused_with_the_name_of_the_setting(value):
    with pytest.raises(BadSetting, match="PORTAL_METRICS_FROM"):
        Settings.read({"PORTAL_METRICS_FROM": value})
