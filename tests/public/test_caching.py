"""Pages may be kept and are asked for again cheaply, and none tells one visitor of another."""

import gzip
from collections.abc import Iterator

import brotli
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.public.encodings import choose_encoding
from tests import make, standing
from tests.client import POLICY, PREFERENCES, Visitor, has_banner

PAGES = ("/", POLICY)
SHARED = (*PAGES, "/api/v1/policy", "/api/v1/openapi.json")
DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


@pytest.fixture(scope="module")
def paris(sqlite_template, tmp_path_factory) -> Iterator[Flask]:
    yield from standing.paris(sqlite_template, tmp_path_factory.mktemp("paris"))


@pytest.fixture
def visitor(paris) -> Visitor:
    return Visitor(paris)


def kept_by(response) -> set[str]:
    """Who may keep the answer, and how."""
    return set(response.cache_control.to_header().split(", "))


# Asking again


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
@pytest.mark.parametrize(
    "condition", ["{}", "W/{}", '"other", {}', 'W/"other",{} , "another"', "*"]
)
def test_a_page_that_the_browser_has_is_not_sent_again(visitor, path, encoding, condition):
    first = visitor.get(path, Accept_Encoding=encoding)
    match = condition.format(first.headers["ETag"])
    again = visitor.get(path, Accept_Encoding=encoding, If_None_Match=match)
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]


@pytest.mark.parametrize("condition", ["{}", "W/{}", '"other", {}', "*"])
def test_the_policy_that_a_program_has_is_not_sent_again(visitor, condition):
    match = condition.format(visitor.get("/api/v1/policy").headers["ETag"])
    again = visitor.get("/api/v1/policy", If_None_Match=match)
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("condition", ['"other"', "other", '""', "{}x", "x{}", '"*"', ","])
def test_a_page_that_the_browser_has_not_is_sent(visitor, condition):
    match = condition.format(visitor.get("/").headers["ETag"])
    assert visitor.get("/", If_None_Match=match).status_code == 200


def test_each_encoding_has_a_tag_of_its_own(visitor):
    encodings = ("br", "gzip", "identity")
    assert len({visitor.get("/", Accept_Encoding=one).headers["ETag"] for one in encodings}) == 3


@pytest.mark.parametrize("path", [*PAGES, "/api/v1/policy"])
def test_each_language_has_a_tag_of_its_own(visitor, path):
    tags = {visitor.get(f"{path}?lang={one}").headers["ETag"] for one in ("fr", "en", "ar")}
    assert len(tags) == 3


def test_a_page_kept_from_before_the_decision_is_sent_anew_after_it(visitor):
    before = visitor.get("/").headers["ETag"]
    visitor.submit("reject_all")
    after = visitor.get("/", If_None_Match=before)
    assert after.status_code == 200
    assert not has_banner(after)


def test_a_new_version_is_sent_anew(lone_app, lone_visitor):
    make.tenant(lone_app)
    before = lone_visitor.get().headers["ETag"]
    make.cookie(lone_app, name="_new_one")
    make.publish(lone_app)
    assert lone_visitor.get(If_None_Match=before).status_code == 200


# Encodings


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("BR", "br"),
        ("br;q=0", None),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=0, *", "gzip"),
        ("gzip, *;q=0", "gzip"),
        ("identity", None),
        ("deflate", None),
        ("nonsense;q=x, ,;", None),
        ("x" * 600 + ", br", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_comes_in_the_best_encoding_that_is_accepted(visitor, path, accepted, encoding):
    plain = visitor.get(path)
    response = visitor.get(path, Accept_Encoding=accepted)
    assert response.headers.get("Content-Encoding") == encoding
    assert DECODERS[encoding](response.data) == plain.data
    assert "Accept-Encoding" in response.vary.as_set(preserve_casing=True)


@pytest.mark.parametrize("encoding", [*DECODERS])
@pytest.mark.parametrize("name", ["portal.css", "ask.js", "icon.svg"])
def test_an_asset_is_the_same_in_every_encoding_and_kept_for_ever(visitor, name, encoding):
    digest = visitor.client.application.extensions["portal.assets"].digests[name]
    path = f"/static/{digest}/{name}"
    response = visitor.get(path, Accept_Encoding=encoding or "identity")
    assert DECODERS[encoding](response.data) == visitor.get(path).data
    assert response.headers.get("Content-Encoding") == encoding
    assert kept_by(response) == {"public", "max-age=31536000", "immutable"}
    assert response.headers["Vary"] == "Accept-Encoding"


@given(header=st.text())
def test_an_encoding_is_chosen_whatever_the_header_says(header):
    assert choose_encoding(header) in ("br", "gzip", "")


# Who may keep what


@pytest.mark.parametrize("path", SHARED)
def test_a_page_is_the_same_for_all_who_have_not_decided_and_may_be_shared(paris, visitor, path):
    other = Visitor(paris)
    other.client.set_cookie("something", "else", domain=other.host)
    one, another = visitor.get(path), other.get(path)
    assert "public" in kept_by(one)
    assert one.data == another.data
    assert one.headers.get("ETag") == another.headers.get("ETag")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("decision", ["accept_all", "reject_all", "withdraw"])
def test_a_page_for_who_decided_is_kept_by_their_browser_alone(visitor, path, decision):
    visitor.submit(decision)
    assert kept_by(visitor.get(path)) == {"private", "no-cache"}


def test_a_page_that_asks_again_is_kept_by_the_visitors_browser_alone(lone_app, lone_visitor):
    make.tenant(lone_app)
    lone_visitor.submit("accept_all")
    make.cookie(lone_app)
    make.publish(lone_app)
    response = lone_visitor.get("/")
    assert has_banner(response)
    assert kept_by(response) == {"private", "no-cache"}


@pytest.mark.parametrize("value", ["", "nonsense", "%7B%22v%22%3A1%7D", "%00", "a" * 2000])
def test_a_cookie_that_is_no_decision_changes_nothing(visitor, value):
    expected = visitor.get("/")
    visitor.remember(value)
    response = visitor.get("/")
    assert (response.data, kept_by(response)) == (expected.data, kept_by(expected))


@pytest.mark.parametrize("path", SHARED)
def test_what_may_be_shared_holds_nothing_of_a_visitor(visitor, path):
    anonymous = visitor.get(path)
    visitor.submit("accept_all")
    decided = visitor.get(path)
    assert visitor.preferences["id"] not in decided.text
    if "public" in kept_by(decided):
        assert decided.data == anonymous.data


@pytest.mark.parametrize("decided", [False, True])
def test_the_preference_centre_is_never_kept(visitor, decided):
    if decided:
        visitor.submit("accept_all")
    assert kept_by(visitor.get(PREFERENCES)) == {"private", "no-store"}


def test_the_answer_to_a_decision_is_never_kept(visitor):
    for response in (visitor.submit(), visitor.decide()):
        assert response.headers["Cache-Control"] == "no-store"


def test_a_page_says_what_it_depends_on(visitor):
    vary = visitor.get("/").vary.as_set(preserve_casing=True)
    assert vary == {"Accept-Language", "Cookie", "Accept-Encoding"}


# Asking for the headers alone


@pytest.mark.parametrize("path", [*SHARED, PREFERENCES])
@pytest.mark.parametrize("encoding", ["br", "identity"])
def test_head_has_the_headers_of_get_and_no_body(visitor, path, encoding):
    got = visitor.get(path, Accept_Encoding=encoding)
    head = visitor.client.head(path, base_url=visitor.base, headers={"Accept-Encoding": encoding})
    assert head.data == b""
    assert without_date(head) == without_date(got)


def without_date(response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "Date"}
