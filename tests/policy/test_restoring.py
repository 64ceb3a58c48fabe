"""A version that is restored is the draft again, to the last letter."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from portal.cookies.integrations.editing import (
    add_integration,
    integrations,
    remove_integration,
)
from portal.cookies.integrations.models import Integration
from portal.cookies.models import Category, Cookie, Provider
from portal.database import db, writing
from portal.people.models import AuditEntry
from portal.policy.completeness import completeness
from portal.policy.document import Document
from portal.policy.drafting import draft
from portal.policy.from_html import to_markdown
from portal.policy.markdown import to_html
from portal.policy.models import Look, OwnWording, Passage, PolicyVersion
from portal.policy.restoring import restore
from portal.tenants.lifecycle import add_hostname
from tests import make
from tests.consent import drafts

WHY = {"fr": "# Ici\n\n- *un*\n- deux", "en": "Because.", "ar": "لأن"}
TITLE = "You decide about cookies"
MARKDOWN = [
    "Plain *words*, **strong** ones and `code`.",
    "# One\n\ntext\n\n## Two\n\nmore",
    "- a\n- b\n  - c\n    1. d\n- e",
    "- loose\n\n  with two paragraphs\n- list",
    "1. one\n2. two",
    "> said\n>\n> - by\n> - others",
    "one  \ntwo\\\nthree",
    "[a link](https://a.example/b_c?d=1&e=2) and <https://b.example/>",
    "\\# no heading, \\- no item, 2\\. no number, \\*no\\* emphasis, a_b_c, &amp; &copy;",
    "<script>alert(1)</script>",
    "```\ncode\n  `indented`\n```",
    "| a | b |\n|---|---|\n| 1 \\| 2 | *x* |",
    "above\n\n---\n\nbelow",
    "Two lines\nof a heading\n===",
]


def own(**values: object) -> None:
    """Rows of the draft that belong to Paris."""
    kind = values.pop("kind")
    db.session.add(kind(tenant_id=make.find().id, **values))


@pytest.fixture
def rich(app) -> Flask:
    """Paris, with something of each kind, published as version 2."""
    make.tenant(app, email="dpo@paris.example", controller="Ville de Paris")
    make.cookie(
        app,
        domain=".paris.example",
        third_party=True,
        http_only=True,
        match="prefix",
        storage="cookie",
    )
    drafts.add_category(app, "marketing")
    with app.app_context(), writing():
        own(kind=Passage, key="why", text=WHY)
        own(kind=Passage, key="terms", url="https://paris.example/cgu")
        own(kind=OwnWording, language="fr", source=TITLE, text="À vous de choisir")
        container = {"identifier": "GTM-AB12CD3"}
        add_integration(make.find(), "google-tag-manager", container)
        own(kind=Look, accent="#114488", accent_dark="#aaccff", corner=4, position="corner")
    assert make.publish(app) == 2
    return app


def restored(app: Flask, number: int) -> None:
    with app.app_context(), writing():
        version = db.session.get_one(PolicyVersion, (make.find().id, number))
        restore(make.find(), Document.read(version.document))


def digest(app: Flask, number: int) -> str:
    with app.app_context():
        return db.session.get_one(PolicyVersion, (make.find().id, number)).digest


def rows(app: Flask, model: type) -> list:
    with app.app_context():
        return list(db.session.scalars(select(model).where(model.tenant_id == make.find().id)))


def upset(app: Flask) -> None:
    """Change all there is to change."""
    make.change(app, "paris", name="Lutetia", consent_days=30, email="", controller="")
    make.change(app, "paris", default_language="en", languages=["en", "de"])
    make.cookie(app, name="_new", category="marketing")
    drafts.remove_cookie(app, "_pk_id")
    drafts.change_cookie(app, "sessionid", position=9, lifetime_count=3)
    with app.app_context(), writing():
        tenant_id = make.find().id
        db.session.get_one(Category, (tenant_id, "statistics")).title = {"en": "Counting"}
        db.session.get_one(Provider, (tenant_id, "opendatasoft")).name = "ODS"
        db.session.get_one(Passage, (tenant_id, "why")).text = {"en": "Why not?"}
        db.session.delete(db.session.get_one(Passage, (tenant_id, "terms")))
        own(kind=Passage, key="privacy", text={"en": "None."})
        db.session.get_one(OwnWording, (tenant_id, "fr", TITLE)).text = "Autre chose"
        own(kind=OwnWording, language="fr", source="Cookie policy", text="Témoins")
        db.session.get_one(Look, tenant_id).corner = 0
        [container] = integrations(make.find())
        remove_integration(make.find(), container.id)
        add_integration(make.find(), "google-analytics", {"identifier": "G-AB12CD34EF"})


def test_publish_change_restore_publish_gives_the_same_digest(rich):
    upset(rich)
    with rich.app_context():
        assert draft(make.find()).digest != digest(rich, 2)
    restored(rich, 2)
    assert make.publish(rich) == 2  # an unchanged draft makes no version


def test_an_earlier_version_can_be_published_again(rich):
    restored(rich, 1)
    assert make.publish(rich) == 3
    assert digest(rich, 3) == digest(rich, 1)
    assert not rows(rich, Look)
    assert not rows(rich, Passage)
    assert not rows(rich, OwnWording)
    assert not rows(rich, Integration)
    assert {one.key for one in rows(rich, Category)} == {"necessary", "statistics"}


def test_what_is_restored_is_complete_in_every_language(rich):
    upset(rich)
    restored(rich, 2)
    with rich.app_context():
        states = completeness(make.find())
    assert set(states) == {"fr", "en", "ar"}
    assert all(one.complete for one in states.values())


def test_rows_that_say_it_already_stay_as_they_are(rich):
    before = {one.name: (one.id, one.revision, one.purpose) for one in rows(rich, Cookie)}
    restored(rich, 2)
    after = {one.name: (one.id, one.revision, one.purpose) for one in rows(rich, Cookie)}
    assert {name: one[::2] for name, one in after.items()} == {
        name: one[::2] for name, one in before.items()
    }
    assert WHY in [one.text for one in rows(rich, Passage)]


def test_built_in_texts_stay_built_in(rich):
    drafts.change_cookie(rich, "sessionid", purpose={"fr": "Autre", "en": "Other", "ar": "x"})
    restored(rich, 2)
    [cookie] = [one for one in rows(rich, Cookie) if one.name == "sessionid"]
    assert set(cookie.purpose) == {"en"}


def test_the_hostname_stays_that_of_today(rich):
    with rich.app_context(), writing():
        add_hostname(make.find(), "data.paris.example", canonical=True)
    restored(rich, 2)
    with rich.app_context():
        assert make.find().canonical == "data.paris.example"
        again = replace(draft(make.find()), hostname="paris.example")
        assert again.digest == digest(rich, 2)


def test_a_logo_that_is_gone_is_left_out(rich):
    with rich.app_context(), writing():
        document = draft(make.find())
        look = replace(document.look, logo="0" * 64)
        restore(make.find(), replace(document, look=look))
    assert rows(rich, Look)[0].logo is None


def test_no_other_tenant_is_touched(rich):
    make.tenant(rich, "oslo", "en", ("en",))
    with rich.app_context():
        before = draft(make.find("oslo"))
    restored(rich, 1)
    with rich.app_context():
        assert draft(make.find("oslo")) == before


def test_every_change_is_in_the_audit_trail(rich):
    drafts.change_cookie(rich, "_pk_id", lifetime_count=1)
    before = {one.id for one in rows(rich, AuditEntry)}
    restored(rich, 2)
    [entry] = [
        one
        for one in rows(rich, AuditEntry)
        if one.id not in before and one.subject == "cookies" and "lifetime_count" in one.after
    ]
    assert (entry.name, entry.before["lifetime_count"]) == ("_pk_id", 1)


def test_all_of_it_or_nothing(rich):
    upset(rich)
    with rich.app_context():
        before, document = draft(make.find()), Document.read(_document(2))
    necessary = document.categories[0]
    broken = replace(necessary.cookies[0], provider="nobody")
    document = replace(document, categories=(replace(necessary, cookies=(broken,)),))
    with rich.app_context(), pytest.raises(Exception, match=r"(?i)foreign key"), writing():
        restore(make.find(), document)
    with rich.app_context():
        assert draft(make.find()) == before


def _document(number: int) -> str:
    return db.session.get_one(PolicyVersion, (make.find().id, number)).document


@pytest.mark.parametrize("text", MARKDOWN)
@pytest.mark.parametrize("top", [2, 3])
def test_html_becomes_markdown_that_says_the_same(text, top):
    html = to_html(text, top)
    assert to_html(to_markdown(html, top), top) == html
