"""Cosmetic filter lists hide whatever sounds like a consent notice: these pages sound like none.

A visitor whose browser hides the question could not answer it, nor withdraw an answer.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest
from flask import Flask

from portal.banner.look import STANDARD
from portal.policy.models import POSITIONS
from portal.public.embed.script import style
from portal.public.embed.texts import address
from portal.settings import ROOT
from tests import make, standing
from tests.client import POLICY, PREFERENCES, Visitor
from tests.consent import drafts

HIDDEN = (
    "banner", "ccpa", "cmp", "cnil", "consent", "cookie", "disclaimer", "dsgvo", "gdpr", "lgpd",
    "modal", "notice", "optin", "optout", "overlay", "popup", "privacy", "rgpd", "rodo", "tracking",
)  # fmt: skip
LOADED = ("script", "link", "img")


class Names(HTMLParser):
    """Ids, classes and other attributes of a page, and the files that it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.found.add(name)
            if name in ("id", "class"):
                self.found |= set((value or "").split())
        if tag in LOADED:
            self.found |= set(files(dict(attrs)))


def files(attributes: dict[str, str | None]) -> Iterator[str]:
    """The name of the file that an element loads; a link to another page loads none."""
    if attributes.get("rel") not in ("canonical", "alternate"):
        path = urlsplit(attributes.get("src") or attributes.get("href") or "").path
        yield PurePosixPath(path).name


def telling(names: set[str]) -> list[str]:
    plain = {one: re.sub("[-_]", "", one.lower()) for one in names}
    return sorted(one for one in names if any(word in plain[one] for word in HIDDEN))


@pytest.fixture(scope="module")
def paris(sqlite_template, tmp_path_factory) -> Flask:
    for app in standing.paris(sqlite_template, tmp_path_factory.mktemp("names")):
        drafts.add_category(app, "marketing")
        make.cookie(app)
        make.publish(app)
        yield app


@pytest.fixture
def visitor(paris) -> Visitor:
    return Visitor(paris)


@pytest.mark.parametrize("decided", [False, True])
@pytest.mark.parametrize("path", ["/", POLICY, PREFERENCES, "/nothing-here/"])
def test_no_name_on_a_page_is_one_that_lists_hide(visitor, path, decided):
    if decided:
        visitor.submit("accept_all")
    names = Names(visitor.get(path, Sec_GPC="1").text).found
    assert {"content", "portal.css"} <= names
    assert telling(names) == []


def test_no_name_that_the_script_gives_an_element_is_one_that_lists_hide(paris, visitor):
    with paris.test_request_context(base_url=visitor.base):
        texts = visitor.get(f"/embed/{address(2)}/en.json").json
    names = {name for key in ("first", "second", "hold") for name in named(texts[key])}
    assert "ask-first" in names
    assert telling(names) == []


@pytest.mark.parametrize("position", POSITIONS)
def test_no_class_in_the_styles_of_the_script_is_one_that_lists_hide(position):
    names = set(re.findall(r"[.#]([a-z][\w-]*)", style(replace(STANDARD, position=position))))
    assert "ask-first" in names
    assert telling(names) == []


def named(tree: list) -> Iterator[str]:
    """Attribute names, ids and classes in a tree that stands for elements."""
    for part in tree:
        if isinstance(part, dict):
            yield from part
            yield from f"{part.get('id', '')} {part.get('class', '')}".split()
        elif isinstance(part, list):
            yield from named(part)


def test_the_test_knows_such_a_name():
    page = '<script src="/a/cookie-notice.js"></script><p id="ok" class="top eu_consent">'
    assert telling(Names(page).found) == ["cookie-notice.js", "eu_consent"]


def test_no_file_that_pages_load_is_called_so():
    assert telling({one.name for one in (ROOT / "static" / "public").rglob("*.*")}) == []
