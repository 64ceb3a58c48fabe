"""Requests with tokens, counted for all servers together."""

from contextlib import closing, contextmanager

import pytest

from portal.limits import FAILED_TOKENS
from tests import make
from tests.api.program import Program, token
from tests.api.test_limits import assert_told_to_wait
from tests.conftest import running
from tests.counter import Counter, EncryptedCounter

server = contextmanager(running)


@pytest.fixture
def few(sqlite_environ):
    return sqlite_environ | {"PORTAL_TOKEN_LIMIT": "3"}


@pytest.fixture
def shared(few, counter):
    """What the servers of one installation are told."""
    return few | {"PORTAL_LIMITS_URL": counter.url}


def test_what_one_server_counted_another_knows(shared):
    with server(shared) as one, server(shared) as other:
        make.tenant(one)
        secret = token(one)
        for app in (one, other, one):
            assert Program(app, secret).get("/cookies").status_code == 200
        for app in (one, other):
            assert_told_to_wait(Program(app, secret).get("/cookies"))
        assert Program(other, token(one)).get("/cookies").status_code == 200


def test_a_counter_may_be_asked_over_tls(few, tmp_path):
    with closing(EncryptedCounter(tmp_path)) as encrypted:
        environ = few | {"PORTAL_LIMITS_URL": encrypted.url}
        with server(environ) as one:
            make.tenant(one)
            program = Program(one, token(one))
            for _ in range(3):
                assert program.get("/cookies").status_code == 200
            assert_told_to_wait(program.get("/cookies"))


def test_tokens_tried_in_turns_at_all_servers_add_up(shared):
    with server(shared) as one, server(shared) as other:
        make.tenant(one)
        for number in range(FAILED_TOKENS):
            guesser = Program((one, other)[number % 2], f"guess-{number}")
            assert guesser.get("/cookies").status_code == 401
        for app in (one, other):
            assert_told_to_wait(Program(app, "guess").get("/cookies"))
        assert Program(other, token(one)).get("/cookies").status_code == 200


@pytest.mark.parametrize("end", [Counter.close, Counter.freeze])
def test_a_counter_that_goes_away_refuses_nobody(shared, counter, end):
    with server(shared) as one:
        make.tenant(one)
        program = Program(one, token(one))
        for _ in range(3):
            assert program.get("/cookies").status_code == 200
        assert_told_to_wait(program.get("/cookies"))
        end(counter)
        assert program.get("/cookies").status_code == 200


def test_servers_that_count_for_themselves_do_not_know_of_each_other(sqlite_environ):
    alone = sqlite_environ | {"PORTAL_TOKEN_LIMIT": "1"}
    with server(alone) as one, server(alone) as other:
        make.tenant(one)
        secret = token(one)
        assert Program(one, secret).get("/cookies").status_code == 200
        assert Program(other, secret).get("/cookies").status_code == 200
        assert_told_to_wait(Program(one, secret).get("/cookies"))
