"""Pages of a tenant's other sites that load its script, and browsers that visit them.

A page is careful and hostile at once: strict CSP with Trusted Types, and styles that reset all.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import unquote

from flask import Flask
from playwright.sync_api import Browser, Page

from portal.banner.look import STANDARD
from portal.database import db, writing
from portal.languages import AVAILABLE
from portal.policy.models import Look
from portal.tenants.embedding import embed
from tests import make
from tests.browser.browsing import NOTHING, PATIENCE, settled, watch
from tests.browser.live import LiveServer
from tests.browser.portals import FULL, add_categories
from tests.browser.sites import STRICT, Sites

SHOP = "www.shop.localhost"  # a site that shares no cookie with a portal
HOSTILE = """
*, *::before, *::after { all: unset !important; color: red !important; font: 40px cursive }
button, a, p, dialog, section, div { position: static !important; transform: rotate(3deg) }
html { font-size: 6px; letter-spacing: 1em; text-transform: uppercase; visibility: hidden;
  pointer-events: none; white-space: pre; direction: rtl; cursor: none; user-select: none }
body, body * { visibility: visible; letter-spacing: 0; pointer-events: auto }
button { display: none !important }
"""
FIRST, SECOND = ".ask-first", ".ask-second"


def answer(word: str, layer: str = FIRST) -> str:
    """The button of a layer."""
    return f"{layer} [data-answer={word}]"


def kept(page: Page) -> dict[str, Any] | None:
    """What the cookie that reaches the page says."""
    found = {one["name"]: one["value"] for one in page.context.cookies(page.url)}
    value = found.get("cookies_preferences")
    return json.loads(unquote(value)) if value else None


def decide(page: Page, selector: str) -> dict[str, Any]:
    """Answer, and wait for the portal's receipt."""
    with page.expect_response("**/api/v1/consents") as sent:
        page.click(selector)
    assert sent.value.status == 201, sent.value.text()
    return sent.value.json()


@dataclass(frozen=True)
class Embedding:
    """One tenant's portal and the sites of the suite."""

    server: LiveServer
    sites: Sites
    tenant: str = FULL
    site: str = SHOP

    @property
    def portal(self) -> str:
        return f"http://{self.tenant}.localhost:{self.server.port}"

    @property
    def script(self) -> str:
        return f'<script src="{self.portal}/consent.js" async></script>'

    @property
    def policy(self) -> str:
        return STRICT.format(portal=self.portal, hosts="*.localhost:*")

    def put(
        self,
        body: str = "<p>Words.</p>",
        *,
        head: str | None = None,
        host: str = "",
        path: str = "/",
        lang: str = "en",
        **headers: str,
    ) -> str:
        """A page of the site; its address."""
        html = (
            f"<!doctype html><html lang='{lang}'><head><meta charset=utf-8><title>A shop</title>"
            f"<meta name=viewport content='width=device-width'>"
            f"{self.script if head is None else head}</head>"
            f"<body><main><h1>A shop</h1>{body}</main></body></html>"
        )
        named = {"Content_Security_Policy": self.policy} | headers
        return self.sites.put(host or self.site, path, html, **named)

    def hostile(self, path: str = "/hostile.css") -> str:
        """The script and styles that hurt every element; for a head."""
        self.sites.put(self.site, path, HOSTILE, "text/css")
        return f'<link rel=stylesheet href="{path}">{self.script}'


@contextmanager
def visiting(browser: Browser, hosts: tuple[str, ...]) -> Iterator[Callable[..., Page]]:
    """Opens pages of new visitors; whatever one of them did wrong is an error at the end."""
    complaints: list[str] = []
    with ExitStack() as contexts:

        def visit(address: str = "", *, expects: str = "", **options: Any) -> Page:
            usual = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}}
            context = contexts.enter_context(browser.new_context(**(usual | options)))
            contexts.enter_context(settled(context))
            context.set_default_timeout(PATIENCE)
            watch(context, hosts, re.compile(expects) if expects else NOTHING, complaints)
            page = context.new_page()
            if address:
                page.goto(address)
            return page

        yield visit
    assert not complaints, complaints


def let_ask(server: LiveServer, tenant: str, *sites: str, domain: str = "", **facts: Any) -> None:
    """Let a tenant's script ask on these origins, from now on, on the live server.

    `tenant` is the portal's hostname without `.localhost`; its last label is the slug.
    """
    with server.editing() as app, app.app_context(), writing():
        embed(make.find(tenant.rpartition(".")[2]), domain, sites, **facts)
    for one in (*sites, f'"domain":"{domain}"'):
        server.wait_for(tenant, one.encode(), "/consent.js")


def place(app: Flask, tenant: str, position: str) -> None:
    """Draft another position of the banner."""
    look = asdict(STANDARD) | {"position": position, "logo": None}
    with app.app_context(), writing():
        db.session.add(Look(tenant_id=make.find(tenant).id, **look))


def open_embedding(
    server: LiveServer, sites: Sites, tenant: str, *hosts: str,
    position: str = "", storage: str = "any", **facts: Any,
) -> Embedding:  # fmt: skip
    """A new portal with all categories, one cookie in each, that asks on these hosts."""
    with server.editing() as app:
        make.tenant(app, tenant, "en", AVAILABLE, f"{tenant}.localhost")
        add_categories(app, tenant, "preferences", "marketing")
        for category in ("statistics", "preferences", "marketing"):
            kept = {"category": category, "storage": storage}
            make.cookie(app, tenant, f"{category}_*", match="pattern", **kept)
        if position:
            place(app, tenant, position)
        make.publish(app, tenant)
    server.wait_for(tenant, tenant.title().encode())
    let_ask(server, tenant, *(sites.origin(one) for one in hosts), **facts)
    return Embedding(server, sites, tenant, next(iter(hosts), ""))
