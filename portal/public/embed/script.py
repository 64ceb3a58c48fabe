"""`consent.js`: one script a tenant, with all that it must know before anybody is asked.

It is the same for every visitor, so that anybody may cache it and the pages that load it.
"""

import json
import re
from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import minify
from flask import Flask, Response, abort, current_app, request

from portal.banner.contrast import DARK, LIGHT, Scheme, palette
from portal.banner.look import STANDARD
from portal.caching import BoundedCache
from portal.cookies.models import NECESSARY
from portal.database import reading
from portal.headers import REACH, Reach
from portal.policy.current import current_policy
from portal.policy.document import DeclaredCategory, DeclaredCookie, DeclaredLook, Document
from portal.policy.live import LivePolicy, Version, live
from portal.public.assets import STATIC, immutable
from portal.public.door import bp
from portal.public.embed.texts import address
from portal.public.encodings import ONCE, Body
from portal.public.rendering import Words, wording_of
from portal.tenants.current import current_site
from portal.tenants.directory import Site
from portal.tenants.models import Script

PARTS = ("decision", "gate", "forget", "signals", "layers", "start")
FRESH = "public, max-age=300, stale-while-revalidate=86400"
MEMORY = 32 * 1024 * 1024  # bytes of scripts that a process remembers
FRAME = "((PORTAL,TENANT,STYLE)=>{if(window.consent?.has)return;%s})"
CALL = "(new URL(document.currentScript.src),%s,%s);"


class Built(NamedTuple):
    text: str
    digest: str  # SHA-256, in hexadecimal
    body: Body

    @property
    def integrity(self) -> str:
        """For the attribute of that name (Subresource Integrity)."""
        return "sha256-" + b64encode(bytes.fromhex(self.digest)).decode()


@bp.get("/consent.js")
def consent_script() -> Response:
    built = current_script()
    response = _answer(built.body)
    response.headers["Cache-Control"] = FRESH
    response.set_etag(built.digest[:24])
    response.make_conditional(request)
    return response


@bp.get("/embed/<digest>.js")
def pinned_script(digest: str) -> Response:
    """The script as it was when its hash was handed out, whatever was published since."""
    with reading() as session:
        kept = session.get(Script, (current_site().tenant_id, digest))
    if kept is None:
        abort(404)
    return _answer(Body(kept.content.encode(), ONCE))


def _answer(body: Body) -> Response:
    request.environ[REACH] = Reach.ANYWHERE
    response = immutable(body, "text/javascript")
    response.headers["Access-Control-Allow-Origin"] = "*"  # or browsers could not check its hash
    return response


def current_script() -> Built:
    site, policy = current_site(), current_policy()
    return _scripts().get((site, policy.number), lambda: build(site, policy))


def build(site: Site, policy: LivePolicy) -> Built:
    version = live().version(policy.tenant_id, policy.number)
    look = version.document.look or STANDARD
    facts = _facts(site, policy, version)
    text = _code() + CALL % (_in_script(facts), _in_script(style(look)))
    return Built(text, sha256(text.encode()).hexdigest(), Body(text.encode(), ONCE))


def _in_script(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _facts(site: Site, policy: LivePolicy, version: Version) -> dict[str, Any]:
    document: Document = version.document
    button = (document.look or STANDARD).reopener == "button"
    return {
        "version": policy.number,
        "days": policy.consent_days,
        "texts": address(policy.number),
        "languages": " ".join(document.languages),
        "reopen": {tag: _reopener(version, tag) for tag in document.languages if button},
        "fallback": document.default_language,
        "categories": {one.key: _category(policy, one) for one in document.categories},
        "domain": site.cookie_domain,
        "sites": sorted(site.sites),
        "signals": site.signals,
        "reloads": site.reloads,
        "button": button,
    }


def _reopener(version: Version, tag: str) -> str:
    """The name of the button that opens the preference centre, where each page has one."""
    return Words(wording_of(version, tag)).gettext("Cookie settings")


def _category(policy: LivePolicy, category: DeclaredCategory) -> dict[str, Any]:
    names = "|".join(_pattern(one) for one in category.cookies)
    if category.key == NECESSARY:
        return {"names": names}
    return {"same": _same(policy, category), "names": names}


def _pattern(cookie: DeclaredCookie) -> str:
    """A regular expression, as scripts write it, for the names that the cookie stands for."""
    text = cookie.name + ("*" if cookie.match == "prefix" else "")
    escaped = re.sub(r"[\\^$.|?+()\[\]{}/]", r"\\\g<0>", text)
    return escaped.replace("*", ".*" if cookie.match != "exact" else r"\*")


def _same(policy: LivePolicy, category: DeclaredCategory) -> list[tuple[int, int]]:
    """From which version to which the category held the same cookies as today."""
    spans: list[tuple[int, int]] = []
    for number in sorted(policy.fingerprints):
        if policy.fingerprints[number].get(category.key) != category.fingerprint:
            continue
        follows = spans and spans[-1][1] == number - 1
        spans[-1:] = [(spans[-1][0], number)] if follows else [*spans[-1:], (number, number)]
    return spans


@lru_cache(maxsize=256)
def style(look: DeclaredLook) -> str:
    """The styles of a look, in a layer, where important ones outrank those of every page."""
    sheets = [STATIC / "embed" / f"{name}.css" for name in ("ask", look.position)]
    rules = (
        f"{_tokens(look.accent, LIGHT, look.corner)}"
        f"@media (prefers-color-scheme:dark){{{_tokens(look.accent_dark, DARK, look.corner)}}}"
        + "".join(one.read_text() for one in sheets)
    )
    minified: str = minify.string("text/css", f"@layer ask{{{rules}}}")
    return minified


def _tokens(accent: str, scheme: Scheme, corner: int) -> str:
    colours = palette(accent, scheme)
    values = {
        "accent": accent,
        "on": colours["on-accent"],
        "hover": colours["hover"],
        "corner": f"{corner}px",
    }
    tokens = ";".join(f"--ask-{name}:{value}" for name, value in values.items())
    return f".ask,.ask-hold{{{tokens}}}"


@lru_cache(maxsize=1)
def _code() -> str:
    parts = "\n".join((STATIC / "embed" / f"{name}.js").read_text() for name in PARTS)
    return f"({minify.string('text/javascript', FRAME % parts)})"


def _scripts() -> BoundedCache[tuple[Site, int], Built]:
    found: BoundedCache[tuple[Site, int], Built] = current_app.extensions["portal.scripts"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.scripts"] = BoundedCache[tuple[Site, int], Built](
        MEMORY, lambda one: len(one.text) + one.body.weight
    )
