"""Attempts to sign in, counted for all servers together."""

from contextlib import contextmanager

import pytest

from portal.backoffice.sign_in.addresses import SECURITY
from tests import make
from tests.backoffice.browser import SIGN_IN, Browser, give_password
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


def guess(app, number: int, password: str = "wrong") -> int:
    """From an address of its own."""
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
    return browser.post(SIGN_IN, {"email": EMAIL, "password": password}).status_code


def test_an_account_is_not_tried_at_all_servers_in_turns(shared):
    with server(shared) as one, server(shared) as other:
        statuses = [guess((one, other)[number % 2], number) for number in range(12)]
    assert statuses == [200] * 10 + [429] * 2


@pytest.mark.parametrize("end", [Counter.close, Counter.freeze])
def test_without_their_counter_servers_count_for_themselves(shared, counter, end):
    with server(shared) as one:
        assert guess(one, 0) == 200
        end(counter)
        assert Browser(one).sign_in(EMAIL).status_code == 302
        statuses = [guess(one, number) for number in range(12)]
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
        assert guess(one, 0) == 200
        assert ended
