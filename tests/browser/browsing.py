"""Chromium, visitors' pages in it, and an eye on all that a page must never do."""

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request

from tests.browser.live import LiveServer
from tests.client import CONSENTS

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
# heavy tests run in these: both directions, five scripts, the longest labels
LANGUAGES = ("en", "ar", "de", "el", "ga", "ja", "uk")
PATIENCE = 10_000  # milliseconds
LINGER = 1  # seconds, for posts that nobody answers
NOTHING = re.compile(r"(?!)")
CHROMIUM = "chromium"  # as visitors have it
WINDOWLESS = "chromium-headless-shell"  # the same pages, opened in half the time


def launch(playwright: Playwright, program: str = WINDOWLESS, **options: Any) -> Browser:
    """A Chromium of the system's, without windows if it has that; Playwright's own if none."""
    installed = shutil.which(program) or shutil.which(CHROMIUM)
    return playwright.chromium.launch(executable_path=installed, args=ARGUMENTS, **options)


@contextmanager
def opened(browser: Browser, server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Opens pages; at the end, whatever one of them did wrong is an error."""
    complaints: list[str] = []
    with ExitStack() as contexts:

        def open_one(
            tenant: str = "pivohub",
            *,
            decided: bool = False,
            javascript: bool = True,
            width: int = 1280,
            height: int = 800,
            expects: str = "",
            **options: Any,
        ) -> Page:
            """A page of a visitor who is new, or has decided and so sees no banner.

            `expects` is a pattern of the console errors that the test provokes.
            """
            host = f"{tenant}.localhost:{server.port}"
            context = contexts.enter_context(
                browser.new_context(
                    base_url=f"http://{host}",
                    java_script_enabled=javascript,
                    viewport={"width": width, "height": height},
                    **({"locale": "en-GB"} | options),
                )
            )
            contexts.enter_context(settled(context))
            context.set_default_timeout(PATIENCE)
            expected = re.compile(expects) if expects else NOTHING
            watch(context, (host,), expected, complaints)
            if decided:
                value = server.decision(tenant)
                cookie = {"name": "cookies_preferences", "value": value, "url": f"http://{host}"}
                context.add_cookies([cookie])
            return context.new_page()

        yield open_one
    assert not complaints


def watch(
    context: BrowserContext,
    hosts: tuple[str, ...],
    expected: re.Pattern[str],
    complaints: list[str],
) -> None:
    """Note console errors (among them every violation of the CSP), exceptions, foreign requests.

    A request is foreign that goes to no host (with its port) that ends like one of these.
    """

    def note(kind: str, what: str) -> None:
        if not expected.search(what):
            complaints.append(f"{kind}: {what}")

    context.on("console", lambda one: one.type == "error" and note("console", one.text))
    context.on("weberror", lambda one: note("exception", str(one.error)))
    context.on(
        "request",
        lambda one: (
            not urlsplit(one.url).netloc.endswith(hosts) and note("foreign request", one.url)
        ),
    )


@contextmanager
def settled(context: BrowserContext) -> Iterator[None]:
    """At the end, what was posted is answered first: in the log it would be the next test's."""
    posted: set[Request] = set()
    context.on("request", lambda one: one.method == "POST" and posted.add(one))
    context.on("response", lambda one: posted.discard(one.request))
    context.on("requestfailed", lambda one: one in posted and posted.remove(one))
    yield
    ends = time.monotonic() + LINGER
    while posted and context.pages and time.monotonic() < ends:
        context.pages[0].wait_for_timeout(10)


def cookies(page: Page) -> dict[str, str]:
    return {one["name"]: one["value"] for one in page.context.cookies()}


def choice(page: Page) -> dict[str, Any] | None:
    """What the cookies_preferences cookie says."""
    value = cookies(page).get("cookies_preferences")
    return json.loads(unquote(value)) if value else None


def focused(page: Page) -> str:
    """The id of the element that has the focus, else its tag and text."""
    return page.evaluate(
        """() => {
          const one = document.activeElement;
          return one.id || `${one.localName} ${one.textContent.trim()}`.trim();
        }"""
    )


def query(path: str, language: str) -> str:
    return f"{path}?lang={language}"


@contextmanager
def stored(page: Page) -> Iterator[None]:
    """What is done inside makes a decision, and the server stores it."""
    with page.expect_response(f"**{CONSENTS}") as answer:
        yield
    assert answer.value.status == 201


def decide(page: Page, button: str) -> None:
    with stored(page):
        page.click(button)


def until(page: Page, expression: str) -> None:
    """Wait for something to come true (the page's CSP keeps wait_for_function from doing so)."""
    for _ in range(PATIENCE // 20):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    raise TimeoutError(expression)
