"""Each example of docs/embedding.md, taken from the page as it stands, does what the page says."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.database import db, writing
from portal.settings import ROOT
from portal.tenants.embedding import embed
from portal.tenants.models import Script
from tests import make
from tests.browser.browsing import PATIENCE, until
from tests.browser.live import LiveServer
from tests.browser.portals import add_categories
from tests.browser.sites import Sites, other_sites
from tests.consent import documented

GUIDE = (ROOT / "docs" / "embedding.md").read_text()
EXAMPLES = dict(re.findall(r"<!-- example: (\w+) -->\n```\w+\n(.*?)```", GUIDE, re.DOTALL))
TYPES = (ROOT / "static" / "embed" / "consent.d.ts").read_text()
TENANT, SITE = "examples", "www.examples.localhost"
ACCEPT, REJECT = (f".ask-first [data-answer={word}_all]" for word in ("accept", "reject"))


@dataclass(frozen=True)
class Guide:
    """The examples, with the addresses of the suite in the place of those of the page."""

    server: LiveServer
    sites: Sites

    @property
    def portal(self) -> str:
        return f"http://{TENANT}.localhost:{self.server.port}"

    def example(self, name: str) -> str:
        text = EXAMPLES[name].replace("https://portal.example", self.portal)
        return re.sub(
            r"https://(\w+)\.example", lambda one: self.sites.origin(f"{one[1]}.localhost"), text
        )

    def page(self, body: str = "", head: str = "", lang: str = "en", **headers: str) -> str:
        """A page of the site, with the line unless another head is given; its address."""
        html = (
            f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>A site</title>'
            f'<link rel="icon" href="data:,">{head or self.example("line")}</head>'
            f"<body><p>Words.</p>{body}</body></html>"
        )
        return self.sites.put(SITE, "/", html, **headers)

    def serve(self, name: str, path: str, body: str, kind: str) -> None:
        self.sites.put(f"{name}.localhost", path, body, kind, Access_Control_Allow_Origin="*")


@pytest.fixture(scope="module")
def guide(server: LiveServer) -> Iterator[Guide]:
    with other_sites() as sites, server.editing() as app:
        make.tenant(app, TENANT, "en", ("en", "fr"), f"{TENANT}.localhost")
        add_categories(app, TENANT, "preferences", "marketing")
        with app.app_context(), writing():
            embed(make.find(TENANT), "", [sites.origin(SITE)])
        make.publish(app, TENANT)
        server.wait_for(TENANT, b'name="policy" value="2"')
        yield Guide(server, sites)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens a page as somebody new; an error in its console is one of the test."""
    complaints: list[str] = []
    with browser.new_context(locale="en-GB") as context:
        context.set_default_timeout(PATIENCE)
        context.on("console", lambda one: one.type == "error" and complaints.append(one.text))
        context.on("weberror", lambda one: complaints.append(str(one.error)))

        def visit_one(address: str) -> Page:
            page = context.new_page()
            page.goto(address)
            return page

        yield visit_one
    assert not complaints


def test_one_line_asks_under_the_policy_of_the_guide(guide, visit):
    name, _, policy = guide.example("csp").strip().partition(": ")
    page = visit(guide.page(**{name.replace("-", "_"): policy}))
    page.click(REJECT)
    until(page, "consent.decision?.accepted.join() === 'necessary'")


def test_the_line_may_go_first(guide, visit):
    page = visit("about:blank")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    wanted: dict[str, str] = {}
    session.on(
        "Network.requestWillBeSent",
        lambda one: wanted.update({one["request"]["url"]: one["request"]["initialPriority"]}),
    )
    for priority, line in {"Low": guide.example("line"), "High": guide.example("sooner")}.items():
        page.goto(guide.page(head=line))
        expect(page.locator(".ask-first")).to_be_visible()
        assert wanted[f"{guide.portal}/consent.js"] == priority


def test_a_nonce_stands_for_the_address(guide, visit):
    example = guide.example("nonce")
    nonce = re.search('nonce="([^"]+)"', example)[1]
    policy = f"script-src 'nonce-{nonce}'; connect-src {guide.portal}"
    page = visit(guide.page(head=example, Content_Security_Policy=policy))
    page.click(ACCEPT)
    until(page, "document.documentElement.dataset.counted === 'with a nonce'")


@pytest.mark.parametrize("tag", ["en", "fr"])
def test_a_page_in_the_language_of_its_script_asks_after_one_request(guide, visit, tag):
    lines = {"en": guide.example("line"), "fr": guide.example("french")}
    page, asked = visit("about:blank"), []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(guide.page(head=lines[tag], lang=tag))
    expect(page.locator(f".ask-first[lang={tag}]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    own = [one for one in asked if one.startswith(guide.portal)]
    assert [urlsplit(one).path for one in own] == ["/consent.js"]


def test_a_kept_version_is_pinned_by_its_hash(guide, visit):
    content = guide.server.ask(TENANT, "/consent.js").body.decode()
    digest = sha256(content.encode())
    with guide.server.editing() as app, app.app_context(), writing():
        kept = {"digest": digest.hexdigest(), "policy": 2, "content": content}
        tenant = make.find(TENANT).id
        db.session.add(Script(tenant_id=tenant, kept_at=datetime.now(UTC), **kept))
    hashed = b64encode(digest.digest()).decode()
    line = guide.example("pinned").replace("DIGEST", digest.hexdigest()).replace("HASH", hashed)
    policy = f"script-src 'sha256-{hashed}'; connect-src {guide.portal}"
    page = visit(guide.page(head=line, Content_Security_Policy=policy))
    expect(page.locator(".ask-first")).to_be_visible()


def test_scripts_wait_and_run_in_their_order(guide, visit):
    guide.serve(
        "stats", "/count.js", "window.ran = []; count = (it) => ran.push(it)", "text/javascript"
    )
    guide.serve("ads", "/ads.js", "export {}; ran.push('module')", "text/javascript")
    guide.sites.asked.clear()
    page = visit(guide.page(guide.example("scripts")))
    expect(page.locator(".ask-first")).to_be_visible()
    assert guide.sites.hosts_asked() <= {SITE}
    page.click(ACCEPT)
    until(page, "window.ran?.toSorted().join() === 'module,page'")


def test_elements_load_once_they_may(guide, visit):
    guide.serve("video", "/film", "<p>A film</p>", "text/html")
    guide.serve("stats", "/pixel.gif", "", "image/gif")
    guide.serve("fonts", "/fonts.css", "p { color: rgb(1, 2, 3) }", "text/css")
    guide.sites.asked.clear()
    page = visit(guide.page(guide.example("elements")))
    expect(page.locator(".ask-first")).to_be_visible()
    assert guide.sites.hosts_asked() <= {SITE}
    page.click(ACCEPT)
    expect(page.frame_locator("iframe").get_by_text("A film")).to_be_visible()
    expect(page.locator("body > p")).to_have_css("color", "rgb(1, 2, 3)")
    assert ("stats.localhost", "/pixel.gif") in guide.sites.asked


def test_a_template_unfolds_with_its_scripts(guide, visit):
    guide.serve("ads", "/widget.js", "document.title = 'Widget'", "text/javascript")
    page = visit(guide.page(guide.example("template")))
    expect(page.get_by_role("heading", name="From our advertisers")).to_have_count(0)
    page.click(ACCEPT)
    expect(page.get_by_role("heading", name="From our advertisers")).to_be_visible()
    expect(page).to_have_title("Widget")


def test_a_placeholder_names_the_provider_and_shows_once(guide, visit):
    guide.serve("video", "/film", "<p>A film</p>", "text/html")
    page = visit(guide.page(guide.example("placeholder")))
    box = page.locator(".ask-hold")
    expect(box).to_contain_text("Example Films")
    page.click(REJECT)
    box.get_by_role("button", name="Show once").click()
    expect(page.frame_locator("iframe").get_by_text("A film")).to_be_visible()
    assert page.evaluate("consent.has('marketing')") is False


def test_a_link_of_the_page_leads_back(guide, visit):
    page = visit(guide.page(guide.example("opener")))
    page.click(REJECT)
    page.get_by_role("link", name="Cookie settings").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator(".ask-reopen")).to_have_count(0)


def test_a_script_hears_of_the_decision(guide, visit):
    guide.sites.put(SITE, "/own.js", guide.example("api"), "text/javascript")
    page = visit(guide.page(head='<script src="/own.js"></script>' + guide.example("line")))
    page.click(ACCEPT)
    accepted = "necessary preferences statistics marketing"
    until(page, f"document.documentElement.dataset.accepted === '{accepted}'")
    page.reload()
    until(page, "document.documentElement.dataset.statistics === 'yes'")


def test_a_back_end_reads_the_cookie(guide, visit):
    page = visit(guide.page())
    page.click(ACCEPT)
    until(page, "document.cookie.includes('cookies_preferences')")
    found = {one["name"]: one["value"] for one in page.context.cookies(page.url)}
    read = documented.code()["read_consent"](found["cookies_preferences"])
    assert read["accepted"] == ["necessary", "preferences", "statistics", "marketing"]


def test_the_types_declare_what_there_is(guide, visit):
    page = visit(guide.page())
    page.click(ACCEPT)
    until(page, "!!window.consent?.decision")
    assert members("Consent") == set(page.evaluate("Object.keys(consent)"))
    assert members("ConsentDecision") == set(page.evaluate("Object.keys(consent.decision)"))
    categories = set(re.findall(r'"(\w+)"', re.search("type ConsentCategory = (.*);", TYPES)[1]))
    assert categories == set(page.evaluate("consent.decision.accepted"))


def test_the_types_declare_the_events_that_come(guide, visit):
    listen = "".join(
        f"document.addEventListener('consent:{name}', () => (window.heard ||= []).push('{name}'));"
        for name in members("ConsentEvents")
    )
    guide.sites.put(SITE, "/own.js", listen, "text/javascript")
    page = visit(guide.page(head='<script src="/own.js"></script>' + guide.example("line")))
    page.click(ACCEPT)
    until(page, "window.heard?.join() === 'ready,decided,changed'")
    listened = set(re.findall(r'"consent:(\w+)"', TYPES))
    emitted = set(re.findall(r'emit\("(\w+)"\)', (ROOT / "static/embed/start.js").read_text()))
    assert listened == emitted == members("ConsentEvents")


def members(interface: str) -> set[str]:
    """The names that an interface of the type declarations holds."""
    body = re.search(rf"interface {interface} {{\n(.*?)\n}}", TYPES, re.DOTALL)[1]
    return set(re.findall(r"^  (?:readonly )?(\w+)[<(:]", body, re.MULTILINE))


def test_every_example_is_run():
    run = re.findall(r'example\("(\w+)"\)', Path(__file__).read_text())
    assert set(run) == set(EXAMPLES)
