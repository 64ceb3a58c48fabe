"""axe-core in a page: WCAG 2.0 to 2.2, A and AA, and best practice."""

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": TAGS, "resultTypes": ["violations"], "preload": False, "elementRef": False}
RUN = "async (options) => ({violations: (await axe.run(document, options)).violations})"


def assert_no_violations(page: Page) -> None:
    """The page as it stands, in its present size and colour scheme."""
    if not page.evaluate("Boolean(self.axe)"):
        page.evaluate(AXE_SCRIPT)
    results = AxeResults(page.evaluate(RUN, OPTIONS))
    view = page.viewport_size
    assert not results.violations_count, f"{view}: {results.generate_report()}"
