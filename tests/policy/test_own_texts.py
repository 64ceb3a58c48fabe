"""Built-in texts in a tenant's own words, sections and legal pages of its own."""

import json
from hashlib import sha256

import pytest
from sqlalchemy import event, func, select

from portal.cookies.texts import in_language
from portal.database import db
from portal.languages import AVAILABLE
from portal.policy.document import Document
from portal.policy.drafting import draft
from portal.policy.markdown import TextNotPlain, TextTooLong
from portal.policy.models import OwnWording, PolicyVersion, Wording
from portal.policy.passages import BadAddress
from portal.policy.typed import Conflict, Refused, Shown, Typed
from portal.policy.wordings import (
    FIXED,
    WrongPlaceholders,
    built_in,
    own_wordings,
    reword,
    rewordable,
)
from tests import make
from tests.client import PREFERENCES, Visitor
from tests.policy.texts import link, own, passage

WELCOME = "Cookie policy"
FILLED = "Version %(number)s, published on %(date)s"


def document(app, number: int) -> Document:
    with app.app_context():
        row = db.session.get_one(PolicyVersion, (make.find().id, number))
        return Document.read(row.document)


def refusal(app, source, text) -> Exception:
    with pytest.raises(Refused) as refused:
        own(app, source, text)
    return refused.value.errors[source]


def test_visitors_read_the_tenants_words_in_that_language_alone(app, visitor):
    make.tenant(app)
    own(app, WELCOME, "Nos biscuits")
    make.publish(app)
    assert "Nos biscuits" in visitor.get().text
    assert "Nos biscuits" not in visitor.get("/terms/cookies-policy/?lang=en").text


def test_own_words_are_frozen_under_their_digest(app):
    make.tenant(app)
    own(app, WELCOME, "Nos biscuits")
    make.publish(app)
    digest = document(app, 2).wordings["fr"]
    with app.app_context():
        kept = db.session.get_one(Wording, digest)
        assert kept.language == "fr"
        assert sha256(kept.messages.encode()).hexdigest() == digest
        assert json.loads(kept.messages)[WELCOME] == "Nos biscuits"


def test_who_has_no_own_words_shares_the_built_in_ones(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en", "fr"))
    own(app, WELCOME, "Nos biscuits")
    make.publish(app)
    assert document(app, 2).wordings["en"] == built_in("en").digest
    assert document(app, 2).wordings["fr"] != built_in("fr").digest
    with app.app_context():
        assert draft(make.find("oslo")).wordings["fr"] == built_in("fr").digest


def test_an_empty_text_brings_the_built_in_back(app):
    make.tenant(app)
    own(app, WELCOME, "Nos biscuits")
    own(app, WELCOME, "  ")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OwnWording)) == 0
        assert draft(make.find()).wordings["fr"] == built_in("fr").digest


def test_a_text_that_is_filled_in_keeps_its_placeholders_and_every_percent_sign(app, visitor):
    make.tenant(app)
    own(app, FILLED, "100 % : no %(number)s du %(date)s")
    make.publish(app)
    assert "100 % : no 2 du " in visitor.get().text


@pytest.mark.parametrize(
    "text", ["Version %(number)s", "%(number)s %(date)s %(name)s", "%(number)s %(date)d"]
)
def test_a_text_with_other_placeholders_is_refused(lone_app, text):
    make.tenant(lone_app)
    error = refusal(lone_app, FILLED, text)
    assert isinstance(error, WrongPlaceholders)
    assert "%(date)s %(number)s" in str(error)


def test_a_percent_sign_where_nothing_is_filled_in_is_just_that(lone_app):
    make.tenant(lone_app)
    own(lone_app, WELCOME, "100 % biscuit")
    make.publish(lone_app)
    assert "100 % biscuit" in Visitor(lone_app).get().text


def test_markup_in_a_tenants_words_is_text(lone_app):
    make.tenant(lone_app)
    own(lone_app, WELCOME, "<script>alert(1)</script>")
    make.publish(lone_app)
    assert "<script>alert" not in Visitor(lone_app).get().text


@pytest.mark.parametrize("source", sorted(FIXED))
def test_the_words_of_the_two_answers_are_everybodys(lone_app, source):
    make.tenant(lone_app)
    assert isinstance(refusal(lone_app, source, "Peut-être"), Conflict)


@pytest.mark.parametrize(("text", "error"), [("a" * 2001, TextTooLong), ("a\0b", TextNotPlain)])
def test_a_hostile_text_is_refused(lone_app, text, error):
    make.tenant(lone_app)
    assert isinstance(refusal(lone_app, WELCOME, text), error)


def test_who_comes_second_is_told(app):
    make.tenant(app)
    own(app, WELCOME, "Nos biscuits")
    with app.app_context(), pytest.raises(Refused) as refused:
        reword(make.find(), "fr", [Typed(WELCOME, "Nos gâteaux", Shown("").seal)])
    assert refused.value.conflict
    with app.app_context():
        assert own_wordings(make.find()) == {"fr": {WELCOME: "Nos biscuits"}}


def test_one_wrong_text_keeps_all_from_being_written(lone_app):
    make.tenant(lone_app)
    seen = Shown("").seal
    typed = [Typed(WELCOME, "Nos biscuits", seen), Typed(FILLED, "Version", seen)]
    with lone_app.app_context(), pytest.raises(Refused):
        reword(make.find(), "fr", typed)
    with lone_app.app_context():
        assert own_wordings(make.find()) == {}


def test_every_text_can_be_said_in_own_words_without_breaking_a_page(lone_app):
    make.tenant(lone_app)
    with lone_app.app_context(), db.session.begin():
        seen = Shown("").seal
        typed = [Typed(one, f"50 % {one}", seen) for one in rewordable()]
        assert reword(make.find(), "fr", typed) == len(typed)
    make.publish(lone_app)
    visitor = Visitor(lone_app)
    for path in ("/", "/terms/cookies-policy/", PREFERENCES):
        page = visitor.get(path)
        assert page.status_code == 200
        assert "50 % " in page.text
        assert "50 %% " not in page.text


def test_a_section_is_published_as_clean_html(app):
    make.tenant(app, languages=("fr",))
    passage(app, "why", fr="# Oui\n\n<script>x</script> **fort**")
    make.publish(app)
    html = document(app, 2).passages["why"].html
    assert set(html) == {"fr"}
    assert "<h3>Oui</h3>" in html["fr"]
    assert "<strong>fort</strong>" in html["fr"]
    assert "<script" not in html["fr"]


def test_a_legal_page_is_a_text_or_a_link(app):
    make.tenant(app)
    passage(app, "terms", fr="# Conditions", en="# Terms")
    link(app, "privacy", "https://example.org/privacy")
    with app.app_context():
        own_passages = draft(make.find()).passages
    assert own_passages["terms"].html == {
        "fr": "<h2>Conditions</h2>",
        "en": "<h2>Terms</h2>",
    }
    assert own_passages["privacy"].url == "https://example.org/privacy"
    link(app, "terms", "https://example.org/terms")
    with app.app_context():
        assert draft(make.find()).passages["terms"].html == {}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//x", "", "https://" + "a" * 500])
def test_a_link_is_a_web_address(lone_app, url):
    make.tenant(lone_app)
    with pytest.raises(BadAddress):
        link(lone_app, "terms", url)


def test_a_passage_that_is_emptied_is_gone_from_the_draft(lone_app):
    make.tenant(lone_app)
    passage(lone_app, "why", fr="Parce que.")
    passage(lone_app, "why", fr="")
    with lone_app.app_context():
        assert draft(make.find()).passages == {}


def queries_of_a_draft(app) -> int:
    statements = []
    with app.app_context():
        tenant = make.find()
        event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
        draft(tenant)
    return len(statements)


def test_a_draft_asks_as_many_questions_in_one_language_as_in_all(app):
    make.tenant(app, languages=("fr",))
    few = queries_of_a_draft(app)
    make.change(app, "paris", languages=list(AVAILABLE))
    for tag in AVAILABLE:
        own(app, WELCOME, f"Texte {tag}", tag)
        passage(app, "why", **{tag: "Texte"})
    assert queries_of_a_draft(app) == few


def test_the_built_in_words_are_what_the_catalogue_says():
    assert json.loads(built_in("fr").messages)[WELCOME] == in_language({"en": WELCOME}, "fr", "en")
