"""Time to the first paint with the banner and without: `python -m tests.benchmarks.paint`.

The same page is loaded in turns by somebody new, who sees the banner, and by somebody who has
decided; each time in a fresh context of Chromium, so that nothing is cached. That the banner is in
the first paint is seen from the element timing of its heading. Nothing is asserted, as machines
differ; measure on an idle one.
"""

import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.browser.browsing import CHROMIUM, PATIENCE, launch, opened
from tests.browser.live import LiveServer, serving
from tests.client import POLICY

ROUNDS, WARM_UP = 40, 4
FRAME = 16  # milliseconds; what comes in a later frame is at least so much later
TENANT = "pivohub"

WATCH = """
  new MutationObserver((_, observer) => {
    const title = document.getElementById("ask-first-title");
    if (!title) return;
    title.setAttribute("elementtiming", "banner");
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
  new PerformanceObserver((list) => {
    window.bannerPainted = list.getEntries()[0].renderTime;
  }).observe({ type: "element", buffered: true });
"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


class Paint(NamedTuple):
    first: float  # milliseconds from the start of the navigation
    banner: float | None


def paint(browser: Browser, server: LiveServer, path: str, decision: str | None) -> Paint:
    with opened(browser, server) as open_page:
        page = open_page(TENANT)
        if decision:
            address = f"http://{TENANT}.localhost:{server.port}"
            cookie = {"name": "cookies_preferences", "value": decision, "url": address}
            page.context.add_cookies([cookie])
        page.add_init_script(WATCH)
        page.goto(path)
        for _ in range(PATIENCE // 10):
            first, banner = page.evaluate(f"[{PAINT}, window.bannerPainted]")
            if first and (decision or banner):
                return Paint(first, banner)
            page.wait_for_timeout(10)
    raise TimeoutError("nothing was painted")


def compare(browser: Browser, server: LiveServer, path: str) -> None:
    visitors = [None, server.decision(TENANT)]
    paints = {visitor: [] for visitor in visitors}
    for turn in range(WARM_UP + ROUNDS):
        # whoever comes second finds the machine a little warmer
        for visitor in visitors if turn % 2 else reversed(visitors):
            found = paint(browser, server, path, visitor)
            if turn >= WARM_UP:
                paints[visitor].append(found)
    new, known = ([one.first for one in paints[visitor]] for visitor in visitors)
    at_once = sum(one.banner < one.first + FRAME for one in paints[None])
    print(f"{path}: {spread(new)} with the banner, {spread(known)} without")
    print(f"{median(new) / median(known):6.2f}  first paint with the banner / without")
    print(f"{at_once / ROUNDS:6.2f}  of {ROUNDS} first paints hold the banner", flush=True)


def spread(times: list[float]) -> str:
    low, middle, high = quantiles(times, n=4)
    return f"{middle:.0f} ms ({low:.0f} to {high:.0f})"


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        serving(Path(name)) as server,
        sync_playwright() as playwright,
        launch(playwright, CHROMIUM) as browser,
    ):
        for path in ("/", POLICY):
            compare(browser, server, path)


if __name__ == "__main__":
    main()
