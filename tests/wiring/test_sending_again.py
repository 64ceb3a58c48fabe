"""What somebody typed outlives a database that is away: the answer holds the form again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests import make
from tests.backoffice.member import Member, owner
from tests.breaking import gone
from tests.client import PREFERENCES, Visitor
from tests.conftest import running
from tests.consent.records import stored

HOSTILE = '"><script>alert(1)</script>\r\n&amp; é'
NEW = "/backoffice/cookies/new/"


@pytest.fixture
def paris(sqlite_environ) -> Iterator[tuple[Flask, Member]]:
    with contextmanager(running)(sqlite_environ) as app:
        make.tenant(app)
        member = owner(app)
        assert member.get().status_code == Visitor(app).get().status_code == 200
        yield app, member


def fields(answer: TestResponse) -> list[tuple[str, str]]:
    """The form of an answer, as a browser sends it."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text)
    return [(unescape(name), unescape(value)) for name, value in found]


def action(answer: TestResponse) -> str:
    return unescape(re.search(r'<form method="post" action="([^"]*)"', answer.text)[1])


def post(member: Member, path: str, **data) -> TestResponse:
    """A form with its token in a field, as without JavaScript."""
    headers = {"Origin": member.base, "Sec-Fetch-Site": "same-origin"}
    data = {"csrf_token": member.token} | data
    return member.client.post(path, base_url=member.base, data=data, headers=headers)


def test_a_visitors_decision_is_sent_again_by_a_button(paris):
    app, _ = paris
    visitor = Visitor(app)
    with gone(app):
        answer = visitor.submit("save", category=["statistics"], next="/?lang=en", policy="1")
    assert (answer.status_code, action(answer)) == (503, PREFERENCES)
    kept = dict(fields(answer))
    assert kept == {
        "decision": "save", "category": "statistics", "next": "/?lang=en", "policy": "1"
    }  # fmt: skip
    assert "Réessayer" in visitor_in_french(app)
    assert visitor.submit(**kept).status_code == 303
    assert stored(app)[0].accepted == ["necessary", "statistics"]


def visitor_in_french(app: Flask) -> str:
    with gone(app):
        return Visitor(app).submit("reject_all").text


def test_a_form_of_the_back_office_keeps_all_that_was_typed_and_can_be_sent(paris):
    app, member = paris
    typed = {"name": HOSTILE, "category": "statistics", "empty": "", "purpose-fr": "un\r\ndeux"}
    with gone(app):
        answer = post(member, f"{NEW}?provider=a%26b", **typed)
    assert "<script>" not in answer.text
    kept = dict(fields(answer))
    assert kept.pop("csrf_token")
    assert kept == typed
    assert action(answer) == f"{NEW}?provider=a%26b"
    again = dict(fields(answer))
    assert member.client.post(NEW, base_url=member.base, data=again).status_code == 422


@pytest.mark.parametrize(
    "name", ["password", "new_password_confirm", "code", "credential", "token", "client_secret"]
)
def test_a_secret_is_not_shown_again(paris, name):
    app, member = paris
    with gone(app):
        answer = post(member, "/backoffice/sign-in/", email="a@b.example", **{name: "hunter2"})
    assert dict(fields(answer))["email"] == "a@b.example"
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_what_another_site_sent_is_not_offered(paris, headers):
    app, member = paris
    with gone(app):
        for path in (NEW, PREFERENCES):
            answer = member.client.post(
                path, base_url=member.base, data={"name": "x"}, headers=headers
            )
            assert "<form" not in answer.text


def test_a_form_with_a_wrong_token_is_not_offered(paris):
    app, member = paris
    with gone(app):
        answer = post(member, NEW, csrf_token="wrong", name="x")
    assert answer.status_code == 503
    assert "<form" not in answer.text


def test_it_is_sent_to_this_host_whatever_its_path(paris):
    app, member = paris
    with gone(app):
        answer = member.client.post(
            "/", base_url=member.base, data={"a": "b"}, environ_overrides={"PATH_INFO": "//evil/x"}
        )
    assert answer.status_code != 503 or action(answer) == "/evil/x"


@pytest.mark.parametrize("path", ["/api/v1/consents", NEW])
def test_what_is_no_form_is_answered_without_one(paris, path):
    app, member = paris
    with gone(app):
        answer = member.client.post(path, base_url=member.base, json={"decision": "accept_all"})
    assert "<form" not in answer.text
