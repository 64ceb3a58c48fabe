"""Every route of the API, walked with every kind of token that somebody might try."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.cookies.models import Cookie, Provider
from portal.database import db, owner_engine, writing
from portal.people import tokens
from portal.people.models import ApiToken
from portal.people.tokens import Scope
from tests import make
from tests.api.program import API, Program, token
from tests.client import Visitor
from tests.wiring.doors import address, everything_of, rules

FOREIGN = "oslo"
UNKNOWN = {"uuid": str(uuid4()), "other": "nothing"}


@pytest.fixture(scope="module")
def walked(sqlite_template, tmp_path_factory):
    """Paris, where every token is tried, and Oslo, which none of Paris may touch."""
    from tests.standing import paris

    for app in paris(sqlite_template, tmp_path_factory.mktemp("walk")):
        make.tenant(app, FOREIGN, "en", ("en",))
        make.cookie(app, FOREIGN)
        for host in ("paris.example", "oslo.example"):
            assert Visitor(app, host).decide().status_code == 201
        yield app


def calls(app: Flask) -> list[tuple[Rule, str]]:
    """Every way of calling a view that takes a token."""
    return [
        (rule, method)
        for rule in rules(app, "api")
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        if app.view_functions[rule.endpoint].scope
    ]


def send(app: Flask, secret: str, call: tuple[Rule, str], ids=UNKNOWN) -> TestResponse:
    rule, method = call
    path = address(rule, ids).removeprefix(API)
    return Program(app, secret).ask(method, path, None if method == "GET" else {})


def ended(app: Flask, **values: datetime) -> str:
    """A token of Paris that is over."""
    secret = token(app)
    with app.app_context(), writing():
        found = tokens.opened(make.find().id, secret, datetime.now(UTC))
        db.session.execute(update(ApiToken).where(ApiToken.id == found.id).values(**values))
    return secret


def mistyped(secret: str) -> str:
    return secret[:-1] + ("y" if secret.endswith("x") else "x")


def test_every_view_says_who_may_see_it(walked):
    for rule in rules(walked, "api"):
        assert hasattr(walked.view_functions[rule.endpoint], "scope"), rule.endpoint
    assert len(calls(walked)) > 20
    assert {walked.view_functions[rule.endpoint].scope for rule, _ in calls(walked)} == set(Scope)


def test_a_view_that_says_nothing_is_refused(walked):
    view = walked.view_functions["api.policy"]
    walked.view_functions["api.policy"] = lambda: "open"
    try:
        assert Visitor(walked).get("/api/v1/policy").status_code == 403
    finally:
        walked.view_functions["api.policy"] = view


@pytest.mark.parametrize(
    "secret",
    [
        lambda _: "",
        lambda _: "x",
        lambda app: token(app, slug=FOREIGN),
        lambda app: token(app)[:-1],
        lambda app: mistyped(token(app)),
        lambda app: token(app).swapcase(),
        lambda app: ended(app, revoked_at=datetime.now(UTC)),
        lambda app: ended(app, expires_at=datetime.now(UTC) - timedelta(seconds=1)),
    ],
    ids=["none", "short", "of another tenant", "cut", "mistyped", "wrong", "revoked", "expired"],
)
def test_who_has_no_token_of_the_tenant_is_told_the_same_everywhere(walked, secret):
    mine = secret(walked)
    bodies = set()
    for call in calls(walked)[:25]:  # not so many that they are too many
        answer = send(walked, mine, call)
        assert answer.status_code == 401, call
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        bodies.add(answer.text)
    assert len(bodies) == 1
    assert FOREIGN not in bodies.pop()
    forget_failures(walked)


def forget_failures(app: Flask) -> None:
    app.extensions["portal.limits"]._counter.storage.reset()


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_opens_what_it_names_and_nothing_else(walked, scope):
    secret = token(walked, [scope])
    for call in calls(walked):
        answer = send(walked, secret, call)
        needed = walked.view_functions[call[0].endpoint].scope
        assert (answer.status_code == 403) == (needed != scope), (call, answer.text)
        assert answer.status_code < 500, call
        if needed != scope:
            assert f'scope="{needed}"' in answer.headers["WWW-Authenticate"]


def foreign_ids(app: Flask) -> list[dict[str, str]]:
    """What somebody of Paris might have learnt of Oslo."""
    record = Visitor(app, "oslo.example").decide().json
    with app.app_context(), owner_engine().connect() as connection:
        oslo = make.find(FOREIGN).id
        cookie = connection.scalar(select(Cookie.id).where(Cookie.tenant_id == oslo))
        provider = connection.scalar(
            select(Provider.key).where(Provider.tenant_id == oslo, Provider.key == "matomo")
        )
    ids = [str(cookie), record["id"], record["consent_id"]]
    return [{"uuid": one, "other": provider} for one in ids]


def test_an_id_of_another_tenant_answers_as_one_that_does_not_exist(walked):
    secret = token(walked)
    for call, ids in product(calls(walked), foreign_ids(walked)):
        if call[0].arguments:
            known, unknown = send(walked, secret, call, ids), send(walked, secret, call)
            assert known.status_code == unknown.status_code, call
            assert known.text == unknown.text, call


def test_nothing_that_is_read_names_another_tenant(walked):
    secret, ids = token(walked), foreign_ids(walked)
    for rule, method in calls(walked):
        if method == "GET":
            text = send(walked, secret, (rule, method)).text
            assert FOREIGN not in text.lower(), rule
            assert not [one for one in ids if one["uuid"] in text], rule


def test_an_erasure_reaches_no_other_tenant(walked):
    [*_, ids] = foreign_ids(walked)
    body = {"consent_id": ids["uuid"], "reason": "asked by letter"}
    assert Program(walked, token(walked)).post("/erasures", body).status_code == 404


def test_the_whole_walk_leaves_the_other_tenant_as_it_was(walked):
    secret, ids = token(walked), foreign_ids(walked)
    before = everything_of(walked, FOREIGN)
    for call, one in product(calls(walked), [*ids, UNKNOWN]):
        send(walked, secret, call, one)
    assert everything_of(walked, FOREIGN) == before
    assert before["cookies"]
    assert before["consent_records"]
