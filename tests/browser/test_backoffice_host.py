"""The hostname of all back offices in a real browser: sign in once, choose a portal, publish."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import cookies, opened
from tests.browser.live import LiveServer, serving
from tests.browser.members import demo_password
from tests.browser.test_accessibility import assert_accessible

OFFICE = "office"
OWNER = "demo@example.org"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of its own, with the examples."""
    folder = tmp_path_factory.mktemp("office")
    with serving(folder, PORTAL_BACKOFFICE_HOST=f"{OFFICE}.localhost") as started:
        yield started


@pytest.fixture
def open_office(browser: Browser, office: LiveServer) -> Iterator[Callable[..., Page]]:
    with opened(browser, office) as open_one:
        yield open_one


def sign_in(page: Page, office: LiveServer) -> None:
    page.goto("/")
    page.get_by_label("Email address").fill(OWNER)
    page.get_by_label("Password", exact=True).fill(demo_password(office))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Your portals")).to_be_visible()


@pytest.mark.parametrize(("javascript", "months"), [(True, 11), (False, 10)])
def test_from_one_sign_in_to_what_visitors_of_a_portal_see(open_office, office, javascript, months):
    page = open_office(OFFICE, javascript=javascript)
    sign_in(page, office)
    assert_signed_in_here_alone(page)
    page.get_by_role("link", name="Pivot Hub").click()
    page.get_by_role("link", name="Cookies", exact=True).first.click()
    page.get_by_role("link", name="django_language").first.click()
    page.locator("input[name=lifetime_count]").fill(str(months))
    page.get_by_role("button", name="Save").first.click()
    page.get_by_role("link", name="Publish").first.click()
    page.get_by_role("button", name="Publish").first.click()
    office.wait_for("pivohub", f"{months} months".encode(), "/terms/cookies-policy/?lang=en")
    page.goto("/pivohub/backoffice/")
    page.get_by_role("link", name="Other portals").click()
    expect(page.get_by_role("link", name="Paris dashboard")).to_be_visible()


def assert_signed_in_here_alone(page: Page) -> None:
    assert set(cookies(page)) == {"sessionid", "csrftoken"}
    assert {one["domain"] for one in page.context.cookies()} == {f"{OFFICE}.localhost"}


def test_a_bookmark_on_the_portals_own_hostname_leads_there(open_office, office):
    page = open_office(OFFICE, expects=r"^http://paris\.localhost")
    sign_in(page, office)
    page.goto(f"http://paris.localhost:{office.port}/backoffice/cookies/")
    page.wait_for_url(f"http://office.localhost:{office.port}/paris/backoffice/cookies/")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/backoffice/", "/backoffice/?search=x", "/backoffice/account/"])
def test_its_own_pages_are_accessible(open_office, office, path, width):
    page = open_office(OFFICE, width=width)
    sign_in(page, office)
    page.goto(path)
    assert_accessible(page)
