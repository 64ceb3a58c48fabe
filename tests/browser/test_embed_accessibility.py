"""axe-core, keyboard, narrow screens and large text: each layout of the script's layers."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import until
from tests.browser.embedding import FIRST, SECOND, answer, decide, open_embedding
from tests.browser.test_accessibility import assert_accessible

LAYOUTS = ("bottom", "corner", "centre")
OWN = '<a href="#" data-consent-open>Cookies</a>'
FITS = """(layer) => {
  const box = document.querySelector(layer).getBoundingClientRect();
  const wide = [...document.querySelectorAll(`${layer}, ${layer} *`)]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1);
  return box.left >= 0 && box.right <= innerWidth && box.top >= 0 && !wide.length
    && document.documentElement.scrollWidth <= innerWidth;
}"""


@pytest.fixture(scope="module", params=LAYOUTS)
def layout(request, server, sites):
    tenant = f"asking-{request.param}"
    return open_embedding(server, sites, tenant, f"www.{tenant}.localhost", position=request.param)


@pytest.mark.parametrize("language", ["en", "ar", "he"])
def test_axe_finds_nothing_in_any_state(layout, visit, language):
    frame = (
        '<iframe title="x" data-consent="marketing" data-src="/x" width=300 height=200></iframe>'
    )
    page = visit(layout.put(frame, lang=language))
    page.wait_for_selector(FIRST)
    page.wait_for_selector(".ask-hold")
    assert_accessible(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.click(answer("choose"))
    page.click(f"{SECOND} summary >> nth=0")
    page.check("[name=statistics]")
    assert_accessible(page)
    page.click(answer("save", SECOND))
    page.wait_for_selector(".ask-reopen")
    assert_accessible(page)


@pytest.mark.parametrize("language", ["de", "el", "ar", "he", "fi"])
def test_it_fits_a_narrow_screen_and_large_text(layout, visit, language):
    page = visit(layout.put(lang=language), viewport={"width": 320, "height": 640})
    page.wait_for_selector(FIRST)
    for size in ("100%", "200%"):
        page.evaluate(f"document.querySelector('.ask').style.setProperty('font-size','{size}')")
        assert page.evaluate(FITS, FIRST)
    page.click(answer("choose"))
    assert page.evaluate(FITS, SECOND)


@pytest.mark.parametrize(("language", "side"), [("en", "right"), ("ar", "left")])
def test_a_card_stands_where_the_lines_end(layout, visit, language, side):
    page = visit(layout.put(lang=language), viewport={"width": 1280, "height": 800})
    box = page.wait_for_selector(FIRST).bounding_box()
    page_width = page.evaluate("document.documentElement.clientWidth")
    left, right = box["x"], page_width - box["x"] - box["width"]
    nearest = "middle" if abs(left - right) < 2 else "left" if left < right else "right"
    assert nearest == (side if layout.tenant == "asking-corner" else "middle")


def test_the_keyboard_alone_is_enough(layout, visit):
    page = visit(layout.put(OWN))
    page.wait_for_selector(FIRST)
    assert walk(page, "Choose")[-3:] == ["Accept all", "Reject all", "Choose"]
    page.keyboard.press("Enter")
    expect(page.locator(f"{SECOND} h2")).to_be_focused()
    page.keyboard.press("Escape")
    assert focused(page) == "Choose"
    assert page.context.cookies() == []
    page.keyboard.press("Enter")
    walk(page, "Save my choices")
    page.keyboard.press("Space")
    expect(page.locator(FIRST)).to_have_count(0)
    until(page, "consent.decision?.accepted.length === 1")


def test_the_focus_returns_to_where_it_was(layout, visit):
    page = visit(layout.put(OWN))
    decide(page, answer("reject_all"))
    for word in ("close", "save"):
        page.focus("[data-consent-open]")
        page.keyboard.press("Enter")
        expect(page.locator(SECOND)).to_be_visible()
        page.click(answer(word, SECOND))
        assert focused(page) == "Cookies"


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim()")


def walk(page: Page, name: str) -> list[str]:
    """Press Tab until something of this name has the focus; what had it on the way."""
    passed = []
    for _ in range(30):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if passed[-1] == name:
            return passed
    raise AssertionError(f"{name} not reached: {passed}")
