"""`portal token …`: programs let in from the command line."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.database import db
from portal.people.models import ApiToken, AuditEntry
from tests import make
from tests.api.program import Program
from tests.cli.terminal import complaint, facts, run, say

OF_PARIS = ("--tenant", "paris")


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


def create(app, *more, name="nightly export"):
    return ("token", "create", name, *OF_PARIS, "--scope", "cookies:read", *more)


def test_create_prints_a_token_that_works_and_nothing_else(paris):
    secret = say(paris, *create(paris)).strip()
    assert Program(paris, secret).get("/cookies").status_code == 200
    assert Program(paris, secret).get("/versions").status_code == 403
    with paris.app_context():
        [kept] = db.session.scalars(select(ApiToken))
        assert secret not in repr(vars(kept))
        [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "api_tokens"))
        assert entry.actor == "portal token create"
        assert "secret" not in entry.after


def test_create_answers_programs_with_all_about_it(paris):
    made = facts(paris, *create(paris, "--scope", "publish", "--days", "30"))
    assert made["scopes"] == ["cookies:read", "publish"]
    assert made["token"].startswith(made["hint"])
    assert made["created_at"][:4] <= made["expires_at"][:4]
    assert (made["state"], made["last_used_at"], made["revoked_at"]) == ("open", None, None)


def test_list_shows_no_secret(paris):
    secret = facts(paris, *create(paris))["token"]
    Program(paris, secret).get("/cookies")
    [listed] = facts(paris, "token", "list", *OF_PARIS)
    assert listed["name"] == "nightly export"
    assert listed["last_used_at"]
    assert secret not in say(paris, "token", "list", *OF_PARIS)


def test_a_revoked_token_opens_nothing(paris):
    made = facts(paris, *create(paris))
    assert "opens nothing" in say(paris, "token", "revoke", made["id"], *OF_PARIS)
    assert Program(paris, made["token"]).get("/cookies").status_code == 401
    [listed] = facts(paris, "token", "list", *OF_PARIS)
    assert listed["state"] == "over"
    assert listed["revoked_at"]


def test_another_tenants_token_cannot_be_revoked(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    made = facts(paris, *create(paris))
    for identifier in (made["id"], str(uuid4())):
        assert "no such token" in complaint(
            paris, "token", "revoke", identifier, "--tenant", "oslo"
        )
    assert Program(paris, made["token"]).get("/cookies").status_code == 200


def test_create_says_what_is_wrong(paris):
    assert "name" in complaint(paris, *create(paris, name=" "))
    assert run(paris, *create(paris, "--days", "0")).exit_code == 2
    assert run(paris, "token", "create", "x", *OF_PARIS).exit_code == 2
    assert run(paris, "token", "create", "x", *OF_PARIS, "--scope", "all").exit_code == 2
