"""A change that another process makes is seen by every server within two seconds."""

import json
from collections.abc import Callable, Iterator
from threading import enumerate as enumerate_threads
from urllib.parse import quote

import pytest
from flask import Flask

from portal.database import writing
from portal.tenants import changes, lifecycle
from tests import make
from tests.client import POLICY, Visitor
from tests.conftest import running
from tests.consent.records import stored
from tests.waiting import comes_true


@pytest.fixture
def operator(environ) -> Iterator[Flask]:
    """Another process on the same database."""
    yield from running(environ)


@pytest.fixture
def paris(operator, visitor) -> Visitor:
    """A visitor of Paris, whose server has answered and listens for changes by itself."""
    make.tenant(operator)
    assert visitor.get().status_code == 200
    return visitor


@pytest.fixture
def on_paris(operator) -> Callable[..., None]:
    """Do something to the tenant, in the other process."""

    def do(verb: Callable[..., None], *arguments: str) -> None:
        with operator.app_context(), writing():
            verb(lifecycle.find("paris"), *arguments)

    return do


def soon(condition: Callable[[], bool]) -> bool:
    """Whether it comes true by itself; after how many looks, a test of its own says."""
    return comes_true(condition)


def answers(visitor: Visitor, status: int) -> Callable[[], bool]:
    return lambda: visitor.get().status_code == status


def test_one_look_hears_of_every_change_and_there_are_some_within_two_seconds(
    app, operator, paris, on_paris
):
    app.extensions["portal.changes"].stop()
    [one.join() for one in enumerate_threads() if one.name == "changes"]
    # from here on the test looks, and nobody else
    on_paris(lifecycle.suspend)
    assert paris.get().status_code == 200
    make.heard(app)
    assert paris.get().status_code == 404
    assert 4 * changes.INTERVAL <= 2


def test_a_published_version_is_shown(operator, paris):
    make.cookie(operator, name="_new_one")
    make.publish(operator)
    assert soon(lambda: "_new_one" in paris.get().text)


def test_a_suspended_tenant_stops_answering(paris, on_paris):
    on_paris(lifecycle.suspend)
    assert soon(answers(paris, 404))


def test_a_resumed_tenant_answers_again(paris, on_paris):
    on_paris(lifecycle.suspend)
    assert soon(answers(paris, 404))
    on_paris(lifecycle.resume)
    assert soon(answers(paris, 200))


def test_a_new_hostname_answers_though_it_was_unknown_a_moment_ago(paris, on_paris):
    other = Visitor(paris.client.application, "cookies.paris.example")
    assert other.get().status_code == 404
    on_paris(lifecycle.add_hostname, "cookies.paris.example")
    assert soon(answers(other, 200))


def test_a_hostname_that_was_removed_stops_answering(paris, on_paris):
    other = Visitor(paris.client.application, "cookies.paris.example")
    on_paris(lifecycle.add_hostname, "cookies.paris.example")
    assert soon(answers(other, 200))
    on_paris(lifecycle.remove_hostname, "cookies.paris.example")
    assert soon(answers(other, 404))


def test_a_new_tenant_answers_though_its_host_was_unknown_a_moment_ago(operator, paris):
    oslo = Visitor(paris.client.application, "oslo.example")
    assert oslo.get(POLICY).status_code == 404
    make.tenant(operator, "oslo", "en")
    assert soon(answers(oslo, 200))


@pytest.mark.parametrize("way", ["decide", "submit"])
def test_who_decided_on_a_version_that_is_news_here_stays_the_same_browser(operator, paris, way):
    make.cookie(operator, name="_new_one")
    make.publish(operator)
    elsewhere = Visitor(operator)  # another server, which has heard of it
    elsewhere.decide(policy=2)
    paris.remember(quote(json.dumps(elsewhere.preferences)))
    getattr(paris, way)("reject_all", policy=2)
    first, second = stored(operator)
    assert (second.consent_id, second.previous) == (first.consent_id, first.id)
