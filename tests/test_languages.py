"""Languages: names, direction, choosing one; and how pages say which one they are in."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.languages import (
    AVAILABLE,
    choose,
    is_known,
    language,
    negotiate,
    parse_accept_language,
    variant,
)
from tests import standing
from tests.client import POLICY, PREFERENCES, Visitor, language_of

OFFERED = ("fr", "en", "ar")
PAGES = ("/", POLICY, PREFERENCES)
NAMES = {
    "ar": "العربية",
    "bg": "български",
    "ca": "català",
    "cs": "čeština",
    "da": "dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "español",
    "et": "eesti",
    "eu": "euskara",
    "fi": "suomi",
    "fr": "français",
    "ga": "Gaeilge",
    "gl": "galego",
    "he": "עברית",
    "hr": "hrvatski",
    "hu": "magyar",
    "is": "íslenska",
    "it": "italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lt": "lietuvių",
    "lv": "latviešu",
    "mt": "Malti",
    "nb": "norsk bokmål",
    "nl": "Nederlands",
    "pl": "polski",
    "pt": "português",
    "pt-BR": "português (Brasil)",
    "ro": "română",
    "sk": "slovenčina",
    "sl": "slovenščina",
    "sq": "shqip",
    "sr": "српски",
    "sv": "svenska",
    "tr": "Türkçe",
    "uk": "українська",
    "zh-Hans": "中文 (简体)",
    "zh-Hant": "中文 (繁體)",
}

tags = st.sampled_from([*OFFERED, "fr-CA", "FR", "de", "zh-TW", "*"]) | st.text(max_size=12)
qualities = st.sampled_from(["", ";q=1", ";q=0.5", ";q=0", ";q=0.000", ";q=.5", ";q=x"])
headers = st.lists(st.tuples(tags, qualities).map("".join), max_size=6).map(",".join) | st.text()
well_formed = st.lists(
    st.tuples(
        st.sampled_from([*OFFERED, "fr-CA", "en-GB", "de", "*"]),
        st.sampled_from([1.0, 0.9, 0.5, 0.0]),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def paris(sqlite_template, tmp_path_factory) -> Iterator[Flask]:
    yield from standing.paris(sqlite_template, tmp_path_factory.mktemp("paris"))


@pytest.fixture
def anybody(paris: Flask) -> Visitor:
    return Visitor(paris)


# Names and direction


def test_each_language_is_named_in_itself():
    assert {tag: language(tag).name for tag in AVAILABLE} == NAMES


def test_arabic_and_hebrew_run_from_right_to_left():
    assert [tag for tag in AVAILABLE if language(tag).direction == "rtl"] == ["ar", "he"]


@pytest.mark.parametrize("tag", ["fr", "FR", "Fr"])
def test_a_language_is_known_however_it_is_written(tag):
    assert is_known(tag)


@pytest.mark.parametrize("tag", ["", "xx", "fr_FR", "../fr", "fr\n", "fr\0", "français"])
def test_what_has_no_catalogue_is_not_known(tag):
    assert not is_known(tag)


# Choosing


@given(cookie=st.none() | tags | st.text(), header=headers, default=st.sampled_from(OFFERED))
def test_an_offered_language_is_chosen_whatever_the_visitor_says(cookie, header, default):
    assert choose(cookie, header, OFFERED, default) in OFFERED


@given(tag=tags | st.text())
def test_a_variant_is_an_offered_language_or_none(tag):
    assert variant(tag, OFFERED) in (*OFFERED, None)


@given(header=headers)
def test_ranges_come_best_first_whatever_the_header(header):
    found = [quality for _, quality in parse_accept_language(header)]
    assert found == sorted(found, reverse=True)
    assert all(0 <= quality <= 1 for quality in found)


@given(header=st.text(min_size=501, max_size=600, alphabet="fren-;q=1"))
def test_one_overlong_range_is_not_looked_at(header):
    assert parse_accept_language(header) == []


@given(ranges=well_formed, default=st.sampled_from(OFFERED))
def test_a_language_with_quality_zero_is_chosen_only_if_no_other_is_left(ranges, default):
    header = ", ".join(f"{tag};q={quality}" for tag, quality in ranges)
    welcome = {tag for tag, quality in ranges if quality}
    refused = {tag for tag, quality in ranges if not quality} - welcome
    assert negotiate(header, OFFERED, default) not in refused or refused >= set(OFFERED)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("fr;q=0, ar;q=0", "en"),
        ("*, fr;q=0, ar;q=0", "en"),
        ("fr;q=0, *;q=0, ar;q=0", "en"),
        ("fr;q=0.000, ar", "ar"),
        ("fr-CA, fr;q=0, ar;q=0", "en"),
        ("fr-CA;q=0, fr", "fr"),
        ("fr-CA;q=0", "fr"),
        ("fr;q=0, en;q=0, ar;q=0", "fr"),
    ],
)
def test_a_quality_of_zero_excludes_a_language(header, expected):
    assert negotiate(header, OFFERED, "fr") == expected


@pytest.mark.parametrize(("tag", "script"), [("zh-TW", "zh-hant"), ("zh-SG", "zh-hans")])
def test_a_cookie_in_capitals_means_the_script_of_its_region(tag, script):
    assert choose(tag, "", ("en", "zh-hans", "zh-hant"), "en") == script


# On the pages


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/policy"])
@pytest.mark.parametrize(
    ("query", "cookie", "header", "expected"),
    [
        ("", None, None, "fr"),
        ("", None, "en", "en"),
        ("", "ar", "en", "ar"),
        ("?lang=fr", "ar", "en", "fr"),
        ("?lang=EN", "ar", "fr", "en"),
        ("?lang=de", "ar", "en", "ar"),
        ("?lang=fr-CA", "ar", "en", "ar"),
        ("?lang=", "ar", "en", "ar"),
        ("?lang=%00%ff", "ar", "en", "ar"),
        ("?language=fr", "ar", "en", "ar"),
        ("", "de", "en", "en"),
        ("", "de", "de", "fr"),
    ],
)
def test_the_address_beats_the_cookie_beats_the_header_beats_the_default(
    anybody, path, query, cookie, header, expected
):
    if cookie:
        anybody.client.set_cookie("django_language", cookie, domain=anybody.host)
    response = anybody.get(path + query, **({"Accept-Language": header} if header else {}))
    assert response.headers["Content-Language"] == expected
    assert {"Accept-Language", "Cookie"} <= response.vary.as_set(preserve_casing=True)


@pytest.mark.parametrize("path", [*PAGES, "/nothing/here/"])
@pytest.mark.parametrize(("tag", "direction"), [("fr", "ltr"), ("en", "ltr"), ("ar", "rtl")])
def test_a_page_names_its_language_and_direction(anybody, path, tag, direction):
    response = anybody.get(f"{path}?lang={tag}")
    assert f'<html lang="{tag}" dir="{direction}">' in response.text
    assert response.headers["Content-Language"] == tag


@pytest.mark.parametrize("path", PAGES)
def test_every_page_offers_every_language_by_its_own_name(anybody, path):
    text = anybody.get(path).text
    offered = re.findall(r'<button name="language" value="([^"]+)"[^>]*>([^<]+)</button>', text)
    assert dict(offered) == {tag: NAMES[tag] for tag in OFFERED}


@pytest.mark.parametrize("path", PAGES)
def test_the_alternates_of_a_page_name_one_another(anybody, path):
    first = alternates(anybody, f"{path}?lang=fr")
    assert set(first) == {*OFFERED, "x-default"}
    assert first["x-default"] == path
    for tag in OFFERED:
        assert alternates(anybody, first[tag]) == first
        assert language_of(anybody.get(first[tag])) == tag


def alternates(visitor: Visitor, address: str) -> dict[str, str]:
    """The addresses of a page in each language, on the tenant's own host."""
    links = re.findall(
        r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', visitor.get(address).text
    )
    return {tag: href.removeprefix(f"https://{visitor.host}") for tag, href in links}


@given(
    header=st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"])),
    cookie=st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"])),
)
def test_a_page_is_answered_whatever_the_headers_hold(paris, header, cookie):
    response = paris.test_client(use_cookies=False).get(
        POLICY,
        base_url="http://paris.example",
        environ_overrides={
            "HTTP_ACCEPT_LANGUAGE": header,
            "HTTP_COOKIE": f"django_language={cookie}",
        },
    )
    assert response.status_code == 200
    assert response.headers["Content-Language"] in OFFERED
