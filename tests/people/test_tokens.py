"""API tokens: shown once, kept as a hash, scoped, revocable, and their use known to a minute."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from portal.database import db, writing
from portal.people import tokens
from portal.people.models import ApiToken, AuditEntry
from portal.people.refusals import TokenError
from portal.people.tokens import DIGITS, LONGEST_LIFE, Scope, UnknownToken
from tests import make
from tests.api.program import Program, token

NOW = datetime.now(UTC)


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


def opened(app, secret, now=NOW, slug="paris"):
    with app.app_context():
        return tokens.opened(make.find(slug).id, secret, now).name


def test_a_token_is_recognised_by_how_it_begins_and_no_two_are_alike(paris):
    secrets = {token(paris) for _ in range(20)}
    assert len(secrets) == 20
    for one in secrets:
        assert re.fullmatch(r"cpt_[0-9A-Za-z]{49}", one)


def test_the_secret_is_kept_nowhere(paris):
    secret = token(paris)
    with paris.app_context():
        [row] = db.session.scalars(select(ApiToken))
        values = [getattr(row, one.key) for one in ApiToken.__table__.columns]
        entries = [(one.name, one.after) for one in db.session.scalars(select(AuditEntry))]
    assert secret[8:] not in repr(values) + repr(entries)
    assert row.hint == secret[:8]


def test_a_token_opens_its_tenant_until_it_ends(paris):
    secret = token(paris, days=7)
    assert opened(paris, secret) == "Robot"
    assert opened(paris, secret, NOW + timedelta(days=6, hours=23)) == "Robot"
    with pytest.raises(UnknownToken):
        opened(paris, secret, NOW + timedelta(days=8))


def test_one_wrong_digit_is_known_without_the_database(paris):
    secret = token(paris)
    place = 20
    other = DIGITS[(DIGITS.index(secret[place]) + 1) % len(DIGITS)]
    asked = []
    with paris.app_context():
        engine, tenant_id = db.engine, make.find().id
        event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        with pytest.raises(UnknownToken):
            tokens.opened(tenant_id, secret[:place] + other + secret[place + 1 :], NOW)
    assert asked == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n "}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("everything",)}, "scopes"),
        ({"scopes": ("cookies:read", "x" * 10_000)}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": -1}, "days"),
        ({"days": LONGEST_LIFE + 1}, "days"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_cannot_be_a_token_is_refused_at_its_field(lone_app, values, field):
    make.tenant(lone_app)
    with pytest.raises(TokenError) as refused:
        token(lone_app, **values)
    assert refused.value.field == field
    assert len(str(refused.value)) < 200


def uses(app):
    with app.app_context():
        return db.session.scalar(select(ApiToken.last_used_at))


def test_the_last_use_is_written_at_most_once_a_minute(paris):
    program = Program(paris, token(paris))
    assert uses(paris) is None
    program.get("/cookies")
    first = uses(paris)
    assert first >= NOW
    program.get("/cookies")
    assert uses(paris) == first
    with paris.app_context(), writing():
        row = db.session.scalars(select(ApiToken)).one()
        row.last_used_at = first - timedelta(minutes=2)
    program.get("/cookies")
    assert uses(paris) > first - timedelta(minutes=1)


def test_a_use_is_no_change_in_the_audit_trail(paris):
    Program(paris, token(paris)).get("/cookies")
    with paris.app_context():
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "api_tokens"))
        assert [one.action for one in entries] == ["added"]


def test_what_a_token_does_stands_under_its_name_in_the_trail(paris):
    program = Program(paris, token(paris, name="Deploy"))
    body = {"name": "Matomo", "privacy_url": "https://matomo.example/"}
    assert program.post("/providers", body).status_code == 201
    version = program.post("/versions", {"note": "from the pipeline"}).json
    assert re.fullmatch(r"token Deploy \(cpt_....…\)", version["published_by"])
    with paris.app_context():
        named = AuditEntry.name.in_(["Matomo", str(version["number"])])
        entries = db.session.execute(select(AuditEntry.name, AuditEntry.actor).where(named)).all()
    assert dict(entries) == dict.fromkeys(["Matomo", "2"], version["published_by"])


@pytest.mark.parametrize("scope", Scope)
def test_every_scope_has_words_in_the_back_office(scope):
    from portal.backoffice.token_words import WORDS

    assert WORDS[scope].name
