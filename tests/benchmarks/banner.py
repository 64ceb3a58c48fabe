"""Our consent script against the lightest rivals: `python -m tests.benchmarks.banner [rounds]`.

The same page of the same site is opened in turns with each script, in fresh contexts of Chromium,
from the same server, which keeps connections alive and compresses all alike. The rivals come from
npm, pinned, into the data folder. Printed are ratios to the better rival, of medians, and beside
them, as a floor for scripts, what one of a few lines takes that shows two words.
Nothing is asserted, as machines differ; measure on an idle one.

A banner is there when the frame that first holds it on screen is painted. That is looked for in the
page by the same few lines for all, in visits of their own: script time is read from the browser
itself in others, as processor time; it leaves out what promises run later, which all work of the
main thread holds. What the same page takes without any script is taken off.
"""

import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from portal.database import writing
from portal.settings import Settings
from portal.tenants.embedding import embed
from tests import make
from tests.benchmarks.rivals import OREJIME, VANILLA, Words, orejime, vanilla, words_of
from tests.benchmarks.still import Still, still
from tests.browser.browsing import CHROMIUM, launch
from tests.browser.portals import add_categories
from tests.client import Visitor
from tests.conftest import migrate, running

ROUNDS, WARM_UP = 30, 3
SLOW = 4  # times that the processor is slower
REST = 400  # milliseconds after the banner in which the page may still shift or block
PORTAL, SITE, CDN = "portal.localhost", "www.shop.localhost", "cdn.localhost"
SCRIPT, STYLE, KEPT = "text/javascript", "text/css", "public, max-age=31536000, immutable"
OURS = {"ours": "", "sooner": ' fetchpriority="high"'}  # the line, and the line that goes first
RIVALS = {"orejime": ".orejime-Banner", "vanilla": "#cc-main .cm"}
FLOOR = """const one = document.createElement("p");
one.className = "floor";
one.style.cssText = "position:fixed;inset:auto 0 0;background:#fff";
one.textContent = "We ask.";
document.documentElement.append(one);"""
BANNERS = dict.fromkeys(OURS, ".ask-first") | {"floor": ".floor"} | RIVALS
NONE = "none"

PROBE = """(() => {
  const there = (one) => {
    const box = one?.getBoundingClientRect();
    const options = { opacityProperty: true, visibilityProperty: true };
    return box?.height > 0 && box.top < innerHeight && one.checkVisibility(options);
  };
  const look = () => {
    if (!there(document.querySelector(SELECTOR))) return requestAnimationFrame(look);
    const { port1, port2 } = new MessageChannel(); // heard of once the frame is painted
    port1.onmessage = () => {
      window.bannerThere = performance.now();
      console.debug("there");
    };
    port2.postMessage(0);
  };
  requestAnimationFrame(look);
  window.shift = window.blocked = 0;
  const sum = (type, add) => {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(add));
    observer.observe({ type, buffered: true });
  };
  sum("layout-shift", (one) => (window.shift += one.value));
  sum("longtask", (one) => (window.blocked += Math.max(0, one.duration - 50)));
})();"""
WORDS = "<p>" + "A shop tells of its goods, of how they are made and what they cost. " * 8 + "</p>"
PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/shop.css">HEAD</head>
<body><h1>A shop</h1>{WORDS * 40}BODY</body></html>"""
LOOK = "body{max-width:60em;margin:2em auto;font:1em/1.5 serif}h1{color:#234}"


class Shown(NamedTuple):
    banner: float  # milliseconds from the start of the navigation
    shift: float  # sum of layout shifts
    blocked: float  # milliseconds of long tasks beyond 50 each


class Cost(NamedTuple):
    script: float  # milliseconds of processor time
    tasks: float  # milliseconds of everything that the page's main thread did
    weight: int  # bytes over the wire, without the page


def prepare(server: Still, folder: Path) -> dict[str, str]:
    """The page's address with each script, and with none."""
    shop = {"": server.put(SITE, "/shop.css", STYLE, LOOK.encode(), KEPT)}
    with _portal(server, folder / "portal") as visitor:
        words = _serve_ours(server, visitor)
    rivals = Settings.read(os.environ).data / "rivals"
    for package in (OREJIME, VANILLA):
        for name, body in package.fetch(rivals).items():
            server.put(CDN, f"/{name}", STYLE if name.endswith("css") else SCRIPT, body, KEPT)
    cdn = server.origin(CDN)
    server.put(SITE, "/orejime.js", SCRIPT, orejime(words).encode(), KEPT)
    module = vanilla(words, f"{cdn}/cookieconsent.umd.js")
    server.put(SITE, "/vanilla.js", SCRIPT, module.encode(), KEPT)
    floor = server.put(PORTAL, "/floor.js", SCRIPT, FLOOR.encode(), KEPT)
    heads = {
        NONE: "",
        **{
            name: f'<script src="{server.origin(PORTAL)}/consent.js" async{how}></script>'
            for name, how in OURS.items()
        },
        "floor": f'<script src="{floor}" async></script>',
        "orejime": '<script src="/orejime.js" defer></script>'
        f'<script src="{cdn}/orejime-standard-en.js" defer></script>'
        f'<link rel="stylesheet" href="{cdn}/orejime-standard.css">',
        "vanilla": f'<link rel="stylesheet" href="{cdn}/cookieconsent.css">',
    }
    bodies = {"vanilla": '<script type="module" src="/vanilla.js"></script>'}
    for name, head in heads.items():
        page = PAGE.replace("HEAD", head).replace("BODY", bodies.get(name, ""))
        shop[name] = server.put(SITE, f"/{name}.html", "text/html", page.encode())
    return {name: shop[name] for name in heads}


@contextmanager
def _portal(server: Still, folder: Path) -> Iterator[Visitor]:
    """A portal that asks about three categories on the site."""
    folder.mkdir()
    environ = {"PORTAL_DATA": str(folder)}
    migrate(environ)
    with contextmanager(running)(environ) as app:
        make.tenant(app, "shop", "en", ("en", "fr"), PORTAL)
        add_categories(app, "shop", "marketing")
        make.cookie(app, "shop", "_pk_id.*", storage="cookie")
        make.cookie(app, "shop", "_fbp", category="marketing", storage="cookie")
        with app.app_context(), writing():
            embed(make.find("shop"), "", [server.origin(SITE)])
        make.publish(app, "shop")
        yield Visitor(app, f"{PORTAL}:{server.port}")


def _serve_ours(server: Still, visitor: Visitor) -> Words:
    """What the portal answers from now on comes from the server that the rivals come from."""
    script = visitor.get("/consent.js")
    build = re.search(r'"texts":"([^"]+)"', script.text)[1]
    texts = visitor.get(path := f"/embed/{build}/en.json")
    for address, answer in (("/consent.js", script), (path, texts)):
        keep = answer.headers["Cache-Control"]
        server.put(PORTAL, address, answer.mimetype, answer.get_data(), keep)
    return words_of(texts.get_json(), visitor.get("/api/v1/policy?lang=en").get_json())


@contextmanager
def visit(browser: Browser, slower: int) -> Iterator[tuple[BrowserContext, Page, CDPSession]]:
    with browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB") as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        if slower > 1:
            session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        yield context, page, session


def shown(browser: Browser, name: str, address: str, slower: int, cached: bool) -> Shown:
    with visit(browser, slower) as (context, page, _):
        context.add_init_script(PROBE.replace("SELECTOR", repr(BANNERS[name])))
        for _ in range(2 if cached else 1):
            with page.expect_console_message(lambda one: one.text == "there"):
                page.goto(address)
            page.wait_for_timeout(REST)
        return Shown(*page.evaluate("[bannerThere, shift, blocked]"))


def cost(browser: Browser, name: str, address: str, slower: int, cached: bool) -> Cost:
    with visit(browser, slower) as (_, page, session):
        session.send("Network.enable")
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        for _ in range(2 if cached else 1):
            weights = _weights(session, address)
            page.goto(address)
            page.wait_for_timeout(REST * slower)
        metrics = session.send("Performance.getMetrics")["metrics"]
        found = {one["name"]: one["value"] * 1000 for one in metrics}
        assert name == NONE or page.is_visible(BANNERS[name])
    return Cost(found["ScriptDuration"], found["TaskDuration"], sum(weights.values()))


def _weights(session: CDPSession, address: str) -> dict[str, int]:
    """Bytes by request, growing; the page itself and its own stylesheet do not count."""
    weights: dict[str, int] = {}
    counted = set[str]()

    def begins(event: dict) -> None:
        if event["request"]["url"] not in (address, address.rpartition("/")[0] + "/shop.css"):
            counted.add(event["requestId"])

    def ends(event: dict) -> None:
        if event["requestId"] in counted:
            weights[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", begins)
    session.on("Network.loadingFinished", ends)
    return weights


def in_turns(measure: Callable[[str], tuple], names: list[str], rounds: int) -> dict[str, list]:
    """Each name's measures; the order turns, so that the machine's moods hit all."""
    found = defaultdict(list)
    for turn in range(WARM_UP + rounds):
        at = turn % len(names)
        for name in names[at:] + names[:at]:
            measured = measure(name)
            if turn >= WARM_UP:
                found[name].append(measured)
    return found


def middle(measures: list[tuple], field: str) -> float:
    return median(getattr(one, field) for one in measures)


def compare(browser: Browser, addresses: dict[str, str], rounds: int, slower: int, cached: bool):
    speed = f"slowed down {slower} times" if slower > 1 else "plain"
    what = f"{speed}, cache {'on' if cached else 'off'}"
    shows = in_turns(
        lambda one: shown(browser, one, addresses[one], slower, cached), list(BANNERS), rounds
    )
    costs = in_turns(
        lambda one: cost(browser, one, addresses[one], slower, cached), list(addresses), rounds
    )
    bare = middle(costs[NONE], "script")
    banner = {name: middle(shows[name], "banner") for name in BANNERS}
    script = {name: middle(costs[name], "script") - bare for name in BANNERS}
    print(f"\n{what}, {rounds} rounds")
    _report("navigation to the banner", banner, 0.8)
    _report("script time", script, 0.5)
    tasks = {name: middle(costs[name], "tasks") - middle(costs[NONE], "tasks") for name in BANNERS}
    _report("all work of the main thread", tasks)
    if not cached:
        _report("bytes over the wire", {name: middle(costs[name], "weight") for name in BANNERS})
    for name in BANNERS:
        shift, blocked = (max(getattr(one, f) for one in shows[name]) for f in ("shift", "blocked"))
        print(f"        {name}: layout shift {shift:.4f}, blocked {blocked:.0f} ms at most")
    sys.stdout.flush()


def _report(what: str, values: dict[str, float], goal: float | None = None) -> None:
    rival = min(RIVALS, key=lambda name: values[name])
    aim = f" (goal {goal})" if goal else ""
    ratios = " ".join(f"{values[name] / values[rival]:6.2f}" for name in OURS)
    raw = ", ".join(f"{name} {value:.1f}" for name, value in values.items())
    print(f"{ratios}  {what}, {', '.join(OURS)} / {rival}{aim}  [{raw}]")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with (
        tempfile.TemporaryDirectory() as name,
        still() as server,
        sync_playwright() as playwright,
        launch(playwright, CHROMIUM) as browser,
    ):
        addresses = prepare(server, Path(name))
        for slower in (1, SLOW):
            for cached in (False, True):
                compare(browser, addresses, rounds, slower, cached)


if __name__ == "__main__":
    main()
