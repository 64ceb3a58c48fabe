"""One live server and one Chromium for all browser tests; a page may do nothing it should not."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.browsing import launch, opened
from tests.browser.embedding import SHOP, Embedding, let_ask, visiting
from tests.browser.live import LiveServer, serving
from tests.browser.portals import FULL, open_full_portal
from tests.browser.sites import Sites, other_sites


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with serving(tmp_path_factory.mktemp("live")) as started:
        open_full_portal(started)
        yield started


@pytest.fixture(scope="package")
def sites() -> Iterator[Sites]:
    with other_sites() as started:
        yield started


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launch(playwright) as chromium:
        yield chromium


@pytest.fixture
def open_page(browser: Browser, server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Opens a page of a fresh visitor; see `opened` for what can be chosen."""
    with opened(browser, server) as open_one:
        yield open_one


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A visitor with JavaScript, an English browser and a wide screen."""
    return open_page()


@pytest.fixture(scope="package")
def shop(server: LiveServer, sites: Sites) -> Embedding:
    """The full portal's script on a site that shares no cookie with it."""
    let_ask(server, FULL, sites.origin(SHOP))
    return Embedding(server, sites)


@pytest.fixture
def visit(browser: Browser, server: LiveServer, sites: Sites) -> Iterator[Callable[..., Page]]:
    """Opens a page of another site for a new visitor; see `visiting`."""
    with visiting(browser, (f":{sites.port}", f".localhost:{server.port}")) as open_one:
        yield open_one
