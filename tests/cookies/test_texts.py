"""Texts in several languages: what is remembered of a translation, what built-in texts do."""

from types import SimpleNamespace

from portal.cookies.texts import in_language, translated
from portal.languages import AVAILABLE

BUILT_IN, FRENCH = "Choices about cookies", in_language({"en": "Choices about cookies"}, "fr", "fr")


def row(**texts):
    return SimpleNamespace(purpose=texts, sources={})


def test_a_translation_remembers_the_text_that_it_was_made_from():
    made = row(fr="Compte les visites.")
    translated(made, "purpose", "ar", "يعد الزيارات.", "fr")
    assert made.purpose["ar"] == "يعد الزيارات."
    assert made.sources == {"purpose": {"ar": "Compte les visites."}}


def test_a_changed_source_tells_translations_of_unknown_origin_what_it_was():
    made = row(fr="Compte.", ar="يعد", de="Zählt.")
    made.sources = {"purpose": {"de": "Compte tout."}}
    translated(made, "purpose", "fr", "Compte les visites.", "fr")
    assert made.sources == {"purpose": {"de": "Compte tout.", "ar": "Compte."}}
    assert made.purpose == {"fr": "Compte les visites.", "ar": "يعد", "de": "Zählt."}


def test_a_source_that_comes_last_makes_no_translation_stale():
    made = row(ar="يعد")
    translated(made, "purpose", "fr", "Compte.", "fr")
    assert made.sources == {}


def test_an_empty_text_takes_the_translation_and_its_memory_away():
    made = row(fr="Compte.", ar="يعد")
    made.sources = {"purpose": {"ar": "Compte.", "de": "Compte."}}
    translated(made, "purpose", "ar", "", "fr")
    assert made.purpose == {"fr": "Compte."}
    assert made.sources == {"purpose": {"de": "Compte."}}


def test_a_built_in_text_saved_as_it_stands_stays_built_in():
    made = row(en=BUILT_IN)
    for language in ("en", "fr"):
        translated(made, "purpose", language, in_language(made.purpose, language, "fr"), "fr")
    assert (made.purpose, made.sources) == ({"en": BUILT_IN}, {})


def test_own_words_in_the_source_language_end_the_built_in_translations():
    made = row(en=BUILT_IN)
    translated(made, "purpose", "fr", "Retient vos choix.", "fr")
    assert made.purpose == {"fr": "Retient vos choix."}


def test_own_words_in_a_third_language_leave_the_others_built_in():
    made = row(en=BUILT_IN)
    translated(made, "purpose", "ar", "خياراتك", "fr")
    assert made.purpose == {"en": BUILT_IN, "ar": "خياراتك"}
    assert made.sources == {"purpose": {"ar": FRENCH}}


def test_own_words_in_english_keep_what_the_other_languages_said():
    made = row(en=BUILT_IN)
    translated(made, "purpose", "en", "Remembers your choices.", "fr")
    assert made.purpose["en"] == "Remembers your choices."
    assert made.purpose["fr"] == FRENCH
    assert set(made.sources["purpose"]) == set(AVAILABLE) - {"fr"}


def test_a_translation_saved_again_is_made_from_the_source_of_today():
    made = row(fr="Compte les visites.", ar="يعد")
    made.sources = {"purpose": {"ar": "Compte."}}
    translated(made, "purpose", "ar", "يعد", "fr")
    assert made.sources == {"purpose": {"ar": "Compte les visites."}}
