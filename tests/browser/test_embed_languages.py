"""In which language the script asks: the page's, else the visitor's, else the tenant's."""

import pytest
from playwright.sync_api import expect

from tests.browser.embedding import FIRST, SECOND, answer


@pytest.mark.parametrize(
    ("written", "visitors", "asked"),
    [
        ("de", "fr-FR", "de"),
        ("de-AT", "fr-FR", "de"),
        ("DE_at", "fr-FR", "de"),
        ("pt-BR", "en-GB", "pt-BR"),
        ("pt-br", "en-GB", "pt-BR"),
        ("pt-PT", "en-GB", "pt"),
        ("zh-TW", "en-GB", "zh-Hant"),
        ("zh-HK", "en-GB", "zh-Hant"),
        ("zh", "en-GB", "zh-Hans"),
        ("no", "en-GB", "nb"),
        ("", "it-CH", "it"),
        ("x-klingon", "it-CH", "it"),
        ("mi", "en-GB", "en"),
        ("not a tag", "en-GB", "en"),
        ("mi", "mi", "fr"),
    ],
)
def test_the_pages_language_comes_first(shop, visit, written, visitors, asked):
    page = visit(shop.put(lang=written), locale=visitors)
    expect(page.locator(FIRST)).to_have_attribute("lang", asked)


@pytest.mark.parametrize("language", ["ar", "he"])
def test_direction_follows_the_language(shop, visit, language):
    page = visit(shop.put(lang=language))
    expect(page.locator(FIRST)).to_have_attribute("dir", "rtl")
    first, last = (page.locator(answer(one)) for one in ("accept_all", "choose"))
    page.set_viewport_size({"width": 640, "height": 800})
    assert first.bounding_box()["x"] > last.bounding_box()["x"]


AFTER = """(name) => {
  const range = document.createRange();
  range.selectNode(name.nextSibling);
  return range.getBoundingClientRect().right - name.getBoundingClientRect().left;
}"""


def test_a_provider_s_latin_name_draws_no_number_to_its_side(shop, visit):
    page = visit(shop.put(lang="ar"), viewport={"width": 1280, "height": 800})
    page.click(answer("choose"))
    page.click(f"{SECOND} summary >> nth=0")
    name = page.locator(f"{SECOND} small bdi >> nth=0")
    expect(name).to_have_text("Matomo")
    assert name.evaluate(AFTER) <= 1


def test_the_record_says_which_language_was_shown(shop, visit):
    page = visit(shop.put(lang="de-CH"))
    with page.expect_request("**/api/v1/consents") as sent:
        page.click(answer("accept_all"))
    assert sent.value.post_data_json["language"] == "de"
