"""Attempts to sign in, counted for all servers together."""

from contextlib import contextmanager

import pytest

from portal.backoffice.sign_in import addresses, throttling
from portal.backoffice.sign_in.addresses import SECURITY, VIEWS
from portal.limits import counters
from tests import make
from tests.backoffice.browser import PASSWORD, SIGN_IN, Browser, give_password
from tests.backoffice.member import add_member
from tests.conftest import running
from tests.counter import Counter

EMAIL = "owner@paris.example"
server = contextmanager(running)


@pytest.fixture
def shared(sqlite_environ, counter):
    """What the servers of one installation are told."""
    environ = sqlite_environ | {"PORTAL_LIMITS_URL": counter.url}
    with server(environ) as app:
        make.tenant(app)
        add_member(app, EMAIL)
        give_password(app, EMAIL)
    return environ


def guess(app, password: str = "wrong", network: str = "192.0.2.1") -> int:
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = network
    return browser.post(SIGN_IN, {"email": EMAIL, "password": password}).status_code


def test_an_account_is_not_tried_at_all_servers_in_turns(shared):
    with server(shared) as one, server(shared) as other:
        statuses = [guess((one, other)[number % 2]) for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2


@pytest.mark.parametrize("end", [Counter.close, Counter.freeze])
def test_without_their_counter_servers_count_for_themselves(shared, counter, end):
    with server(shared) as one:
        assert guess(one) == 200
        end(counter)
        assert Browser(one).sign_in(EMAIL).status_code == 302
        statuses = [guess(one) for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2


def test_a_server_that_starts_without_its_counter_lets_people_in(shared, counter):
    counter.close()
    with server(shared) as one:
        assert Browser(one).sign_in(EMAIL).status_code == 302


def test_an_attempt_that_cannot_be_counted_is_answered(shared, counter):
    """Its limits were looked at while the counter was there."""
    with server(shared) as one:
        ended = []
        hooks = one.after_request_funcs[SECURITY]
        hooks.append(lambda answer: ended.append(counter.close()) or answer)  # runs first
        assert guess(one) == 200
        assert ended


def test_networks_that_somebody_signed_in_from_are_known_to_all_servers(shared, monkeypatch):
    """Ten guesses are the ceiling here, to be there sooner."""
    tight = throttling.BY_EMAIL._replace(ceiling="10 per hour")
    monkeypatch.setattr(
        addresses, "VIEWS", (addresses.VIEWS[0]._replace(counted=tight), *VIEWS[1:])
    )
    with server(shared) as one, server(shared) as other:
        home = {"password": PASSWORD, "network": "203.0.113.1"}
        assert guess(one, **home) == 302
        found = [guess(other, network=f"192.0.2.{number}") for number in range(11)]
        assert found == [200] * 10 + [429]
        assert guess(other, PASSWORD, "203.0.113.2") == 429
        assert guess(other, **home) == 302


def test_without_their_counter_codes_of_an_app_let_in_once_all_the_same(shared, counter):
    with server(shared) as one, one.app_context():
        counter.close()
        assert [counters().count("code", 60) for _ in range(2)] == [1, 2]
        assert counters().read("code") == 2
