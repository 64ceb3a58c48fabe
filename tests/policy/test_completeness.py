"""What is translated, what is missing, what is stale; and how a translation is saved."""

from uuid import uuid4

import pytest
from sqlalchemy import event, select

from portal.cookies.models import Category, Cookie
from portal.database import db, writing
from portal.languages import AVAILABLE
from portal.policy.completeness import Completeness, Item, State, completeness, rows, texts
from portal.policy.markdown import TextTooLong
from portal.policy.translating import (
    BadLanguages,
    TextMissing,
    choose_languages,
    name_of,
    shown,
    translate,
)
from portal.policy.typed import Conflict, Refused, Typed
from tests import make
from tests.policy.texts import link, passage

SOURCE, TRANSLATION = "Compte les visites.", "يعد الزيارات."


@pytest.fixture
def paris(app):
    """French, English and Arabic; one cookie whose purpose is told in French alone."""
    make.tenant(app)
    make.cookie(app, name="_pk_id", function={"en": "Necessary"}, purpose={"fr": SOURCE})
    return app


def found(app, language: str) -> Completeness:
    with app.app_context():
        return completeness(make.find())[language]


def item(app, language: str = "ar", field: str = "purpose", key: str = "_pk_id") -> Item:
    with app.app_context():
        mine = texts(make.find(), [language])
        return next(one for one in mine if one.name == key and one.field == field)


def save(app, text: str, language: str = "ar", *, confirmed: bool = False, seen: str = "") -> int:
    one = item(app, language)
    typed = Typed(name_of(one), text, seen or shown(one).seal, confirmed)
    with app.app_context(), writing():
        return translate(make.find(), language, [typed])


def test_a_new_portal_is_complete_in_every_language(app):
    make.tenant(app)
    for tag in ("fr", "en", "ar"):
        one = found(app, tag)
        assert (one.total, one.translated, one.complete) == (12, 12, True)


def test_a_text_in_the_source_language_alone_is_missing_in_the_others(paris):
    assert found(paris, "fr").complete
    arabic = found(paris, "ar")
    assert (arabic.missing, arabic.stale, arabic.complete) == (1, 0, False)
    (missing,) = (one for one in arabic.items if one.state is State.MISSING)
    assert (missing.kind, missing.name, missing.field) == ("cookies", "_pk_id", "purpose")
    assert (missing.source, missing.text) == (SOURCE, "")


def test_a_text_that_is_not_in_the_default_language_is_missing_there(app):
    make.tenant(app)
    make.cookie(app, function={"en": "Necessary"}, purpose={"en": "Counts."})
    assert found(app, "en").complete
    assert found(app, "fr").missing == 1


def test_a_text_that_nobody_wrote_is_not_waited_for(app):
    make.tenant(app)
    before = found(app, "ar").total
    make.cookie(app, function={}, purpose={"fr": "Compte.", "en": "Counts.", "ar": "يعد"})
    assert found(app, "ar").total == before + 1


def test_a_saved_translation_counts_and_remembers_its_source(paris):
    assert save(paris, TRANSLATION) == 1
    one = item(paris)
    assert (one.text, one.made_from, one.state) == (TRANSLATION, SOURCE, State.TRANSLATED)


def change_source(app, text: str) -> None:
    one = item(app, "fr")
    with app.app_context(), writing():
        translate(make.find(), "fr", [Typed(name_of(one), text, shown(one).seal)])


def test_a_changed_source_makes_its_translation_stale_until_somebody_looks(paris):
    save(paris, TRANSLATION)
    change_source(paris, "Compte tout.")
    one = item(paris)
    assert (one.state, one.made_from, one.source) == (State.STALE, SOURCE, "Compte tout.")
    assert found(paris, "ar").stale == 1
    assert save(paris, TRANSLATION) == 0
    assert item(paris).state is State.STALE
    assert save(paris, TRANSLATION, confirmed=True) == 1
    assert item(paris).state is State.TRANSLATED


def test_translations_of_unknown_origin_become_stale_too(app):
    make.tenant(app)
    make.cookie(app, purpose={"fr": SOURCE, "ar": TRANSLATION})
    assert item(app).state is State.TRANSLATED
    change_source(app, "Compte tout.")
    assert item(app).state is State.STALE


def test_passages_are_counted_where_the_source_language_has_them(app):
    make.tenant(app)
    before = found(app, "ar").total
    passage(app, "why", fr="Parce que.")
    passage(app, "what", ar="لأن")
    passage(app, "terms", en="Terms")
    link(app, "privacy", "https://example.org/")
    with app.app_context():
        states = {(i.name, i.language): i.state for i in texts(make.find()) if i.kind == "passages"}
    assert found(app, "ar").total == before + 2
    assert states == {
        ("why", "fr"): State.TRANSLATED,
        ("why", "en"): State.MISSING,
        ("why", "ar"): State.MISSING,
        ("terms", "fr"): State.MISSING,
        ("terms", "en"): State.TRANSLATED,
        ("terms", "ar"): State.MISSING,
    }


def refusal(app, text: str, **options) -> Exception:
    with pytest.raises(Refused) as refused:
        save(app, text, **options)
    (error,) = refused.value.errors.values()
    return error


def test_who_comes_second_is_told(paris):
    seen = shown(item(paris)).seal
    save(paris, TRANSLATION)
    assert isinstance(refusal(paris, "غيره", seen=seen), Conflict)
    assert item(paris).text == TRANSLATION


def test_who_translated_a_text_that_changed_meanwhile_is_told(paris):
    seen = shown(item(paris)).seal
    change_source(paris, "Compte tout.")
    assert isinstance(refusal(paris, TRANSLATION, seen=seen), Conflict)


def test_what_nobody_touched_overwrites_nothing(paris):
    seen = shown(item(paris)).seal
    save(paris, TRANSLATION)
    assert save(paris, "", seen=seen) == 0
    assert item(paris).text == TRANSLATION


def test_a_text_of_a_row_that_is_gone_is_refused(paris):
    typed = Typed(f"cookies.{uuid4()}.purpose", "يعد", "x.y")
    with paris.app_context(), pytest.raises(Refused) as refused:
        translate(make.find(), "ar", [typed])
    assert refused.value.conflict


def test_a_text_of_another_tenant_is_one_that_does_not_exist(paris):
    one = item(paris)
    make.tenant(paris, "oslo", "en", ("en", "ar"))
    typed = Typed(name_of(one), "سرقة", shown(one).seal)
    with paris.app_context(), pytest.raises(Refused):
        translate(make.find("oslo"), "ar", [typed])
    assert item(paris).text == ""


def test_a_text_that_is_too_long_is_refused(paris):
    assert isinstance(refusal(paris, "a" * 2001), TextTooLong)


def test_a_source_cannot_be_emptied_and_a_translation_can(paris):
    save(paris, TRANSLATION)
    assert isinstance(refusal(paris, " ", language="fr"), TextMissing)
    assert save(paris, "") == 1
    assert item(paris).state is State.MISSING


def test_the_english_of_a_built_in_text_cannot_be_emptied(lone_app):
    make.tenant(lone_app)
    with lone_app.app_context():
        title = next(one for one in texts(make.find(), ["en"]) if one.field == "title")
        with pytest.raises(Refused) as refused:
            translate(make.find(), "en", [Typed(name_of(title), "", shown(title).seal)])
    assert isinstance(refused.value.errors[name_of(title)], TextMissing)


def speak(app, languages: list[str], default: str) -> None:
    with app.app_context(), writing():
        choose_languages(make.find(), languages, default)


def test_a_new_language_is_complete_but_for_the_tenants_own_texts(paris):
    speak(paris, ["fr", "de"], "fr")
    german = found(paris, "de")
    assert (german.missing, german.stale) == (1, 0)
    with paris.app_context():
        assert make.find().languages == ["fr", "de"]


def test_another_default_language_leaves_up_to_date_what_was(paris):
    save(paris, TRANSLATION)
    save(paris, "Counts visits.", "en")
    speak(paris, ["fr", "en", "ar"], "en")
    assert found(paris, "ar").complete
    assert found(paris, "fr").complete
    one = item(paris, "en")
    with paris.app_context(), writing():
        translate(make.find(), "en", [Typed(name_of(one), "Counts all.", shown(one).seal)])
    assert [found(paris, tag).stale for tag in ("fr", "en", "ar")] == [1, 0, 1]


def test_another_default_language_leaves_stale_what_was(paris):
    save(paris, TRANSLATION)
    change_source(paris, "Compte tout.")
    save(paris, "Counts all.", "en")
    speak(paris, ["fr", "en", "ar"], "en")
    assert item(paris).state is State.STALE
    assert found(paris, "fr").complete


def test_another_default_language_that_lacks_a_text_is_told_so(paris):
    save(paris, TRANSLATION)
    speak(paris, ["fr", "en", "ar"], "en")
    assert item(paris, "en").state is State.MISSING
    one = item(paris, "en")
    with paris.app_context(), writing():
        translate(make.find(), "en", [Typed(name_of(one), "Counts.", shown(one).seal)])
    assert [found(paris, tag).complete for tag in ("fr", "en", "ar")] == [True, True, True]


@pytest.mark.parametrize(
    ("languages", "default"), [(["fr"], "en"), ([], "fr"), (["fr", "tlh"], "fr"), (["tlh"], "tlh")]
)
def test_languages_that_cannot_be_are_refused(lone_app, languages, default):
    make.tenant(lone_app)
    with pytest.raises(BadLanguages):
        speak(lone_app, languages, default)


def test_rows_come_in_the_order_of_the_page(paris):
    passage(paris, "what", fr="Quoi.")
    passage(paris, "why", fr="Parce que.")
    with paris.app_context():
        found = list(rows(make.find()))
        categories = db.session.scalars(select(Category.key).order_by(Category.position)).all()
    assert [one.key for one in found if isinstance(one, Category)] == categories
    assert [one.name for one in found if isinstance(one, Cookie)][-1] == "_pk_id"
    assert [one.key for one in found[-2:]] == ["why", "what"]


def questions(app) -> int:
    statements = []
    with app.app_context():
        tenant = make.find()
        event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
        completeness(tenant)
    return len(statements)


def test_it_takes_as_many_questions_for_many_cookies_and_languages_as_for_few(paris):
    few = questions(paris)
    for number in range(20):
        make.cookie(paris, name=f"_pk_{number}")
    make.change(paris, "paris", languages=list(AVAILABLE))
    assert questions(paris) == few
