"""Each page that asked tells the portal once: when it is answered or left, not while it loads."""

import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from portal.consent.figures.models import SHOWN
from portal.consent.figures.reading import read_figures
from portal.database import db
from tests import make
from tests.browser.embedding import FIRST, SECOND, Embedding, answer, decide, open_embedding

BROUGHT = "es"  # the texts that the script brings along; the others are loaded
TENANT, SITE = "counted", "www.counted.localhost"
ELSEWHERE = "about:blank"
HIDE = "document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))"
PATIENCE = 20  # seconds; servers write their counts down every ten


@pytest.fixture(scope="module")
def counted(server, sites) -> Embedding:
    return open_embedding(server, sites, TENANT, SITE)


@pytest.fixture
def told(visit) -> tuple[Page, list[str]]:
    """A visitor's page, and what it tells the portal while it is there."""
    page, heads = visit(), []
    page.on("request", lambda one: heads.append(one.url) if one.method == "HEAD" else None)
    return page, heads


def test_nothing_is_told_while_the_page_loads(told, shop):
    page, heads = told
    page.goto(shop.put())
    expect(page.locator(FIRST)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert heads == []


def test_an_answer_tells_it_at_once(told, shop):
    page, heads = told
    page.goto(shop.put())
    decide(page, answer("accept_all"))
    page.evaluate(HIDE)
    page.wait_for_load_state("networkidle")
    assert [one.rpartition("/")[2] for one in heads] == ["en.json"]


def leave(page: Page) -> None:
    expect(page.locator(FIRST)).to_be_visible()


def turn_away_and_back(page: Page) -> None:
    for _ in range(3):
        leave(page)
        page.evaluate(HIDE)


def look_closer(page: Page) -> None:
    page.click(answer("choose"))
    expect(page.locator(SECOND)).to_be_visible()


def decide_and_read_on(page: Page) -> None:
    decide(page, answer("reject_all"))
    page.reload()
    page.wait_for_function("window.consent")


VISITS: dict[str, Callable[[Page], None]] = {
    BROUGHT: leave,
    "fr": leave,
    "de": turn_away_and_back,
    "it": look_closer,
    "sv": decide_and_read_on,
}


def test_each_page_that_asked_is_counted_once_however_it_ends(counted, visit):
    head = counted.script.replace("consent.js", f"consent.js?lang={BROUGHT}")
    for lang, ends in VISITS.items():
        page = visit(counted.put(head=head, path=f"/{lang}", lang=lang))
        ends(page)
        page.goto(ELSEWHERE)
    assert shown_in(VISITS, counted) == dict.fromkeys(VISITS, 1)


def shown_in(languages: Collection[str], counted: Embedding) -> dict[str, int]:
    """How many pages asked in each of these languages, once each is known to have been."""
    today, until = datetime.now(UTC).date(), time.monotonic() + PATIENCE
    with counted.server.editing() as app, app.app_context():
        tenant = make.find(TENANT).id
        while time.monotonic() < until:
            counts = read_figures(tenant, today, datetime.now(UTC).date()).counts
            shown = {one.language: one.count for one in counts if one.event == SHOWN}
            if shown.keys() >= set(languages):
                break
            db.session.rollback()  # to see what is committed then
            time.sleep(0.2)
    return {one: shown.get(one, 0) for one in languages}
