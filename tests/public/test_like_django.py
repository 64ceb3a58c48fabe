"""Language selection answers as Django 5.2 itself does: every row is asked of both.

Where the portal differs on purpose: test_language.py (the cookie, foreign forms) and
tests/test_languages.py (`q=0`, a cookie in capitals).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.languages import negotiate, variant
from tests import standing
from tests.public import django_site
from tests.public.django_site import DEFAULT, HOST, OFFERED

SETLANG = "/i18n/setlang/"
FORM = "application/x-www-form-urlencoded"
JSON = {"Accept": "application/json"}
HERE = {"Referer": f"http://{HOST}/here/?a=1"}


@dataclass(frozen=True)
class Ask:
    body: str = "language=en"
    query: str = ""
    method: str = "POST"
    scheme: str = "http"
    content_type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)


class Answer(NamedTuple):
    status: int
    location: str | None
    language: str | None


@pytest.fixture(scope="module")
def paris(sqlite_template, tmp_path_factory) -> Iterator[Flask]:
    yield from standing.paris(sqlite_template, tmp_path_factory.mktemp("paris"))


def portal_answers(app: Flask, ask: Ask) -> Answer:
    client = app.test_client()
    response = client.open(
        SETLANG,
        method=ask.method,
        query_string=ask.query,
        base_url=f"{ask.scheme}://{HOST}",
        data=ask.body.encode(),
        content_type=ask.content_type,
        headers=ask.headers,
    )
    cookie = client.get_cookie("django_language", domain=HOST)
    return Answer(
        response.status_code, local(response.headers.get("Location")), cookie and cookie.value
    )


def django_answers(ask: Ask) -> Answer:
    response = django_site.client().generic(
        ask.method,
        f"{SETLANG}?{ask.query}",
        ask.body.encode(),
        content_type=ask.content_type,
        secure=ask.scheme == "https",
        headers=ask.headers,
    )
    cookie = response.cookies.get("django_language")
    return Answer(
        response.status_code, local(response.headers.get("Location")), cookie and cookie.value
    )


def local(location: str | None) -> str | None:
    """The address without this host: only the path, unless it leads elsewhere."""
    return location and re.sub(rf"\Ahttps?://{HOST}(?=/)", "", location, flags=re.IGNORECASE)


def named(rows: dict[str, Ask]) -> list[object]:
    return [pytest.param(ask, id=name) for name, ask in rows.items()]


NEXT = {
    "next in the body": Ask("language=en&next=/p/"),
    "next in the query": Ask(query="next=/q/"),
    "next in both": Ask("language=en&next=/p/", query="next=/q/"),
    "empty next in the body, another in the query": Ask("language=en&next=", query="next=/q/"),
    "no next": Ask(),
    "empty next": Ask("language=en&next="),
    "next with json": Ask("language=en&next=/p/", headers=JSON),
    "no next with json": Ask(headers=JSON),
    "empty next with json": Ask("language=en&next=", headers=JSON),
    "no next with json and a referer": Ask(headers=JSON | HERE),
    "no next with json preferred to html": Ask(
        headers={"Accept": "application/json, text/html;q=0.1"}
    ),
    "no next with any type": Ask(headers={"Accept": "*/*"}),
    "no next with any text": Ask(headers={"Accept": "text/*"}),
    "no next with html in capitals": Ask(headers={"Accept": "TEXT/HTML"}),
    "no next with html of a level": Ask(headers={"Accept": "text/html;level=1"}),
    "no next with a type that is none": Ask(headers={"Accept": "nonsense"}),
    "no next with images": Ask(headers={"Accept": "image/png,image/*;q=0.8"}),
    "a safe referer": Ask(headers=HERE),
    "a safe referer and an empty next": Ask("language=en&next=", headers=HERE),
    "a referer that is a path": Ask(headers={"Referer": "/here/"}),
    "an empty referer": Ask(headers={"Referer": ""}),
    "a referer elsewhere": Ask(headers={"Referer": "http://evil.example/"}),
    "a referer without scheme": Ask(headers={"Referer": "//evil.example/"}),
    "a referer that is a script": Ask(headers={"Referer": "javascript:alert(1)"}),
    "a referer on http of a page on https": Ask(scheme="https", headers=HERE),
    "a referer on https of a page on http": Ask(headers={"Referer": f"https://{HOST}/here/"}),
}
LANGUAGE = {
    "a language": Ask("language=ar&next=/p/"),
    "a language in capitals": Ask("language=FR&next=/p/"),
    "a language that the tenant does not offer": Ask("language=de&next=/p/"),
    "an unknown language": Ask("language=xx&next=/p/"),
    "an unknown language with json": Ask("language=xx", headers=JSON),
    "an empty language": Ask("language=&next=/p/"),
    "no language": Ask("next=/p/"),
    "nothing": Ask(""),
    "a language in the query": Ask("", query="language=en&next=/p/"),
    "a locale for a language": Ask("language=fr_FR&next=/p/"),
    "a region of no language": Ask("language=gsw-CH&next=/p/"),
    "a path for a language": Ask("language=../../fr&next=/p/"),
    "a language and a NUL": Ask("language=fr%00&next=/p/"),
    "a language and a line": Ask("language=fr%0A&next=/p/"),
    "a language and a space": Ask("language=fr+&next=/p/"),
    "a language in no encoding": Ask("language=%FF&next=/p/"),
    "a language in other letters": Ask("language=f%C3%A9&next=/p/"),
    "a language of 501 letters": Ask(f"language={'e' * 501}&next=/p/"),
}
BODY = {
    "json for a form": Ask('{"language": "en", "next": "/p/"}', content_type="application/json"),
    "text for a form": Ask("language=en&next=/p/", content_type="text/plain"),
    "a body of no type": Ask("language=en&next=/p/", content_type=""),
    "a form with its encoding": Ask(
        "language=en&next=/p/", content_type="application/x-www-form-urlencoded; charset=utf-8"
    ),
    "a form in parts": Ask(
        '--b\r\nContent-Disposition: form-data; name="language"\r\n\r\nen\r\n'
        '--b\r\nContent-Disposition: form-data; name="next"\r\n\r\n/p/\r\n--b--\r\n',
        content_type="multipart/form-data; boundary=b",
    ),
    "parts without any part": Ask("xx", content_type="multipart/form-data; boundary=b"),
    "semicolons between fields": Ask("language=en;next=/p/"),
}
METHOD = {
    "get": Ask("", method="GET"),
    "get with a language": Ask("", query="language=en&next=/q/", method="GET"),
    "get with a referer": Ask("", method="GET", headers=HERE),
    "get with an unsafe next": Ask("", query="next=//evil.example/", method="GET", headers=HERE),
    "get with json": Ask("", method="GET", headers=JSON),
    "head": Ask("", query="next=/q/", method="HEAD"),
}
ADDRESSES = {
    "/p/": "a path",
    "p": "a relative path",
    "?a=1": "a query",
    "#there": "a fragment",
    "/p/?a=1&b=2%203#there": "all parts",
    "/p/é": "other letters",
    "/a;b=c": "parameters",
    "/%zz": "a bad escape",
    "/p/'\"<>": "quotes and brackets",
    "/\x00": "a NUL",
    "/p/\x7f": "a delete",
    "/p/\u2028": "a line separator",
    "\u2028/p/": "a line separator first",
    "/" + "a" * 2047: "2048 characters",
    "/" + "a" * 2048: "2049 characters",
    f"http://{HOST}/p/": "this host",
    f"HTTP://{HOST}/p/": "this host and the scheme in capitals",
    f"https://{HOST}/p/": "this host on https",
    f"//{HOST}/p/": "this host without scheme",
    f"http://{HOST.upper()}/p/": "this host in capitals",
    f"http://{HOST}:8000/": "this host on another port",
    f"http://{HOST}./": "this host with a dot",
    f"http://{HOST}.evil.example/": "this host in front of another",
    f"http://{HOST}@evil.example/": "this host as a user",
    f"http://{HOST}\\.evil.example/": "this host and a backslash",
    f"http://evil.example\\@{HOST}/": "another host, a backslash and this one",
    f"ftp://{HOST}/": "this host by ftp",
    "http://evil.example/": "another host",
    "//evil.example": "another host without scheme",
    "///evil.example": "three slashes",
    "////evil.example": "four slashes",
    "http:///evil.example": "a scheme and three slashes",
    "http:evil.example": "a scheme without slashes",
    "\\\\evil.example": "two backslashes",
    "/\\evil.example": "a slash and a backslash",
    "\\/evil.example": "a backslash and a slash",
    "http:\\\\evil.example": "a scheme and backslashes",
    "/\t/evil.example": "a tab between slashes",
    "ht\ntp://evil.example": "a line in the scheme",
    "\x01/p/": "a control character first",
    "\x08//evil.example": "a control character and another host",
    "\ufeff//evil.example": "a byte order mark and another host",
    "\u00a0//evil.example": "a hard space and another host",
    "javascript:alert(1)": "a script",
    "data:text/html,x": "data",
    "mailto:a@evil.example": "a letter",
    "http://[::1": "half an address",
    "//[evil": "half an address without scheme",
}
ROUNDS = {
    "body": lambda next_: Ask(f"language=en&next={next_}"),
    "query": lambda next_: Ask(query=f"next={next_}"),
    "https": lambda next_: Ask(f"language=en&next={next_}", scheme="https"),
    "referer": lambda next_: Ask(f"language=en&next={next_}", headers=HERE),
    "json": lambda next_: Ask(f"language=en&next={next_}", headers=HERE | JSON),
    "get": lambda next_: Ask("", method="GET", query=f"next={next_}"),
}


@pytest.mark.parametrize("ask", named(NEXT | LANGUAGE | BODY | METHOD))
def test_a_choice_is_answered_as_django_answers_it(paris, ask):
    assert portal_answers(paris, ask) == django_answers(ask)


@pytest.mark.parametrize("way", ROUNDS)
@pytest.mark.parametrize("address", ADDRESSES, ids=ADDRESSES.get)
def test_it_leads_to_the_addresses_that_django_leads_to(paris, address, way):
    ask = ROUNDS[way](quote(address, safe=""))
    assert portal_answers(paris, ask) == django_answers(ask)


VISITORS = {
    "nothing said": (None, ""),
    "a cookie": ("en", ""),
    "a cookie in capitals": ("EN", ""),
    "a cookie of a region": ("ar-EG", ""),
    "a cookie of a region in small letters": ("ar-eg", ""),
    "a cookie of a language that is not offered": ("de", ""),
    "a cookie of a language that is not offered, and a header": ("de", "en"),
    "a cookie and a header": ("ar", "en"),
    "an empty cookie": ("", "en"),
    "a cookie that is a locale": ("en_GB", "ar"),
    "a cookie of nonsense": ("../../en", "ar"),
    "a star for a cookie": ("*", "en"),
    "a header": (None, "en"),
    "a header in capitals": (None, "EN"),
    "a header of a region": (None, "en-GB"),
    "a header of a script and a region": (None, "ar-Arab-EG"),
    "the first of equals": (None, "ar,en"),
    "the best by quality": (None, "fr;q=0.2,en;q=0.7,ar;q=0.9"),
    "a quality of three digits": (None, "en;q=0.001"),
    "spaces where they may be": (None, "de ; q=0.9 , en ; q=0.8"),
    "a star first": (None, "*,en"),
    "a star last": (None, "en,*;q=0.5"),
    "a star before the language": (None, "de,*;q=0.9,en;q=0.8"),
    "languages that are not offered": (None, "de,it"),
    "a quality without its zero": (None, "en;q=.5"),
    "a quality above one": (None, "en;q=1.1"),
    "a quality of four digits": (None, "en;q=0.1234"),
    "a quality that is no number": (None, "en;q=high"),
    "a quality in capitals": (None, "en;Q=0.5"),
    "spaces around the equals sign": (None, "en;q = 0.5"),
    "one error among many": (None, "en,ar;q=0.8,d?"),
    "a trailing comma": (None, "en,"),
    "two commas": (None, "en,,ar"),
    "a locale": (None, "en_GB"),
    "a subtag of nine letters": (None, "en-abcdefghi"),
    "a range of 500 characters": (None, "en" + "-a" * 249),
    "a range of 502 characters": (None, "en" + "-a" * 250),
    "a hundred ranges": (None, ",".join(["de"] * 99 + ["en"])),
    "the language after 500 characters": (None, "de," * 170 + "en"),
    "the language before 500 characters": (None, "en," + "de," * 200),
    "an error after 500 characters": (None, "en," + "de," * 170 + "?"),
}


@pytest.mark.parametrize(("cookie", "header"), VISITORS.values(), ids=VISITORS)
def test_a_page_is_in_the_language_that_django_would_answer_in(paris, cookie, header):
    headers = {"Accept-Language": header} if header else {}
    if cookie is not None:
        headers["Cookie"] = f"django_language={cookie}"
    expected = django_site.client().get("/", headers=headers)
    ours = paris.test_client(use_cookies=False).get("/", base_url=f"http://{HOST}", headers=headers)
    assert ours.headers["Content-Language"] == expected.headers["Content-Language"]


CHINESE = ("en", "zh-hans", "zh-hant", "pt-br")
TAGS = [
    "en",
    "EN",
    "en-US",
    "en-us-x-y",
    "pt",
    "pt-PT",
    "pt-br",
    "pt-BR",
    "pt-br-x-y",
    "zh",
    "zh-cn",
    "zh-sg",
    "zh-my",
    "zh-tw",
    "zh-hk",
    "zh-mo",
    "zh-hans",
    "zh-Hant",
    "zh-hant-tw",
    "zh-hans-sg",
    "zh-tw-x",
    "zh-yue",
    "ja",
    "x-en",
    "en-abcdefghi",
    "en@latin",
    "*",
    "-",
    "-en",
]


@pytest.mark.parametrize("tag", TAGS)
def test_a_variant_stands_for_the_offered_language_that_django_takes_for_it(tag):
    taken = django_site.chosen(tag, "", CHINESE, "en")
    assert (variant(tag, CHINESE) or "en") == taken.lower()


@pytest.mark.parametrize(
    ("header", "offered"),
    [
        ("zh-TW", ("en", "zh-hans", "zh-hant")),
        ("zh-TW", ("en", "zh-hans")),
        ("zh-HK,en;q=0.9", ("en", "zh-hans", "zh-hant")),
        ("pt", ("en", "pt-br")),
        ("pt-PT,en;q=0.9", ("en", "pt-br")),
        ("fr-CA", ("en", "fr")),
        ("fr-CA", ("en", "fr", "fr-ca")),
        ("fr", ("en", "fr-ca", "fr-be")),
    ],
)
def test_a_variant_in_the_header_is_taken_as_django_takes_it(header, offered):
    assert negotiate(header, offered, "en") == django_site.chosen(None, header, offered, "en")


RANGES = st.sampled_from(["fr", "en", "ar", "de", "*", "fr-CA", "EN", "zh-TW", "pt", "abcdefghi"])
QUALITIES = st.sampled_from(
    ["", ";q=1", ";q=1.000", ";q=0.9", "; q=0.5", " ;q=0.001", ";q=.5", ";q=1.1", ";q=0.1234", ";"]
)
COMMAS = st.sampled_from([",", ", ", " ,", ",,", ";"])
HEADERS = st.lists(st.tuples(RANGES, QUALITIES, COMMAS).map("".join), max_size=8).map("".join)


@given(header=HEADERS | HEADERS.map(lambda header: header.rstrip(" ,;")))
def test_every_header_without_a_zero_is_understood_as_django_understands_it(header):
    offered = (*OFFERED, "pt-br", "zh-hans", "zh-hant")
    assert negotiate(header, offered, DEFAULT) == django_site.chosen(None, header, offered, DEFAULT)


@given(header=st.text(alphabet=st.characters(exclude_characters="0\n")))
def test_any_other_text_in_the_header_is_understood_as_django_understands_it(header):
    assert negotiate(header, OFFERED, DEFAULT) == django_site.chosen(None, header)
