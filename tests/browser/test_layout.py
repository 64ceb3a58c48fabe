"""How pages are laid out: narrow, large, printed, still, from right to left, and never jumping."""

import pytest
from playwright.sync_api import Page, expect

from portal.languages import AVAILABLE
from tests.browser.browsing import LANGUAGES, decide, query
from tests.client import POLICY, PREFERENCES

OVERFLOW = "document.scrollingElement.scrollWidth - innerWidth"
# Elements whose target is too small, except links in the middle of a text (WCAG 2.5.8)
SMALL_TARGETS = """() => [...document.querySelectorAll("a[href], button, input, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.type !== "hidden")
  .filter((one) => !one.matches(".skip:not(:focus)"))
  .filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    const inText = getComputedStyle(one).display === "inline" &&
      one.parentElement.textContent.trim() !== one.textContent.trim();
    return !inText && (width < 24 || height < 24);
  })
  .map((one) => one.outerHTML)"""

# Every shift, also those that browsers forgive because somebody has just pressed something
WATCH_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) shifts.push(one.value);
  }).observe({ type: "layout-shift", buffered: true });
"""

# What moves: transitions and animations of anything but opacity
MOVEMENTS = """() => {
  const found = [];
  for (const one of document.querySelectorAll("*")) {
    for (const part of ["", "::before", "::after", "::backdrop"]) {
      const style = getComputedStyle(one, part || undefined);
      const moves = style.transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
      if (moves && style.transitionProperty !== "opacity") found.push(one.outerHTML);
    }
  }
  for (const one of document.getAnimations()) {
    const steps = one.effect.getKeyframes().flatMap((step) => Object.keys(step));
    const ours = new Set(["opacity", "offset", "computedOffset", "easing", "composite"]);
    if (steps.some((name) => !ours.has(name))) found.push(one.animationName);
  }
  return found;
}"""

# Whether the focused element lies in the window and not wholly behind the banner (WCAG 2.4.11)
IN_SIGHT = """() => {
  const one = document.activeElement;
  const banner = document.querySelector("#ask-first");
  if (one === document.body || banner.contains(one)) return true;
  const { left, right, top, bottom } = one.getBoundingClientRect();
  const covering = banner.getBoundingClientRect();
  const behind = left >= covering.left && right <= covering.right &&
    top >= covering.top && bottom <= covering.bottom;
  return !behind && bottom > 0 && top < innerHeight;
}"""


@pytest.fixture
def phone(open_page):
    def open_phone(tenant: str = "full", **options) -> Page:
        return open_page(tenant, width=320, height=640, **options)

    return open_phone


every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
def test_nothing_scrolls_sideways_on_a_phone_before_a_decision(phone, language):
    page, wide = phone(expects="404"), {}
    for path in (POLICY, PREFERENCES, "/nothing-here", "/"):
        page.goto(query(path, language))
        wide[path] = page.evaluate(OVERFLOW)
    page.click(".languages summary")
    wide["languages"] = page.evaluate(OVERFLOW)
    page.click(".languages summary")
    page.click("#ask-choose")
    for one in page.locator("#ask-second summary").all():
        one.click()
    wide["second layer"] = page.evaluate(OVERFLOW)
    wide["inside it"] = page.locator("#ask-second").evaluate(
        "one => one.scrollWidth - one.clientWidth"
    )
    assert {where: by for where, by in wide.items() if by > 0} == {}


@every_language
def test_nothing_scrolls_sideways_on_a_phone_after_a_decision(phone, language):
    page, wide = phone(decided=True), {}
    for path in ("/", POLICY, PREFERENCES):
        page.goto(query(path, language))
        wide[path] = page.evaluate(OVERFLOW)
    assert {where: by for where, by in wide.items() if by > 0} == {}


@pytest.mark.parametrize("path", ["/", POLICY, PREFERENCES])
def test_no_language_is_too_long_for_a_phone(phone, path):
    page, wide = phone(), {}
    for language in AVAILABLE:
        page.goto(query(path, language), wait_until="domcontentloaded")
        wide[language] = page.evaluate(OVERFLOW)
        shown, direction = page.evaluate("[document.documentElement.lang, document.dir]")
        assert (shown, direction) == (language, "rtl" if language in ("ar", "he") else "ltr")
    assert {language: by for language, by in wide.items() if by > 0} == {}


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", ["en", "he"])
def test_the_list_of_forty_languages_fits_the_window(open_page, language, width):
    page = open_page("full", width=width, decided=True)
    page.goto(query("/", language))
    page.click(".languages summary")
    box = page.locator(".languages form").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["height"] <= 600
    buttons = page.locator(".languages button")
    assert buttons.count() == len(AVAILABLE)
    buttons.last.scroll_into_view_if_needed()
    buttons.last.click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")


@every_language
def test_the_banner_leaves_part_of_a_phone_to_the_page(phone, language):
    page = phone()
    page.goto(query("/", language))
    assert page.locator("#ask-first").bounding_box()["y"] >= 0.1 * 640


@pytest.mark.parametrize("path", [POLICY, PREFERENCES])
def test_tables_become_cards_on_a_phone(phone, path):
    page = phone(decided=True)
    page.goto(path)
    rows = page.locator("table.declared tbody tr")
    boxes = [one.bounding_box() for one in rows.first.locator("td, th").all()]
    assert len({round(one["x"]) for one in boxes}) == 1
    assert len({round(one["y"]) for one in boxes}) == len(boxes)
    assert max(one["x"] + one["width"] for one in boxes) <= 320
    label = rows.first.locator("td").first.evaluate(
        "one => getComputedStyle(one, '::before').content"
    )
    assert label == f'"{rows.first.locator("td").first.get_attribute("data-label")}"'


@pytest.mark.parametrize("width", [320, 1280])
def test_targets_are_large_enough(open_page, width):
    page, small = open_page("full", width=width), {}
    for path in (POLICY, PREFERENCES, "/"):
        page.goto(path)
        small[path] = page.evaluate(SMALL_TARGETS)
    page.click(".languages summary")
    small["languages"] = page.evaluate(SMALL_TARGETS)
    page.click(".languages summary")
    page.click("#ask-choose")
    small["second layer"] = page.evaluate(SMALL_TARGETS)
    assert {where: which for where, which in small.items() if which} == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_links_to_receipts_are_large_enough(open_page, width):
    page = open_page(width=width, decided=True)
    page.goto(PREFERENCES)
    assert page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["/", POLICY])
def test_the_layout_never_shifts(open_page, path, width):
    page = open_page(width=width)
    page.add_init_script(WATCH_SHIFTS)
    page.goto(path)
    page.click("#ask-choose")
    page.keyboard.press("Escape")
    decide(page, "#ask-accept-all")
    expect(page.locator("#ask-status")).not_to_be_empty()
    page.wait_for_timeout(200)
    assert sum(page.evaluate("shifts")) == 0


@pytest.mark.parametrize("path", [POLICY, PREFERENCES])
def test_the_layout_never_shifts_for_who_decided(open_page, path):
    page = open_page(decided=True)
    page.add_init_script(WATCH_SHIFTS)
    page.goto(path)
    page.wait_for_timeout(200)
    assert sum(page.evaluate("shifts")) == 0


def test_print_shows_the_policy_and_not_the_banner(page):
    page.goto(POLICY)
    page.emulate_media(media="print")
    expect(page.locator("#ask-first")).to_be_hidden()
    expect(page.locator(".languages")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("table").first).to_be_visible()


def test_print_leaves_no_room_for_the_banner(page):
    page.goto(POLICY)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).paddingBottom") == "0px"


def test_who_wants_it_still_sees_nothing_move(open_page):
    page = open_page(reduced_motion="reduce")
    page.goto("/")
    assert page.evaluate(MOVEMENTS) == []
    page.click("#ask-choose")
    assert page.evaluate(MOVEMENTS) == []
    decide(page, "#dialog-save")
    expect(page.locator("#ask-status")).not_to_be_empty()
    assert page.evaluate(MOVEMENTS) == []


@pytest.mark.parametrize("tenant", ["pivohub", "full"])
def test_text_twice_as_large_is_still_usable(open_page, tenant):
    page = open_page(tenant)
    page.goto(POLICY)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(OVERFLOW) <= 0
    page.click("#ask-choose")
    assert page.evaluate(OVERFLOW) <= 0
    page.check("#dialog-statistics")
    decide(page, "#dialog-save")
    assert page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("size", [(320, 640), (320, 256), (640, 400), (1280, 720)])
@pytest.mark.parametrize("tenant", ["pivohub", "full"])
@pytest.mark.parametrize("path", ["/", POLICY])
def test_the_focus_is_never_behind_the_banner(open_page, tenant, path, size):
    width, height = size
    page, hidden = open_page(tenant, width=width, height=height), []
    page.goto(path)
    for step in range(60):
        page.keyboard.press("Tab")
        if not page.evaluate(IN_SIGHT):
            hidden.append(page.evaluate("document.activeElement.outerHTML"))
        if step and page.evaluate("document.activeElement === document.body"):
            break
    assert hidden == []


def test_arabic_reads_from_right_to_left(open_page):
    page = open_page(locale="ar")
    page.goto(POLICY)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")

    def middle(selector: str) -> float:
        box = page.locator(selector).bounding_box()
        return box["x"] + box["width"] / 2

    assert middle(".name") > middle(".languages summary")
    assert middle(".ask-words") > middle("#ask-accept-all")
    page.click("#ask-choose")
    assert middle("#ask-second-title") > middle("#ask-second .ask-close")
    assert middle("label[for=dialog-statistics]") > middle("#dialog-statistics")
