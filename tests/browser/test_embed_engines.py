"""The core of the embedded script in Firefox and in WebKit, on a page with a strict CSP."""

import pytest

from tests.browser.embedding import answer, open_embedding
from tests.browser.engines import firefox, until, webkit

HOSTS = ("www.engines.localhost", "www2.engines.localhost")
WATCH = """
window.wrong = [];
for (const name of ["error", "unhandledrejection", "securitypolicyviolation"])
  addEventListener(name, (event) => wrong.push([name, event.message, event.violatedDirective]));
"""
BODY = """
<iframe data-consent="marketing" data-src="{video}" width="400" height="300"></iframe>
<script type="text/plain" data-consent="statistics" src="/gated.js"></script>
"""
ASKED = "!!document.querySelector('.ask-first')?.getBoundingClientRect().height"


@pytest.fixture(scope="module")
def site(server, sites):
    shop = open_embedding(server, sites, "engines", *HOSTS)
    watch, gated = "/watch.js", "/gated.js"
    left = "window.gated = true; document.cookie = 'statistics_1=1;max-age=999'"
    for host in HOSTS:
        sites.put(host, watch, WATCH, "text/javascript")
        sites.put(host, gated, left, "text/javascript")
    sites.put("video.localhost", "/embed", "<p>A film</p>")
    return shop


@pytest.fixture(scope="module", params=[firefox, webkit], ids=["firefox", "webkit"])
def engine(request, tmp_path_factory):
    with request.param(tmp_path_factory.mktemp("engine")) as started:
        yield started


def page(site, host: str) -> str:
    body = BODY.format(video=site.sites.origin("video.localhost") + "/embed")
    return site.put(body, host=host, head=f'<script src="/watch.js"></script>{site.script}')


def click(engine, selector: str) -> None:
    engine.run(f"document.querySelector('{selector}').click()")


def test_accepting_releases_and_withdrawing_takes_back(engine, site):
    engine.goto(page(site, "www.engines.localhost"))
    until(engine, ASKED)
    until(engine, "!!document.querySelector('.ask-hold')")
    assert engine.run("window.gated || 0") == 0
    assert engine.run("getComputedStyle(document.querySelector('.ask-first')).position") == "fixed"
    click(engine, answer("accept_all"))
    until(engine, "!!window.gated && !document.querySelector('.ask-hold, .ask-first')")
    assert engine.run("document.querySelector('iframe').src").endswith("/embed")
    assert engine.run("wrong") == []
    engine.goto(page(site, "www.engines.localhost"))
    until(engine, "!!window.gated && !!document.querySelector('.ask-reopen')")
    click(engine, ".ask-reopen")
    until(engine, "!!document.querySelector('.ask-second')?.open")
    click(engine, answer("reject_all", ".ask-second"))
    until(engine, "!window.gated && window.consent?.decision.accepted.length === 1")
    assert engine.run("document.cookie").startswith("cookies_preferences=")
    assert "statistics_1" not in engine.run("document.cookie")
    assert engine.run("wrong") == []
    words = [one["decision"] for one in site.server.records(engine.run("consent.decision.id"))]
    assert words == ["accept_all", "withdraw"]


def test_rejecting_keeps_all_away(engine, site):
    engine.goto(page(site, "www2.engines.localhost"))
    until(engine, ASKED)
    click(engine, answer("reject_all"))
    until(engine, "!document.querySelector('.ask-first')")
    engine.goto(page(site, "www2.engines.localhost"))
    until(engine, "!!window.consent && document.readyState === 'complete'")
    until(engine, "!!document.querySelector('.ask-hold')")
    assert not engine.run(ASKED)
    assert engine.run("[window.gated || 0, consent.decision.accepted]") == [0, ["necessary"]]
    assert engine.run("wrong") == []
