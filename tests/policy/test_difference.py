"""The difference between two documents is complete, in order, and in words."""

from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given

from portal.policy import facts
from portal.policy.difference import ADDED, CHANGED, REMOVED, Change, difference
from portal.policy.document import (
    DeclaredCookie,
    DeclaredIntegration,
    DeclaredLook,
    DeclaredPassage,
    Document,
)
from portal.policy.drafting import draft
from portal.policy.facts import Kind, Lifetime, Named
from tests import make
from tests.consent import drafts
from tests.policy.documents import documents, mutations

STATISTICS = Named("statistics", "Statistiques")
LABELS = {
    name: {label}
    for labels in (facts.COOKIE, facts.LOOK, facts.CONTACT, facts.SETTINGS)
    for name, label in labels.items()
} | {
    "name": {"Controller", "Name", "Name of the portal"},
    "title": {"Title"},
    "category": {"Waits for consent to"},
    "description": {"Description"},
    "provider": {"Service provider"},
    "lifetime_count": {"Lifetime"},
    "lifetime_unit": {"Lifetime"},
    "lifetime": {"Lifetime in words"},
    "function": {"Function and location"},
    "purpose": {"Purpose"},
    "privacy_url": {"Address of the privacy policy"},
    "url": {"Link"},
    "html": {"Text"},
}
NAMING = {
    "domain",
    "path",
    "key",
    "wordings",
    "kind",
    "identifier",
    "server",
}  # what is named by these is another thing


def drafted(app: Flask) -> Document:
    with app.app_context():
        return draft(make.find())


@pytest.fixture
def before(lone_app) -> Document:
    """Paris with a cookie, a look, own words and a film of its own."""
    make.tenant(lone_app)
    make.cookie(lone_app)
    return replace(
        drafted(lone_app),
        look=DeclaredLook("#0f5c4d", "#7dd3bd", 8, "bottom", "logo"),
        passages={"terms": DeclaredPassage("https://a.example/", {"fr": "<p>Un</p>"})},
        integrations=(DeclaredIntegration("vimeo", "statistics", "76979871", "", "A film"),),
    )


def with_cookie(document: Document, **values: object) -> Document:
    """The document with its one statistics cookie changed."""
    necessary, statistics = document.categories
    cookie = replace(statistics.cookies[0], **values)
    return replace(document, categories=(necessary, replace(statistics, cookies=(cookie,))))


@given(documents, documents)
def test_documents_are_equal_if_and_only_if_nothing_differs(one, other):
    assert (not difference(one, other)) == (one.canonical() == other.canonical())
    assert not difference(one, Document.read(one.canonical()))


@given(documents, documents)
def test_what_was_added_one_way_was_removed_the_other_way(one, other):
    there, back = difference(one, other), difference(other, one)
    added = sorted((change.kind, change.name) for change in there if change.action == ADDED)
    removed = sorted((change.kind, change.name) for change in back if change.action == REMOVED)
    assert added == removed


@given(documents, documents)
def test_changes_come_in_the_order_of_their_kinds(one, other):
    kinds = [list(Kind).index(change.kind) for change in difference(one, other)]
    assert kinds == sorted(kinds)


def test_each_change_of_one_field_is_one_change_that_names_it(before):
    found = [(name, after) for name, after in mutations(before) if name not in NAMING]
    for name, after in found:
        changes = difference(before, after)
        if name == "name" and changes[0].kind is Kind.COOKIE:
            assert [one.action for one in changes] == [ADDED, REMOVED]
            continue
        [change] = changes
        assert change.field in LABELS[name], (name, change)
    assert len(found) > 60


@pytest.mark.parametrize("field", sorted(NAMING))
def test_no_change_of_a_naming_field_goes_unsaid(before, field):
    found = [after for name, after in mutations(before) if name == field]
    assert found
    for after in found:
        assert difference(before, after)


def test_a_cookie_that_comes_or_goes_is_said_with_its_category(lone_app, before):
    make.cookie(lone_app, name="_new", domain=".paris.example")
    drafts.remove_cookie(lone_app, "_pk_id")
    after = drafted(lone_app)
    cookies = [one for one in difference(before, after) if one.kind is Kind.COOKIE]
    assert cookies == [
        Change(ADDED, Kind.COOKIE, "_new (.paris.example/)", after=STATISTICS),
        Change(REMOVED, Kind.COOKIE, "_pk_id", before=STATISTICS),
    ]


def test_a_lifetime_is_one_change_in_all_languages(lone_app):
    make.tenant(lone_app)
    make.cookie(lone_app)
    before = drafted(lone_app)
    drafts.change_cookie(lone_app, "_pk_id", lifetime_count=6, lifetime_unit="week")
    assert difference(before, drafted(lone_app)) == [
        Change(
            CHANGED, Kind.COOKIE, "_pk_id", "Lifetime", "", Lifetime(13, "month"),
            Lifetime(6, "week"),
        )
    ]  # fmt: skip


def test_a_text_names_its_language(before):
    texts = before.categories[1].cookies[0].purpose
    after = with_cookie(before, purpose=texts | {"en": "New.", "ar": "x"})
    named = {(one.field, one.language) for one in difference(before, after)}
    assert named == {("Purpose", "en"), ("Purpose", "ar")}


def test_a_language_that_comes_is_one_change(lone_app):
    make.tenant(lone_app)
    before = drafted(lone_app)
    make.change(lone_app, "paris", languages=["fr", "en", "ar", "de"])
    assert difference(before, drafted(lone_app)) == [Change(ADDED, Kind.LANGUAGE, "de")]


def test_a_cookie_that_moves_keeps_its_name(lone_app, before):
    necessary, statistics = before.categories
    moved: DeclaredCookie = statistics.cookies[0]
    after = replace(
        before,
        categories=(
            replace(necessary, cookies=(*necessary.cookies, moved)),
            replace(statistics, cookies=()),
        ),
    )
    [change] = difference(before, after)
    assert (change.name, change.field) == ("_pk_id", "Category")
    assert (change.before, change.after) == (STATISTICS, Named("necessary", "Nécessaires"))


def test_another_order_is_said(before):
    necessary, statistics = before.categories
    turned = replace(necessary, cookies=necessary.cookies[::-1])
    changes = difference(before, replace(before, categories=(statistics, turned)))
    assert [one.field for one in changes] == ["Order", "Order of its cookies"]


def test_built_in_texts_are_said_one_by_one_where_they_are_known(before):
    after = replace(before, wordings=before.wordings | {"fr": "new"})
    known = {before.wordings["fr"]: {"Yes": "Oui", "No": "Non"}, "new": {"Yes": "Si", "No": "Non"}}
    assert difference(before, after, known.__getitem__) == [
        Change(CHANGED, Kind.TEXT, "Yes", "", "fr", "Oui", "Si")
    ]
