"""axe-core finds nothing to object to: WCAG 2.0 to 2.2, A and AA, and best practice.

Widths and colour schemes are switched in the page, so that each state is loaded once a language.
"""

from functools import partial

import pytest
from playwright.sync_api import Page

from tests.browser.axe import assert_no_violations
from tests.browser.browsing import LANGUAGES, decide, query
from tests.browser.portals import declare_and_publish, open_small_portal
from tests.client import POLICY, PREFERENCES

ALL_VIEWS = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]
TWO_VIEWS = [(320, "light"), (1280, "dark")]  # each width and each scheme
CLOSELY_WATCHED = ("en", "ar")  # in all views; one language of each direction
NOT_FOUND = "404"

every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def open_page(open_page):
    return partial(open_page, tenant="full", reduced_motion="reduce", expects=NOT_FOUND)


def assert_accessible(page: Page) -> None:
    page.wait_for_load_state()  # after a click on a link the new page may still be empty
    language = page.evaluate("document.documentElement.lang")
    for width, scheme in ALL_VIEWS if language in CLOSELY_WATCHED else TWO_VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert_no_violations(page)


@every_language
def test_the_banner(page, language):
    page.goto(query("/", language))
    assert_accessible(page)


@every_language
def test_the_second_layer(page, language):
    page.goto(query("/", language))
    page.click("#ask-choose")
    page.click("#ask-second summary >> nth=1")
    page.check("#dialog-statistics")
    assert_accessible(page)


@every_language
def test_the_policy_page(open_page, language):
    page = open_page(decided=True)
    page.goto(query(POLICY, language))
    assert_accessible(page)


@pytest.mark.parametrize("language", CLOSELY_WATCHED)
class TestOtherStates:
    def test_home_once_decided(self, open_page, language):
        page = open_page(decided=True)
        page.goto(query("/", language))
        assert_accessible(page)

    def test_the_policy_page_with_the_banner(self, page, language):
        page.goto(query(POLICY, language))
        assert_accessible(page)

    def test_the_list_of_languages(self, page, language):
        page.goto(query("/", language))
        page.click(".languages summary")
        assert_accessible(page)

    def test_the_preference_centre_before_a_decision(self, page, language):
        page.goto(query(PREFERENCES, language))
        assert_accessible(page)

    def test_the_preference_centre_with_a_history(self, open_page, language):
        page = open_page(decided=True)
        page.goto(query(PREFERENCES, language))
        assert_accessible(page)

    def test_an_error(self, page, language):
        page.goto(query("/nothing-here", language))
        assert_accessible(page)


def test_the_question_after_a_change(open_page, server):
    open_small_portal(server, "changing")
    page = open_page(tenant="changing")
    page.goto("/")
    decide(page, "#ask-accept-all")
    declare_and_publish(server, "changing", "_pk_new")
    page.goto("/")
    assert page.locator("#ask-first .ask-note").count() == 1
    assert_accessible(page)
    page.goto(PREFERENCES)
    assert_accessible(page)
