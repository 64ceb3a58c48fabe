"""Sections of the policy and legal pages in the tenant's own words, as visitors meet them."""

import re

import pytest

from tests import make
from tests.client import POLICY, Visitor
from tests.policy.texts import link, passage

TERMS, PRIVACY = "/terms/terms-of-use/", "/terms/privacy-policy/"
BUILT_IN = {
    "why": "Some cookies are needed",
    "what": "A cookie is a small text",
    "kinds": "They count visits",
    "change": "Every browser lets you",
    "kept": "The law asks us",
}


@pytest.fixture
def oslo(app):
    """English and Arabic."""
    make.tenant(app, "paris", "en", ("en", "ar"))
    return app


def foot(page) -> str:
    return re.search(r"<footer [^>]*>.*?</footer>", page.text, re.DOTALL)[0]


@pytest.mark.parametrize("key", BUILT_IN)
def test_a_section_in_own_words_stands_under_the_same_heading(oslo, visitor, key):
    before = visitor.get()
    assert BUILT_IN[key] in before.text
    passage(oslo, key, en="**Ours** & yours", ar="**لنا**")
    make.publish(oslo)
    page = visitor.get()
    assert "<strong>Ours</strong> &amp; yours" in page.text
    assert BUILT_IN[key] not in page.text
    assert re.findall(r"<h2.*?</h2>", page.text) == re.findall(r"<h2.*?</h2>", before.text)
    assert "<strong>لنا</strong>" in visitor.get(f"{POLICY}?lang=ar").text


def test_a_section_that_a_language_lacks_is_the_built_in_one(oslo, visitor):
    passage(oslo, "why", ar="**لنا**")
    make.publish(oslo)
    assert BUILT_IN["why"] in visitor.get().text
    assert "<strong>لنا</strong>" in visitor.get(f"{POLICY}?lang=ar").text


def test_the_way_to_change_ones_mind_stays_whatever_the_tenant_writes(oslo, visitor):
    passage(oslo, "change", en="Write to us.", ar="اكتب")
    make.publish(oslo)
    section = re.search(r'<section id="choice".*?</section>', visitor.get().text, re.DOTALL)[0]
    assert section.count("data-ask-settings") == 1
    assert "Write to us." in section


def test_without_legal_pages_none_is_offered(oslo, visitor):
    assert "Terms of use" not in visitor.get().text
    for address in (TERMS, PRIVACY):
        assert visitor.get(address).status_code == 404


@pytest.mark.parametrize(
    ("key", "address", "name"),
    [("terms", TERMS, "Terms of use"), ("privacy", PRIVACY, "Privacy policy")],
)
def test_a_legal_page_is_shown_and_linked_on_every_page(oslo, visitor, key, address, name):
    passage(oslo, key, en="# Scope\n\nAll of it.", ar="# نطاق")
    make.publish(oslo)
    assert f'<a href="{address}">{name}</a>' in foot(visitor.get("/"))
    page = visitor.get(address)
    assert page.status_code == 200
    assert f"<h1>{name}</h1>" in page.text
    assert "<h2>Scope</h2>" in page.text
    arabic = visitor.get(f"{address}?lang=ar")
    assert '<div class="prose" lang="ar" dir="rtl"><h2>نطاق</h2></div>' in arabic.text


def test_a_legal_page_elsewhere_is_a_link_and_no_page(oslo, visitor):
    link(oslo, "privacy", "https://example.org/privacy?a=1&b=2")
    make.publish(oslo)
    assert '<a href="https://example.org/privacy?a=1&amp;b=2">' in foot(visitor.get())
    assert visitor.get(PRIVACY).status_code == 404


def test_a_legal_page_in_one_language_is_shown_in_it_to_all(lone_app):
    make.tenant(lone_app, "paris", "en", ("en",))
    passage(lone_app, "terms", en="# Scope")
    make.change(lone_app, "paris", languages=["en", "ar"])
    with pytest.raises(ValueError, match="ar: 1 missing"):
        make.publish(lone_app)
    passage(lone_app, "terms", en="", ar="# نطاق")
    with pytest.raises(ValueError, match="en: 1 missing"):
        make.publish(lone_app)


def test_the_page_is_kept_by_browsers_as_the_others_are(oslo, visitor):
    passage(oslo, "terms", en="# Scope", ar="# نطاق")
    make.publish(oslo)
    first = visitor.get(TERMS)
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = visitor.get(TERMS, If_None_Match=first.headers["ETag"])
    assert again.status_code == 304


def test_a_draft_is_shown_to_nobody(oslo):
    passage(oslo, "terms", en="Secret", ar="سر")
    passage(oslo, "why", en="Secret", ar="سر")
    visitor = Visitor(oslo)
    assert visitor.get(TERMS).status_code == 404
    assert "Secret" not in visitor.get().text
