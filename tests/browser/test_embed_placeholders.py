"""What stands where an embed waits: in its box, with a name, for mouse, keyboard and ears."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import until
from tests.browser.embedding import FIRST, answer, decide, kept

VIDEO = "video.localhost"
STYLES = """
main { display: grid; gap: 10px }
iframe { margin: 7px 13px }
.wide { position: relative; padding-top: 56.25%; width: 400px }
.wide iframe { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0;
  border: 0 }
.row { display: flex } .row iframe { flex: 1 2 50px; height: 200px; order: 2 }
.float iframe { float: right }
"""
ALWAYS = "button:text('Always show')"
LOOK = """(one) => {
  const { font, padding, border, backgroundColor } = getComputedStyle(one);
  return [font, padding, border, backgroundColor];
}"""
BOX = """(one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [x, y, width, height];
}"""


@pytest.fixture
def serve(shop, visit):
    shop.sites.put(VIDEO, "/embed", "<p>A film</p><button>Play</button>")
    shop.sites.put(shop.site, "/page.css", STYLES, "text/css")
    head = f"<link rel=stylesheet href=/page.css>{shop.script}"

    def one(body: str, **options: str) -> Page:
        page = visit(shop.put(body, head=head, **options))
        page.wait_for_selector(FIRST)
        page.wait_for_selector(".ask-hold")
        return page

    return one


@pytest.fixture
def frame(shop) -> str:
    source = shop.sites.origin(VIDEO) + "/embed"
    return f'<iframe title="A film" data-consent="marketing" data-src="{source}"></iframe>'


@pytest.mark.parametrize(
    "around",
    [
        "<p>Words</p>{}<p>More</p>",
        "<div>{} {}</div>",
        '<div class="wide">{}</div>',
        '<div class="row"><p>Words</p>{}</div>',
        '<div class="float">{}<p>Words around it</p></div>',
    ],
    ids=["grid", "inline", "positioned", "flex", "float"],
)
def test_it_has_the_box_of_what_it_stands_for(shop, visit, serve, frame, around):
    body = around.replace("{}", frame)
    bare = visit(shop.put(body, head="<link rel=stylesheet href=/page.css>"))
    wanted = [side for one in bare.locator("iframe").all() for side in one.evaluate(BOX)]
    page = serve(body)
    until(page, f"document.querySelectorAll('.ask-hold').length === {len(wanted) // 4}")
    found = [side for one in page.locator(".ask-hold").all() for side in one.evaluate(BOX)]
    assert found == pytest.approx(wanted, abs=0.6)
    expect(page.locator("iframe").first).to_be_hidden()


def test_once_shows_this_one_and_decides_nothing(shop, serve, frame):
    before = len(shop.server.records())
    page = serve(f"{frame}{frame}")
    page.get_by_role("button", name="Show once").first.click()
    expect(page.frame_locator("iframe >> nth=0").locator("p")).to_have_text("A film")
    expect(page.locator(".ask-hold")).to_have_count(1)
    assert kept(page) is None
    assert len(shop.server.records()) == before


def test_always_accepts_the_category_and_no_other(serve, frame):
    page = serve(f"{frame}{frame}")
    receipt = decide(page, f"{ALWAYS} >> nth=0")
    expect(page.locator(".ask-hold")).to_have_count(0)
    expect(page.frame_locator("iframe >> nth=1").locator("p")).to_have_text("A film")
    assert receipt["accepted"] == ["necessary", "marketing"]
    assert (receipt["decision"], receipt["surface"]) == ("save", "placeholder")


def test_always_keeps_the_other_answers(serve, frame):
    page = serve(frame)
    page.click(answer("choose"))
    page.check("[name=statistics]")
    decide(page, answer("save", ".ask-second"))
    receipt = decide(page, ALWAYS)
    assert receipt["accepted"] == ["necessary", "statistics", "marketing"]


def test_screen_readers_hear_whose_it_is(serve, frame):
    named = frame.replace("<iframe", '<iframe data-provider="FilmTube"')
    page = serve(frame + named)
    for provider in (VIDEO, "FilmTube"):
        group = page.get_by_role("group", name=f"Content from {provider}", exact=True)
        expect(group).to_contain_text(provider)
        expect(group).to_contain_text("category of cookies: Marketing")
        expect(group.get_by_role("button")).to_have_count(2)


def test_the_keyboard_is_enough_and_the_focus_stays_there(serve, frame):
    page = serve(f"<a href=#before>Before</a>{frame}<a href=#after>After</a>")
    page.click(answer("reject_all"))
    page.focus("text=Before")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Show once"
    page.keyboard.press("Enter")
    expect(page.frame_locator("iframe").locator("p")).to_have_text("A film")
    assert page.evaluate("document.activeElement.localName") == "iframe"


def test_it_is_dressed_also_where_nobody_is_asked_any_more(serve, frame):
    body = f"{frame}<a href=# data-consent-open>Cookies</a>"
    page = serve(body)
    asked = page.locator(".ask-hold").evaluate(LOOK)
    decide(page, answer("reject_all"))
    page.reload()
    page.wait_for_selector(".ask-hold")
    expect(page.locator(FIRST)).to_have_count(0)
    assert page.locator(".ask-hold").evaluate(LOOK) == asked
    assert page.evaluate("document.adoptedStyleSheets.length") == 1


def test_it_speaks_the_visitors_language_in_its_direction(serve, frame):
    page = serve(frame, lang="ar")
    hold = page.locator(".ask-hold")
    assert (hold.get_attribute("lang"), hold.get_attribute("dir")) == ("ar", "rtl")


def test_its_buttons_send_no_form(serve, frame):
    page = serve(f'<form action="/sent">{frame}</form>')
    address = page.url
    page.get_by_role("button", name="Show once").click()
    expect(page.frame_locator("iframe").locator("p")).to_have_text("A film")
    assert page.url == address


def test_a_template_has_one_if_it_names_its_provider(serve):
    template = '<template data-consent="marketing" {}><p class="embed">Hello</p></template>'
    named = template.format('data-provider="Chat"')
    page = serve(template.format("") + named)
    expect(page.locator(".ask-hold")).to_have_count(1)
    page.get_by_role("button", name="Show once").click()
    expect(page.locator(".embed")).to_have_count(1)


def test_small_frames_have_none(shop, visit, frame):
    tiny = frame.replace("<iframe", '<iframe width="1" height="1"')
    page = visit(shop.put(tiny))
    page.wait_for_selector(FIRST)
    expect(page.locator(".ask-hold")).to_have_count(0)


def test_it_comes_for_frames_added_later_and_goes_with_consent(serve, frame):
    page = serve(frame)
    page.click(answer("reject_all"))
    page.evaluate(
        """() => {
          const one = document.querySelector("iframe").cloneNode();
          one.removeAttribute("style");
          document.body.append(one);
        }"""
    )
    expect(page.locator(".ask-hold")).to_have_count(2)
    page.click(".ask-reopen")
    page.click(answer("accept_all", ".ask-second"))
    expect(page.locator(".ask-hold")).to_have_count(0)
    for one in page.locator("iframe").all():
        expect(one).to_be_visible()


def test_an_address_that_is_none_breaks_nothing(serve, frame):
    page = serve('<iframe data-consent="marketing" data-src="http://"></iframe>' + frame)
    expect(page.locator(".ask-hold").last).to_contain_text(VIDEO)
