"""Known providers at work: found while typing, added with a click, suggested in a cookie's form."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.members import signed_in
from tests.browser.test_accessibility import assert_accessible

TENANT = "cityai"
KNOWN = "/backoffice/cookies/known/"
NEW = "/backoffice/cookies/new/"
OPTIONS = ".suggestions:visible [role=option]"


@pytest.fixture
def member(open_page, server) -> Page:
    return signed_in(open_page, server, TENANT)


def offered(page: Page) -> list[str]:
    expect(page.locator(OPTIONS).first).to_be_visible()
    return page.locator(f"{OPTIONS} code").all_inner_texts()


def values(page: Page, *names: str) -> tuple[str, ...]:
    return tuple(page.input_value(f"[name={name}]") for name in names)


def test_the_list_is_filtered_while_one_types(member):
    member.goto(KNOWN)
    shown = member.locator(".known-providers [data-search]:visible h3")
    everything = shown.count()
    member.fill("#q", "doubleclick.NET")
    expect(shown).to_have_text(["DoubleClick (Google Marketing Platform)"])
    member.fill("#q", "no such thing")
    expect(member.locator(".known-none")).to_be_visible()
    member.fill("#q", "")
    expect(shown).to_have_count(everything)


def test_adding_keeps_the_place_and_what_was_searched(member):
    member.goto(KNOWN)
    member.fill("#q", "pinterest")
    member.click("#known-pinterest button")
    member.wait_for_url(f"**{KNOWN}?q=pinterest#known-pinterest")
    expect(member.locator("#known-pinterest")).to_contain_text("In your list")
    expect(member.locator("#known-pinterest button")).to_have_count(0)


def test_without_javascript_the_server_finds_and_adds(open_page, server):
    page = signed_in(open_page, server, TENANT, javascript=False)
    page.goto(KNOWN)
    page.fill("#q", "reddit")
    page.click(".known-search button")
    expect(page.locator(".known-providers [data-search]:visible h3")).to_have_text(["Reddit"])
    page.click("#known-reddit button")
    expect(page.locator("#known-reddit")).to_contain_text("In your list")


def test_the_page_is_accessible(member):
    member.goto(KNOWN)
    member.click("#known-matomo summary")
    assert_accessible(member)


def test_a_suggestion_is_chosen_with_the_keyboard_and_fills_the_form(member):
    member.goto(NEW)
    member.fill("#domain", "cityai.localhost")
    member.click("#name")
    member.keyboard.type("_ga_XYZ")
    assert offered(member) == ["_ga_*"]
    name = member.locator("#name")
    expect(name).to_have_attribute("aria-expanded", "true")
    member.keyboard.press("ArrowDown")
    chosen = member.locator(f"#{name.get_attribute('aria-activedescendant')}")
    expect(chosen).to_have_attribute("aria-selected", "true")
    assert_accessible(member)
    member.keyboard.press("Enter")
    expect(name).to_have_attribute("aria-expanded", "false")
    filled = values(member, "name", "match", "category", "lifetime_count", "lifetime_unit")
    assert filled == ("_ga_*", "pattern", "statistics", "400", "day")
    assert values(member, "new_provider", "domain") == ("Google Analytics 4", "cityai.localhost")


def test_the_domain_decides_which_of_two_cookies_of_one_name_it_is(member):
    member.goto(NEW)
    member.fill("#name", "uid")
    member.click("#domain")
    for domain, provider in (("adform.net", "Adform"), ("criteo.com", "Criteo")):
        member.fill("#domain", domain)
        expect(member.locator(OPTIONS)).to_contain_text([provider])
        member.locator(OPTIONS).click()
        assert values(member, "new_provider", "domain") == (provider, domain)
    assert "what was looked at" in values(member, "purpose")[0]  # Criteo's, no more Adform's


def test_what_somebody_wrote_is_not_replaced(member):
    member.goto(NEW)
    member.fill("#purpose", "Ours.")
    member.fill("#name", "uid")
    member.click("#domain")
    member.fill("#domain", "criteo.com")
    member.locator(OPTIONS).click()
    assert values(member, "purpose", "lifetime_unit") == ("Ours.", "month")


def test_a_name_alone_offers_nothing(member):
    member.goto(NEW)
    member.click("#name")
    with member.expect_response("**/suggestions/**"):
        member.keyboard.type("uid")
    expect(member.locator(OPTIONS)).to_have_count(0)


def test_escape_closes_the_suggestions_and_leaves_the_dialog_open(member):
    member.goto("/backoffice/cookies/")
    member.click("#add")
    member.fill("dialog [name=domain]", "youtube.com")
    member.click("dialog [name=name]")
    member.keyboard.type("YS")
    assert offered(member) == ["YSC"]
    member.keyboard.press("Escape")
    expect(member.locator(OPTIONS)).to_have_count(0)
    expect(member.locator("dialog")).to_be_visible()
