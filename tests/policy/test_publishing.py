"""Publishing freezes what visitors see, once, and for good."""

import hashlib
import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.database import db
from portal.policy.models import PolicyVersion, Wording
from tests import make


def version(number: int) -> PolicyVersion:
    return db.session.get_one(PolicyVersion, (make.find().id, number))


def test_an_unchanged_draft_makes_no_new_version(app):
    make.tenant(app)
    assert make.publish(app) == 1
    make.change(app, "paris", name="Paris!")
    assert make.publish(app) == 2
    assert make.publish(app) == 2


def test_the_digest_is_the_sha_256_of_the_canonical_document(app):
    make.tenant(app)
    with app.app_context():
        one = version(1)
        assert hashlib.sha256(one.document.encode()).hexdigest() == one.digest
        document = json.loads(one.document)
        again = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert again == one.document


def test_the_document_names_each_languages_wording_by_its_digest(app):
    make.tenant(app)
    with app.app_context():
        wordings = json.loads(version(1).document)["wordings"]
        assert set(wordings) == {"fr", "en", "ar"}
        for language, digest in wordings.items():
            kept = db.session.get_one(Wording, digest)
            assert kept.language == language
            assert hashlib.sha256(kept.messages.encode()).hexdigest() == digest


def test_visitors_read_the_version_and_never_the_draft(app, visitor):
    make.tenant(app)
    make.cookie(app, name="_new_one")
    assert "_new_one" not in visitor.get().text
    make.publish(app)
    assert "_new_one" in visitor.get().text


def test_wording_alone_leaves_the_fingerprint_as_it_was(app):
    make.tenant(app)
    with app.app_context():
        before = version(1).fingerprints
    make.change(app, "paris", name="Another name")
    make.publish(app)
    with app.app_context():
        assert version(2).fingerprints == before


def test_a_new_cookie_changes_the_fingerprint_of_its_category_alone(app):
    make.tenant(app)
    make.cookie(app)
    make.publish(app)
    with app.app_context():
        before, after = version(1).fingerprints, version(2).fingerprints
    assert before["necessary"] == after["necessary"]
    assert before["statistics"] != after["statistics"]


@pytest.mark.parametrize("table", ["policy_versions", "wordings"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET digest = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_published(app, table, statement):
    make.tenant(app)
    with app.app_context(), pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement.format(table)))
