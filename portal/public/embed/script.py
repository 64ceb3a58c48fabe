"""`consent.js`: one script a tenant, with all that it must know before anybody is asked.

It is the same for every visitor, so that anybody may cache it and the pages that load it. The texts
of one language ride along, so that most pages ask after one request: the tenant's default, or that
of `?lang=`, which is for sites in another. Pages in a language besides fetch theirs.
"""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from flask import Flask, Response, abort, current_app, request

from portal.banner.contrast import DARK, LIGHT, Scheme, palette
from portal.banner.look import STANDARD
from portal.caching import BoundedCache
from portal.catalogues import marked
from portal.cookies.models import NECESSARY
from portal.database import reading
from portal.headers import REACH, Reach
from portal.policy.current import current_policy
from portal.policy.document import DeclaredCategory, DeclaredLook, Document
from portal.policy.live import LivePolicy, Version, live
from portal.public.assets import STATIC, immutable
from portal.public.door import bp
from portal.public.embed.minifying import minified
from portal.public.embed.patterns import names, storages
from portal.public.embed.texts import address, in_script, texts_for
from portal.public.encodings import ONCE, Body
from portal.public.rendering import Words, wording_of
from portal.tenants.current import current_site
from portal.tenants.directory import Site
from portal.tenants.hostnames import hostname_of
from portal.tenants.models import Script
from portal.tenants.origins import cookie_domain

PARTS = ("queue", "decision", "gate", "forget", "signals", "layers", "tree", "start")
FIRST = ("language", "dir", "first", "saved", "reopen")  # what asking needs
FRESH = "public, max-age=300, stale-while-revalidate=86400"
MEMORY = 32 * 1024 * 1024  # bytes of scripts that a process remembers
# nearly all of it runs at once, so Chromium need not read it twice; must stand first
HINT = "//# allFunctionsCalledOnLoad\n"
FRAME = "((PORTAL,TENANT,STYLE,TEXTS)=>{if(window.asksFirst)return;asksFirst=1;%s})"
CALL = "(new URL(document.currentScript.src),%s,%s,%s);"


class Key(NamedTuple):
    site: Site
    version: int
    language: str  # of the texts that ride along
    domain: str  # of the cookie, where the hostname that was asked lies within it


class Built(NamedTuple):
    text: str
    digest: str  # SHA-256, in hexadecimal
    body: Body


@bp.get("/consent.js")
def consent_script() -> Response:
    hostname = hostname_of(request.environ) or ""
    built = current_script(hostname, request.args.get("lang", ""))
    response = _answer(built.body)
    response.headers["Cache-Control"] = FRESH
    response.set_etag(built.digest[:24] + response.headers.get("Content-Encoding", ""))
    response.make_conditional(request)
    return response


@bp.get("/embed/<digest>.js")
def pinned_script(digest: str) -> Response:
    """The script as it was when its hash was handed out, whatever was published since."""
    key = current_site().tenant_id, digest
    return _answer(_pinned().get(key, lambda: _load_pinned(*key)))


def _load_pinned(tenant_id: int, digest: str) -> Body:
    with reading(tenant_id) as session:
        kept = session.get(Script, (tenant_id, digest))
    if kept is None:
        abort(404)
    return Body(kept.content.encode(), ONCE)


def _answer(body: Body) -> Response:
    request.environ[REACH] = Reach.ANYWHERE
    response = immutable(body, "text/javascript")
    response.headers["Access-Control-Allow-Origin"] = "*"  # or browsers could not check its hash
    return response


def current_script(hostname: str, language: str = "") -> Built:
    """The script as it is loaded from one of the tenant's hostnames."""
    policy, site = current_policy(), current_site()
    document: Document = live().version(policy.tenant_id, policy.number).document
    tag = language if language in document.languages else document.default_language
    key = Key(site, policy.number, tag, cookie_domain(site, hostname) or "")
    return _scripts().get(key, lambda: _build(key, policy))


def _build(key: Key, policy: LivePolicy) -> Built:
    version = live().version(policy.tenant_id, key.version)
    texts = texts_for(policy, key.version, key.language, None, opted_out=False)
    look = version.document.look or STANDARD
    parts = _facts(key, policy, version), style(look), {name: texts[name] for name in FIRST}
    text = _code() + CALL % tuple(in_script(one) for one in parts)
    return Built(text, sha256(text.encode()).hexdigest(), Body(text.encode(), ONCE))


def integrity(digest: str) -> str:
    """A digest in hexadecimal as the attribute of that name has it (Subresource Integrity)."""
    return "sha256-" + b64encode(bytes.fromhex(digest)).decode()


def _facts(key: Key, policy: LivePolicy, version: Version) -> dict[str, Any]:
    document: Document = version.document
    site = key.site
    button = (document.look or STANDARD).reopener == "button"
    return {
        "version": policy.number,
        "days": policy.consent_days,
        "texts": address(policy.number),
        "languages": " ".join(document.languages),
        "reopen": {tag: _reopener(version, tag) for tag in document.languages if button},
        "fallback": document.default_language,
        "categories": {one.key: _category(policy, one) for one in document.categories},
        "storages": storages(document),
        "domain": key.domain,
        "sites": sorted(site.sites),
        "signals": site.signals,
        "reloads": site.reloads,
    }


def _reopener(version: Version, tag: str) -> str:
    """The name of the button that opens the preference centre, where each page has one."""
    return Words(wording_of(version, tag)).gettext(marked("Cookie settings"))


def _category(policy: LivePolicy, category: DeclaredCategory) -> dict[str, Any]:
    if category.key == NECESSARY:
        return {"names": names(category)}
    return {"same": _same(policy, category), "names": names(category)}


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
        f".ask,.ask-hold{{--ask-corner:{look.corner}px;{_tokens(look.accent, LIGHT)}}}"
        "@media (prefers-color-scheme:dark){"
        f".ask,.ask-hold{{{_tokens(look.accent_dark, DARK)}}}}}"
        + "".join(one.read_text() for one in sheets)
    )
    return minified("text/css", f"@layer ask{{{rules}}}")


def _tokens(accent: str, scheme: Scheme) -> str:
    colours = palette(accent, scheme)
    values = {"accent": accent, "on": colours["on-accent"], "hover": colours["hover"]}
    return ";".join(f"--ask-{name}:{value}" for name, value in values.items())


@lru_cache(maxsize=1)
def _code() -> str:
    parts = "\n".join((STATIC / "embed" / f"{name}.js").read_text() for name in PARTS)
    return f"{HINT}({minified('text/javascript', FRAME % parts)})"


def _scripts() -> BoundedCache[Key, Built]:
    found: BoundedCache[Key, Built] = current_app.extensions["portal.scripts"]
    return found


def _pinned() -> BoundedCache[tuple[int, str], Body]:
    found: BoundedCache[tuple[int, str], Body] = current_app.extensions["portal.pinned_scripts"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.pinned_scripts"] = BoundedCache[tuple[int, str], Body](
        MEMORY, lambda body: body.weight
    )
    app.extensions["portal.scripts"] = BoundedCache[Key, Built](
        MEMORY, lambda one: len(one.text) + one.body.weight
    )
