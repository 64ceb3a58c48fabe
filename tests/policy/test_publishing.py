"""Publishing freezes what visitors see, once, and for good."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.database import db, writing
from portal.policy.document import Document
from portal.policy.drafting import draft
from portal.policy.models import PolicyVersion, Wording
from portal.policy.publishing import (
    LONGEST_NOTE,
    BadNote,
    CannotLeaveOut,
    DraftChanged,
    LanguagesIncomplete,
    publish,
)
from tests import make
from tests.consent import drafts

FRENCH = {"fr": "Distingue les visites."}
PUBLISHERS = 8


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


def published(app: Flask, **options: object) -> Document:
    with app.app_context(), writing():
        return Document.read(publish(make.find(), **options).document)


def numbers(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(PolicyVersion.number)))


@pytest.fixture
def unfinished(app) -> Flask:
    """Paris, with a cookie whose purpose is missing in Arabic and English."""
    make.tenant(app)
    make.cookie(app)
    drafts.change_cookie(app, "_pk_id", purpose=FRENCH)
    return app


def test_incomplete_languages_are_refused_by_name_and_count(unfinished):
    with pytest.raises(LanguagesIncomplete, match="en: 1 missing, 0 stale; ar: 1 missing") as why:
        published(unfinished)
    assert set(why.value.languages) == {"en", "ar"}
    assert numbers(unfinished) == [1]


def test_stale_languages_are_refused(app):
    make.tenant(app)
    make.cookie(app)
    drafts.change_cookie(app, "_pk_id", sources={"purpose": {"ar": "Before."}})
    with pytest.raises(LanguagesIncomplete, match="ar: 0 missing, 1 stale"):
        published(app)


def test_a_language_that_is_left_out_leaves_no_trace_in_the_version(unfinished, visitor):
    document = published(unfinished, without=frozenset({"en", "ar"}))
    assert document.languages == ("fr",)
    texts = [text for one in document.categories for text in (one.title, one.description)]
    texts += [text for one in document.categories for cookie in one.cookies
              for text in (cookie.function, cookie.purpose, cookie.lifetime)]  # fmt: skip
    assert all(set(one) == {"fr"} for one in texts)
    make.heard(unfinished)
    page = visitor.get("/terms/cookies-policy/?lang=ar")
    assert 'lang="fr"' in page.text


def test_a_language_comes_back_when_it_is_complete(unfinished):
    published(unfinished, without=frozenset({"en", "ar"}))
    drafts.change_cookie(unfinished, "_pk_id", purpose=FRENCH | {"en": "Tells.", "ar": "x"})
    assert published(unfinished).languages == ("fr", "ar", "en")


@pytest.mark.parametrize("language", ["fr", "de", "nonsense", ""])
def test_neither_the_default_language_nor_an_unknown_one_can_be_left_out(lone_app, language):
    make.tenant(lone_app)
    with pytest.raises(CannotLeaveOut):
        published(lone_app, without=frozenset({language, "ar"}))


def test_a_version_says_who_published_it_and_why(app):
    make.tenant(app)
    make.change(app, "paris", name="Paris!")
    published(app, by="ada@paris.example", note="A mark.")
    with app.app_context():
        one = version(2)
        assert (one.published_by, one.note) == ("ada@paris.example", "A mark.")


def test_a_note_has_its_limit(lone_app):
    make.tenant(lone_app)
    make.change(lone_app, "paris", name="Paris!")
    with pytest.raises(BadNote):
        published(lone_app, note="a" * (LONGEST_NOTE + 1))
    published(lone_app, note="a" * LONGEST_NOTE)


def test_nothing_is_published_that_was_not_looked_at(app):
    make.tenant(app)
    make.change(app, "paris", name="Paris!")
    with app.app_context():
        seen = draft(make.find()).digest
    make.change(app, "paris", name="Paris?")
    with pytest.raises(DraftChanged):
        published(app, seen=seen)
    assert numbers(app) == [1]


def at_once(app: Flask, *changes: str) -> list[int]:
    """Publish from as many threads, each after renaming the tenant; the numbers they were told."""
    start = Barrier(len(changes))

    def run(name: str) -> int:
        with app.app_context():
            start.wait()
            with writing():
                tenant = make.find()
                if name:
                    tenant.name = name
                return publish(tenant).number

    with ThreadPoolExecutor(len(changes)) as threads:
        return list(threads.map(run, changes))


def test_publishing_the_same_at_once_makes_one_version(app):
    make.tenant(app)
    make.change(app, "paris", name="Paris!")
    assert at_once(app, *[""] * PUBLISHERS) == [2] * PUBLISHERS
    assert sorted(numbers(app)) == [1, 2]


def test_publishing_different_things_at_once_makes_versions_in_order(app):
    make.tenant(app)
    told = at_once(app, *[f"Paris {number}" for number in range(PUBLISHERS)])
    assert sorted(told) == list(range(2, PUBLISHERS + 2))
    with app.app_context():
        latest = Document.read(version(PUBLISHERS + 1).document)
        assert latest.name == make.find().name


def test_whoever_waited_publishes_the_draft_of_when_it_was_their_turn(app):
    make.tenant(app)
    with app.app_context(), writing():
        tenant = make.find()
        db.session.execute(text("UPDATE tenants SET name = 'Lutetia'"))  # as another would
        assert Document.read(publish(tenant).document).name == "Lutetia"
