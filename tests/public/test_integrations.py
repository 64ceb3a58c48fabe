"""Pages with integrations: gated, from exactly their hosts; all other pages stay as they were."""

import json
import re
from html import unescape

import pytest

from portal.cookies.integrations.editing import add_integration
from portal.cookies.integrations.kinds import KINDS
from portal.database import writing
from portal.headers import SOURCES
from tests import make
from tests.client import POLICY, PREFERENCES, Visitor

SERVER = "https://stats.example.org/m/"
GOOGLE = "https://www.googletagmanager.com"
TAG = re.compile(r'<script type="text/plain" data-consent="(\w+)" src="([^"]+)"([^>]*)>')


@pytest.fixture
def visitor(app) -> Visitor:
    make.tenant(app, languages=("fr", "en"))
    return Visitor(app)


def add(app, kind, **values):
    """Publish a tenant with one more service; what is left out is as in its example."""
    usual = {"identifier": KINDS[kind].example, "server": SERVER, "title": "A <film>"}
    with app.app_context(), writing():
        add_integration(make.find(), kind, usual | values)
    make.publish(app)


def csp(answer):
    policy = answer.headers["Content-Security-Policy"]
    return dict(one.split(" ", 1) for one in policy.split("; "))


def added(answer):
    """What the policy of an answer has beyond that of every page, and what it lacks."""
    found = csp(answer)
    more = {what: where.removeprefix("'self' ") for what, where in found.items()}
    return (
        {what: more[what] for what in found if found[what] != SOURCES.get(what)},
        set(SOURCES) - set(found),
    )


def tags(page):
    return [(category, unescape(source)) for category, source, _ in TAG.findall(page.text)]


def test_a_page_without_any_loads_nothing_more_and_may_load_nothing_else(visitor):
    page = visitor.get("/")
    assert csp(page) == SOURCES
    for name in ("integrations", "tags.js", "videos"):
        assert name not in page.text


@pytest.mark.parametrize(
    ("kind", "hosts"),
    [
        ("matomo", dict.fromkeys(("script-src", "connect-src", "img-src"), "stats.example.org")),
        ("plausible", dict.fromkeys(("script-src", "connect-src"), "stats.example.org")),
        (
            "piano-analytics",
            {"script-src": "tag.aticdn.net", "connect-src": "stats.example.org"},
        ),
    ],
)
def test_its_hosts_and_no_others_are_allowed(app, visitor, kind, hosts):
    add(app, kind)
    for path in ("/", POLICY):
        wanted = {what: f"https://{host}" for what, host in hosts.items()}
        assert added(visitor.get(path)) == (wanted, set())


@pytest.mark.parametrize("kind", ["google-analytics", "google-tag-manager", "hotjar"])
def test_only_who_writes_scripts_into_pages_goes_without_trusted_types(app, visitor, kind):
    add(app, kind)
    hosts, lacks = added(visitor.get("/"))
    assert lacks == {"require-trusted-types-for", "trusted-types"}
    assert set(hosts) == {"script-src", "connect-src", "img-src"}
    assert "'unsafe" not in str(hosts)


def test_a_page_that_the_browser_has_comes_with_the_same_policy(app, visitor):
    add(app, "matomo")
    first = visitor.get("/")
    again = visitor.get("/", If_None_Match=first.headers["ETag"])
    assert again.status_code == 304
    assert csp(again) == csp(first)


def test_pages_where_people_decide_load_none(app, visitor):
    add(app, "matomo")
    page = visitor.get(PREFERENCES)
    assert csp(page) == SOURCES
    assert tags(page) == []


def test_nothing_is_there_before_it_is_published_and_nothing_elsewhere(app, visitor):
    make.tenant(app, "oslo", "en", ("en",))
    with app.app_context(), writing():
        add_integration(make.find(), "hotjar", {"identifier": "1234567"})
    assert csp(visitor.get("/")) == SOURCES
    make.publish(app)
    assert tags(visitor.get("/"))
    assert csp(Visitor(app, "oslo.example").get("/")) == SOURCES


def test_scripts_wait_and_keep_their_order(app, visitor):
    add(app, "google-analytics", identifier="G-AB12CD34EF")
    add(app, "matomo")
    add(app, "piano-analytics")
    found = [(kind, re.sub(r"/static/\w+/", "/", source)) for kind, source in tags(visitor.get())]
    assert found == [
        ("statistics", "/tags.js"),
        ("statistics", f"{SERVER}matomo.js"),
        ("statistics", "/tags.js"),
        ("statistics", f"{GOOGLE}/gtag/js?id=G-AB12CD34EF"),
        ("statistics", "https://tag.aticdn.net/piano-analytics.js"),
        ("statistics", "/tags.js"),
    ]
    executable = re.findall(r"<script(?![^>]*text/plain)[^>]*>", visitor.get().text)
    assert len(executable) == 3  # the banner, the facts, the module
    assert not any("example.org" in one or "google" in one for one in executable)


def test_what_a_script_has_to_know_stands_at_it(app, visitor):
    add(app, "plausible", identifier="data.paris.example", server="")
    [(_, source, data)] = TAG.findall(visitor.get().text)
    assert source == "https://plausible.io/js/script.js"
    assert data == ' data-domain="data.paris.example"'


def test_the_page_says_which_cookies_to_delete_and_whom_to_tell(app, visitor):
    add(app, "matomo")
    found = re.search(r'id="integrations">(.*?)</script>', visitor.get().text)[1]
    facts = json.loads(found)
    assert re.fullmatch(facts["categories"]["statistics"]["names"], "_pk_id.1.abc")
    assert facts["signals"] == ["matomo"]
    assert "hold" not in facts  # nothing on this page needs a placeholder


def test_videos_wait_on_the_home_page_alone(app, visitor):
    add(app, "youtube")
    page = visitor.get("/")
    assert added(page) == ({"frame-src": "https://www.youtube-nocookie.com"}, set())
    frame = re.search(r"<iframe[^>]*>", page.text)[0]
    assert 'data-consent="marketing"' in frame
    assert 'data-src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"' in frame
    assert " src=" not in frame
    assert 'title="A &lt;film&gt;"' in frame
    assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ">A &lt;film&gt;</a>' in page.text
    assert csp(visitor.get(POLICY)) == SOURCES
    assert 'id="integrations"' not in visitor.get(POLICY).text


def test_the_placeholder_is_in_the_language_of_the_page(app, visitor):
    add(app, "vimeo")
    held = {}
    for tag in ("fr", "en"):
        page = visitor.get(f"/?lang={tag}")
        facts = json.loads(re.search(r'id="integrations">(.*?)</script>', page.text)[1])
        assert (facts["language"], facts["dir"]) == (tag, "ltr")
        held[tag] = str(facts["hold"])
    assert "{provider}" in held["fr"]
    assert held["fr"] != held["en"]


HOSTILE = """</script><img/src=x>"'&{x}<!--*"""


def test_a_key_that_looks_like_markup_is_a_name_and_nothing_else(app, visitor):
    make.cookie(app, name=HOSTILE, match="pattern", storage="local_storage")
    add(app, "matomo")
    for path in ("/", POLICY):
        page = visitor.get(path).text
        assert "<img/src" not in page
        facts = re.search(r'<script[^>]* id="integrations">(.*?)</script>', page, re.DOTALL)[1]
        names = json.loads(facts)["categories"]["statistics"]["names"]
        assert re.search(f"(?:{names})", HOSTILE)
