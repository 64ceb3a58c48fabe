"""The catalogues are complete, current and whole in every language that is offered."""

import re
from collections import Counter
from gettext import c2py
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from portal.backoffice.words import LANGUAGES
from portal.catalogues import BACKOFFICE, KNOWN, VISITOR, read_catalogue, source_messages
from portal.languages import AVAILABLE, SOURCE, TRANSLATIONS, locale
from portal.settings import ROOT
from tests import make
from tests.client import POLICY, PREFERENCES, Visitor

PROMISED = {
    "en", "ar", "bg", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "ga", "gl", "he",
    "hr", "hu", "is", "it", "ja", "ko", "lt", "lv", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro",
    "sk", "sl", "sq", "sr", "sv", "tr", "uk", "zh-Hans", "zh-Hant",
}  # fmt: skip
TWO_STOPS = re.compile(r"(?<!\.)\.\s*\.(?!\.)")  # a date that ends in one, and a sentence
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
TRANSLATED = [tag for tag in AVAILABLE if tag != SOURCE]


OF_EUROPE = {"pt": "pt-PT"}  # the portal has pt-BR besides; CLDR means Brazil by `pt` alone
NAMES = {"_": None, "gettext": None, "ngettext": (1, 2)}
BACKOFFICE_TRANSLATED = [tag for tag in LANGUAGES if tag != SOURCE]
of_visitors = pytest.mark.parametrize("domain", [VISITOR, KNOWN])


def extracted(config: str, marker: str = "_") -> set[str | tuple[str, ...]]:
    """The messages that stand in the code today; plural ones as a pair."""
    with (TRANSLATIONS / config).open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT, methods, options, keywords=NAMES | {marker: None})
    return {message for _, _, message, _, _ in found}


def of_template(domain: str) -> set[str | tuple[str, ...]]:
    with (TRANSLATIONS / f"{domain}.pot").open("rb") as file:
        return {message.id for message in read_po(file) if message.id}


def test_every_promised_language_is_there():
    assert set(AVAILABLE) == PROMISED
    assert len(PROMISED) == 40


def test_the_template_holds_exactly_the_messages_of_the_code():
    assert extracted("babel.cfg", "marked") == set(source_messages()), "run `make translations`"
    in_code = extracted("backoffice.cfg", "said")
    assert in_code == of_template(BACKOFFICE), "run `make translations`"
    assert extracted("known.cfg") == set(source_messages(KNOWN)), "run `make translations`"


@of_visitors
@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_has_every_message_and_no_other(tag, domain):
    catalogue = read_catalogue(tag, domain)
    done = {str(m.id) for m in catalogue if m.id and m.string and "fuzzy" not in m.flags}
    assert done == set(source_messages(domain))
    assert not catalogue.obsolete


@of_visitors
@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_source_and_no_markup(tag, domain):
    for message in read_catalogue(tag, domain):
        source, translated = str(message.id), str(message.string)
        assert Counter(PLACEHOLDER.findall(source)) == Counter(PLACEHOLDER.findall(translated))
        rest = PLACEHOLDER.sub("", translated)
        assert not (message.id and set("<>%") & set(rest)), translated
        assert translated == translated.strip() or not message.id


@pytest.mark.parametrize("domain", ["visitor", "known"])
@pytest.mark.parametrize("tag", TRANSLATED)
def test_its_plural_forms_tell_apart_what_the_language_tells_apart(tag, domain):
    kind_of = locale(OF_EUROPE.get(tag, tag)).plural_form  # by the rules of Unicode's CLDR
    form_of = c2py(read_catalogue(tag, domain).plural_expr)
    kinds = {form_of(number): kind_of(number) for number in range(200)}
    assert [n for n in range(200) if kind_of(n) != kinds[form_of(n)]] == []
    assert len(kinds) == read_catalogue(tag, domain).num_plurals


@pytest.mark.parametrize("tag", BACKOFFICE_TRANSLATED)
def test_the_back_office_speaks_each_of_its_languages_completely(tag):
    catalogue = read_catalogue(tag, BACKOFFICE)
    done = {m.id for m in catalogue if m.id and "fuzzy" not in m.flags and all(forms(m.string))}
    assert done == of_template(BACKOFFICE)
    assert not catalogue.obsolete


@pytest.mark.parametrize("tag", BACKOFFICE_TRANSLATED)
def test_its_translations_have_the_placeholders_of_their_source(tag):
    for message in read_catalogue(tag, BACKOFFICE):
        wanted = set(PLACEHOLDER.findall(" ".join(forms(message.id))))
        for text in forms(message.string):
            assert set(PLACEHOLDER.findall(text)) <= wanted, text
        found = set(PLACEHOLDER.findall(" ".join(forms(message.string))))
        assert found == wanted or not message.id, message.id


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("name", ["Cookie settings", "Your choices"])
@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_control_has_the_same_name_wherever_a_text_points_to_it(tag, name):
    catalogue = read_catalogue(tag)
    label = str(catalogue.get(name).string).casefold()
    for message in catalogue:
        if f"“{name}”" in str(message.id):
            assert label in str(message.string).casefold(), message.string


@pytest.mark.parametrize("address", ["/", POLICY, PREFERENCES])
def test_every_page_can_be_rendered_in_every_language(lone_app, address):
    make.tenant(lone_app, languages=AVAILABLE)
    visitor = Visitor(lone_app)
    for tag in AVAILABLE:
        page = visitor.get(f"{address}?lang={tag}")
        assert page.status_code == 200
        assert f'<html lang="{tag}"' in page.text
        assert not PLACEHOLDER.search(page.text)
        assert "duration-" not in page.text
        assert not TWO_STOPS.search(page.text), tag


def test_catalogue_files_have_no_machine_or_person_in_their_header():
    for path in Path(TRANSLATIONS).glob("*/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            header = str(read_po(file).header_comment)
        assert "FIRST AUTHOR" not in header
