"""The publishing screen: what changes, for whom, in which languages; and the button."""

import re
from html import unescape

import pytest
from flask import Flask

from portal.people.audit import ADDED
from portal.people.models import AuditEntry
from portal.policy.models import PolicyVersion
from portal.policy.publishing import LONGEST_NOTE
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.backoffice.queries import counted
from tests.backoffice.rows import rows
from tests.consent import drafts
from tests.consent.records import keep, record

PUBLISH = "/backoffice/publish/"
VERSIONS = "/backoffice/versions/"


@pytest.fixture
def ada(app) -> Member:
    make.tenant(app)
    make.cookie(app)
    return owner(app)


def words(page: str) -> str:
    """What somebody reads, without markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


def seen(page: str) -> str:
    return re.search('name="seen" value="([0-9a-f]{64})"', page)[1]


def latest(app: Flask) -> PolicyVersion:
    return max(rows(app, PolicyVersion), key=lambda one: one.number)


def test_the_changes_are_told_in_words(app, ada):
    make.change(app, "paris", consent_days=30)
    drafts.change_cookie(app, "sessionid", lifetime_count=1, third_party=True, storage="any")
    text = words(ada.get(PUBLISH).text)
    for line in (
        "New _pk_id · Statistiques",
        "New Matomo",
        "Changed sessionid · Lifetime before: 2 weeks → now: 1 week",
        "Changed sessionid · Third party before: no → now: yes",
        "Changed sessionid · Kept in before: A cookie → now: Not known: a cookie or a storage",
        "Changed Days that a decision counts before: 182 → now: 30",
    ):
        assert line in text


def test_what_somebody_typed_is_shown_as_text(app, ada):
    make.change(app, "paris", name="<script>alert(1)</script>")
    assert "<script>alert" not in ada.get(PUBLISH).text


def test_a_name_that_is_a_word_elsewhere_stays_as_it_was_typed(app, ada):
    make.change(app, "paris", name="corner")
    assert "Name of the portal before: Paris → now: corner" in words(ada.get(PUBLISH).text)


def test_a_draft_that_says_the_same_says_so(app):
    make.tenant(app)
    assert "The draft says just the same." in owner(app).get(PUBLISH).text


def test_publishing_makes_a_version_with_who_and_why(app, ada, visitor):
    form = {"note": "  Matomo comes. ", "seen": seen(ada.get(PUBLISH).text)}
    answer = ada.post(PUBLISH, form)
    assert (answer.status_code, answer.location) == (303, VERSIONS)
    assert "Version 2 is live." in ada.get(VERSIONS).text
    version = latest(app)
    assert (version.number, version.published_by) == (2, "owner@paris.example")
    assert version.note == "Matomo comes."
    assert "_pk_id" in visitor.get().text


def test_publishing_is_in_the_audit_trail(app, ada):
    ada.post(PUBLISH, {"note": "Why not?"})
    [entry] = [one for one in rows(app, AuditEntry) if one.name == "2"]
    assert (entry.actor, entry.action) == ("owner@paris.example", ADDED)
    assert entry.after["note"] == "Why not?"


def test_publishing_what_is_live_already_makes_nothing(app, ada):
    ada.post(PUBLISH)
    ada.post(PUBLISH)
    assert "says just this already" in ada.get(VERSIONS).text
    assert latest(app).number == 2


def test_incomplete_languages_are_shown_and_refused_unless_they_are_left_out(app, ada):
    drafts.change_cookie(app, "_pk_id", purpose={"fr": "Distingue.", "en": "Tells."})
    assert "1 text missing" in ada.get(PUBLISH).text
    refused = ada.post(PUBLISH, {"note": "A long note."})
    assert refused.status_code == 422
    assert "Translate what is missing or stale" in refused.text
    assert "A long note." in refused.text
    assert latest(app).number == 1
    assert ada.post(PUBLISH, {"without": "ar"}).status_code == 303
    assert '"wordings":{"en"' in latest(app).document
    assert '"ar"' not in latest(app).document


@pytest.mark.parametrize("language", ["fr", "de", "\0"])
def test_a_language_that_cannot_be_left_out_is_refused(app, ada, language):
    answer = ada.post(PUBLISH, {"without": language})
    assert answer.status_code == 422
    assert "other than the default one" in answer.text
    assert latest(app).number == 1


def test_what_was_ticked_stays_ticked_when_something_is_wrong(app, ada):
    answer = ada.post(PUBLISH, {"without": ["ar", "fr"]})
    assert re.search('value="ar" checked', answer.text)


def test_a_note_that_is_too_long_is_refused_at_its_field(app, ada):
    answer = ada.post(PUBLISH, {"note": "a" * (LONGEST_NOTE + 1)})
    assert answer.status_code == 422
    assert 'id="note-error"' in answer.text


def test_nobody_publishes_what_somebody_else_just_changed(app, ada):
    form = {"seen": seen(ada.get(PUBLISH).text)}
    make.cookie(app, name="_other")
    refused = ada.post(PUBLISH, form)
    assert refused.status_code == 409
    assert "Somebody changed the draft meanwhile" in refused.text
    assert "_other" in refused.text
    assert ada.post(PUBLISH, {"seen": seen(refused.text)}).status_code == 303


def test_the_forecast_says_how_many_are_asked_again_about_what(app, ada):
    ada.post(PUBLISH)
    make.cookie(app, name="_new")
    with app.app_context():
        keep(*(record(make.find().id, policy=2) for _ in range(1240)))
    text = words(ada.get(PUBLISH).text)
    assert "1,240 of 1,240 visitors whose decisions count would be asked again." in text
    assert "1,240 visitors about Statistics" in text


def test_the_forecast_says_when_nobody_is(app, ada):
    assert "no visitor has a decision that counts" in ada.get(PUBLISH).text
    ada.post(PUBLISH)
    with app.app_context():
        keep(record(make.find().id, policy=2), record(make.find().id, policy=2))
    make.change(app, "paris", name="Lutetia")
    assert "Nobody: all 2 decisions that count stay as they are." in ada.get(PUBLISH).text


def test_an_editor_sees_it_all_but_has_no_button(app, ada):
    add_member(app, "eve@paris.example", "editor")
    eve = Member(app, "eve@paris.example")
    page = eve.get(PUBLISH).text
    assert "Your role does not include publishing" in page
    assert 'name="note"' not in page
    assert eve.post(PUBLISH).status_code == 403
    assert latest(app).number == 1


def test_the_number_of_queries_does_not_depend_on_what_changed(app, ada):
    ada.get(PUBLISH)
    few = counted(app, lambda: ada.get(PUBLISH))
    for number in range(8):
        make.cookie(app, name=f"_c{number}")
    make.change(app, "paris", languages=["fr", "en", "ar", "de", "es", "it"])
    assert counted(app, lambda: ada.get(PUBLISH)) == few
