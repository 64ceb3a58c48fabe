"""The screens for translations, built-in texts in own words, sections and legal pages."""

import html
import re

import pytest
from sqlalchemy import event

from portal.database import db
from portal.languages import AVAILABLE
from portal.policy.completeness import State, texts
from portal.policy.drafting import draft
from portal.policy.models import Passage
from portal.policy.wordings import own_wordings
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.policy.texts import link, own, passage

OVERVIEW, ARABIC = "/backoffice/translations/", "/backoffice/translations/ar/"
TEXTS, PASSAGES = "/backoffice/texts/fr/", "/backoffice/passages/"
SOURCE, TRANSLATION = "Compte les visites.", "يعد الزيارات."
SCREENS = (OVERVIEW, ARABIC, f"{ARABIC}?show=all", TEXTS, PASSAGES, f"{PASSAGES}why/")


@pytest.fixture
def paris(app):
    """French, English and Arabic; one cookie whose purpose is told in French alone."""
    make.tenant(app)
    make.cookie(app, name="_pk_id", purpose={"fr": SOURCE})
    return app


@pytest.fixture
def member(paris) -> Member:
    return owner(paris)


def form_of(page) -> dict[str, str]:
    """The fields of the form that sends the page's texts, as a browser would send them."""
    (form,) = re.findall(r"<form [^>]*data-unsaved>.*?</form>", page.text, re.DOTALL)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    areas = re.findall(r'<textarea [^>]*?name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    return fields | {name: html.unescape(text) for name, text in areas}


def text_field(fields: dict[str, str], ending: str = ".purpose") -> str:
    (name,) = (one for one in fields if one.startswith("text.") and one.endswith(ending))
    return name


def of_arabic(app):
    with app.app_context():
        mine = texts(make.find(), ["ar"])
        return next(one for one in mine if one.name == "_pk_id" and one.field == "purpose")


def translate(member, text: str, **more: str):
    fields = form_of(member.get(ARABIC))
    return member.post(ARABIC, fields | {text_field(fields): text} | more)


def test_the_overview_says_how_far_each_language_is(member):
    page = member.get(OVERVIEW).text
    assert page.count("<progress") == 3
    assert "14 of 14 texts" in page
    assert "13 of 14 texts" in page
    assert page.count("one missing") == 2


def test_a_translation_is_written_beside_its_source_and_saved(member, paris):
    page = member.get(ARABIC)
    assert f'<p class="said" lang="fr" dir="ltr">{SOURCE}</p>' in page.text
    assert re.search(r'<textarea [^>]*lang="ar" dir="rtl"', page.text)
    answer = translate(member, f"  {TRANSLATION}\r\n")
    assert answer.status_code == 303
    assert of_arabic(paris).text == TRANSLATION
    assert "Nothing is left to do here." in member.get(ARABIC).text


def test_a_stale_translation_shows_what_its_source_was_and_is_and_can_be_confirmed(member, paris):
    translate(member, TRANSLATION)
    french = "/backoffice/translations/fr/?show=all"
    fields = form_of(member.get(french))
    (name,) = (one for one, text in fields.items() if text == SOURCE)
    member.post(french, fields | {name: "Compte tout."})
    page = member.get(f"{ARABIC}?show=stale")
    assert "Compte tout." in page.text
    assert f'before" lang="fr" dir="ltr">{SOURCE}' in page.text
    fields = form_of(page)
    right = text_field(fields).replace("text.", "right.")
    assert member.post(ARABIC, fields | {right: "1"}).status_code == 303
    assert of_arabic(paris).state is State.TRANSLATED


@pytest.mark.parametrize(
    ("show", "count"), [("missing", 1), ("stale", 0), ("all", 14), ("todo", 1), ("nonsense", 1)]
)
def test_texts_are_chosen_by_their_state(member, show, count):
    assert member.get(f"{ARABIC}?show={show}").text.count("<textarea") == count


def test_built_in_translations_are_shown_and_saving_leaves_them_built_in(member, paris):
    page = member.get(f"{ARABIC}?show=all")
    assert "ضروري" in page.text
    with paris.app_context():
        before = draft(make.find()).digest
    assert member.post(ARABIC, form_of(page)).status_code == 303
    with paris.app_context():
        assert draft(make.find()).digest == before


def test_a_wrong_text_is_told_at_its_field_and_nothing_typed_is_lost(member, paris):
    long = "ط" * 2001
    answer = translate(member, long)
    assert answer.status_code == 422
    assert long in answer.text
    assert "At most 2000 characters." in answer.text
    name = text_field(form_of(answer))
    assert f'href="#{name}"' in answer.text
    assert f'id="{name}-error"' in answer.text
    assert of_arabic(paris).text == ""


def test_who_comes_second_is_shown_both_texts_and_decides(member, paris):
    fields = form_of(member.get(ARABIC))
    translate(member, TRANSLATION)
    name = text_field(fields)
    answer = member.post(ARABIC, fields | {name: "غيره"})
    assert answer.status_code == 409
    assert TRANSLATION in answer.text
    again = form_of(answer)
    assert again[name] == "غيره"
    assert member.post(ARABIC, again).status_code == 303
    assert of_arabic(paris).text == "غيره"


def test_what_was_typed_for_a_text_that_is_gone_is_shown(member):
    name = "cookies.0190b5a8-0000-7000-8000-000000000000.purpose"
    answer = member.post(ARABIC, {f"text.{name}": TRANSLATION, f"seen.{name}": "x.y"})
    assert answer.status_code == 409
    assert TRANSLATION in answer.text


@pytest.mark.parametrize("path", [ARABIC, TEXTS])
@pytest.mark.parametrize(
    "fields", [{}, {"text.": "x"}, {"text.a.b.c": "\0"}, {"text.passages.why.text": "x"}]
)
def test_a_form_of_nobodys_making_changes_nothing(member, paris, path, fields):
    with paris.app_context():
        before = draft(make.find()).digest
    assert member.post(path, fields).status_code in {303, 409}
    with paris.app_context():
        assert draft(make.find()).digest == before


@pytest.mark.parametrize("page", ["2", "0", "-1", "9" * 5000, "x", "٣"])
def test_a_page_that_there_is_not_is_the_nearest(member, page):
    assert member.get(f"{ARABIC}?show=all&page={page}").status_code == 200


def test_many_texts_come_in_pages(member, paris):
    for number in range(20):
        make.cookie(paris, name=f"_pk_{number}")
    first = member.get(f"{ARABIC}?show=all")
    assert first.text.count("<textarea") == 40
    assert "Page 1 of 2" in first.text
    assert member.get(f"{ARABIC}?show=all&page=2").text.count("<textarea") == 14


def choose(member, languages: list[str], default: str, **fields: str):
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', member.get(OVERVIEW).text)
    form = {"seen": seen, "languages": languages, "default_language": default}
    return member.post(OVERVIEW, form | fields)


def languages(app) -> tuple[list[str], str]:
    with app.app_context():
        return make.find().languages, make.find().default_language


def test_languages_are_chosen(member, paris):
    assert choose(member, ["de", "fr"], "fr").status_code == 303
    assert languages(paris) == (["fr", "de"], "fr")


def test_the_default_has_to_be_offered_and_what_was_chosen_stays(member, paris):
    answer = choose(member, ["de"], "fr")
    assert answer.status_code == 422
    assert 'value="de" checked' in answer.text
    assert 'value="en" checked' not in answer.text
    assert 'id="default_language-error"' in answer.text
    assert languages(paris)[1] == "fr"


def test_languages_that_somebody_else_changed_are_not_overwritten(member, paris):
    answer = choose(member, ["fr"], "fr", seen="x.y")
    assert answer.status_code == 409
    assert len(languages(paris)[0]) == 3


def test_a_built_in_text_is_found_and_said_in_own_words(member, paris):
    assert "Les cookies, un par un" in member.get(f"{TEXTS}?q=One+by+one").text
    assert len(form_of(member.get(f"{TEXTS}?q=un+par+UN"))) == 3
    fields = form_of(member.get(f"{TEXTS}?q=one+by+one"))
    answer = member.post(f"{TEXTS}?q=one+by+one", fields | {text_field(fields, ""): "La liste"})
    assert answer.headers["Location"].endswith("?q=one+by+one")
    with paris.app_context():
        assert own_wordings(make.find()) == {"fr": {"The cookies, one by one": "La liste"}}
    assert member.get(f"{TEXTS}?own=1").text.count("<textarea") == 1


def test_a_lost_placeholder_is_told_at_its_field(member):
    fields = form_of(member.get(f"{TEXTS}?q=published+on"))
    name = text_field(fields, "")
    answer = member.post(TEXTS, fields | {name: "Version %(number)s"})
    assert answer.status_code == 422
    assert "Version %(number)s" in form_of(answer)[name]
    assert "%(date)s %(number)s" in answer.text


def test_who_rewords_second_is_told(member, paris):
    fields = form_of(member.get(f"{TEXTS}?q=one+by+one"))
    own(paris, "The cookies, one by one", "La liste")
    answer = member.post(TEXTS, fields | {text_field(fields, ""): "Le registre"})
    assert answer.status_code == 409
    assert "La liste" in answer.text
    assert "Le registre" in answer.text


def write(member, key: str, text: str = "", **more: str):
    path = f"{PASSAGES}{key}/"
    return member.post(path, form_of(member.get(path)) | {"text": text} | more)


def test_a_section_is_previewed_by_the_server_and_then_saved(member, paris):
    shown = write(member, "why", "**Oui** <script>x</script>", preview="1")
    assert shown.status_code == 200
    assert "<strong>Oui</strong> &lt;script&gt;" in shown.text
    assert "**Oui**" in form_of(shown)["text"]
    with paris.app_context():
        assert draft(make.find()).passages == {}
    assert write(member, "why", "**Oui**").status_code == 303
    with paris.app_context():
        assert draft(make.find()).passages["why"].html == {"fr": "<p><strong>Oui</strong></p>"}


def test_a_legal_page_becomes_a_link_and_a_text_again(member, paris):
    link_fields = {"instead": "link", "url": "https://example.org/terms"}
    assert write(member, "terms", **link_fields).status_code == 303
    assert "https://example.org/terms" in member.get(PASSAGES).text
    assert write(member, "terms", "# Conditions", instead="text").status_code == 303
    with paris.app_context():
        assert draft(make.find()).passages["terms"].html == {"fr": "<h2>Conditions</h2>"}
        assert draft(make.find()).passages["terms"].url == ""


@pytest.mark.parametrize(
    ("key", "fields", "field"),
    [
        ("terms", {"instead": "link", "url": "javascript:alert(1)"}, "url"),
        ("why", {"instead": "link", "url": "https://example.org/"}, "url"),
        ("why", {"text": "a" * 20_001}, "text"),
        ("why", {"text": "a\0"}, "text"),
    ],
)
def test_a_wrong_passage_is_told_at_its_field(member, key, fields, field):
    answer = write(member, key, **({"text": "kept"} | fields))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text or f'href="#{field}"' in answer.text
    assert form_of(answer)["text"] == fields.get("text", "kept")


def test_who_writes_a_passage_second_is_shown_both(member, paris):
    path = f"{PASSAGES}why/"
    fields = form_of(member.get(path))
    passage(paris, "why", fr="Premier.")
    answer = member.post(path, fields | {"text": "Second."})
    assert answer.status_code == 409
    assert "Premier." in answer.text
    assert form_of(answer)["text"] == "Second."
    assert member.post(path, form_of(answer)).status_code == 303


def test_a_link_that_came_meanwhile_is_not_overwritten(member, paris):
    path = f"{PASSAGES}terms/"
    fields = form_of(member.get(path))
    link(paris, "terms", "https://example.org/")
    assert member.post(path, fields | {"text": "x"}).status_code == 409


@pytest.mark.parametrize(
    "path",
    [
        "/backoffice/translations/de/",
        "/backoffice/translations/tlh/",
        "/backoffice/texts/de/",
        f"{PASSAGES}nothing/",
        f"{PASSAGES}why/?language=de",
    ],
)
def test_what_the_tenant_does_not_have_is_not_found(member, path):
    assert member.get(path).status_code == 404
    assert member.post(path).status_code == 404


def test_an_auditor_reads_and_writes_nothing(paris):
    add_member(paris, "auditor@paris.example", "auditor")
    auditor = Member(paris, "auditor@paris.example")
    for path in SCREENS:
        page = auditor.get(path)
        assert page.status_code == 200
        assert "Save" not in page.text
    for path in (OVERVIEW, ARABIC, TEXTS, f"{PASSAGES}why/"):
        assert auditor.post(path).status_code == 403
    with paris.app_context():
        assert db.session.get(Passage, (make.find().id, "why")) is None


def questions(app, member, path: str) -> int:
    statements: list[str] = []

    def count(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", count)
        assert member.get(path).status_code == 200
        event.remove(db.engine, "before_cursor_execute", count)
    return len(statements)


def test_no_screen_asks_more_questions_for_more_cookies_and_languages(paris, member):
    passage(paris, "why", fr="Parce que.")
    _, few = ([questions(paris, member, path) for path in SCREENS] for _ in "ab")
    for number in range(20):
        make.cookie(paris, name=f"_pk_{number}")
    make.change(paris, "paris", languages=list(AVAILABLE))
    for tag in AVAILABLE:
        own(paris, "Cookie policy", f"Titre {tag}", tag)
        passage(paris, "what", **{tag: f"Texte {tag}"})
    assert [questions(paris, member, path) for path in SCREENS] == few
