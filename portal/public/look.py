"""A tenant's own look: a stylesheet made from a few values, and its logo.

The stylesheet's address holds all that it is made of, so that it needs no database, and a digest
of what it says, so that browsers may keep it for ever. A logo is named by its own digest.
"""

from functools import lru_cache
from hashlib import sha256

from flask import Flask, Response, abort, current_app, request

from portal.banner.contrast import DARK, LIGHT, BadColour, Scheme, colour, palette
from portal.banner.logos import find_logo
from portal.caching import BoundedCache
from portal.database import reading
from portal.policy.document import DeclaredLook
from portal.policy.models import POSITIONS, ROUNDEST, Logo
from portal.public.assets import STATIC, immutable
from portal.public.door import bp
from portal.public.encodings import ONCE, Body
from portal.tenants.current import current_site

AT_THE_BOTTOM = "bottom"  # where ask.css puts the banner
MEMORY = 16 * 1024 * 1024  # bytes of logos that a process remembers
INERT = "sandbox; default-src 'none'"  # for whoever opens a drawing by itself


@lru_cache(maxsize=256)
def stylesheet(accent: str, accent_dark: str, corner: int, position: str) -> str:
    """The custom properties of page.css for both schemes, and where the banner stands."""
    place = STATIC / "public" / "positions" / f"{position}.css"
    moved = "" if position == AT_THE_BOTTOM else place.read_text()
    return (
        f":root{{{_colours(accent, LIGHT)};--corner:{corner}px}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_colours(accent_dark, DARK)}}}}}\n"
        f"{moved}"
    )


def _colours(accent: str, scheme: Scheme) -> str:
    return ";".join(f"--{name}:{value}" for name, value in palette(accent, scheme).items())


def look_url(look: DeclaredLook) -> str:
    """The immutable address of a look's stylesheet, for templates."""
    accent, dark = look.accent.removeprefix("#"), look.accent_dark.removeprefix("#")
    text = stylesheet(look.accent, look.accent_dark, look.corner, look.position)
    digest = sha256(text.encode()).hexdigest()[:16]
    return f"/look/{digest}/{accent}-{dark}-{look.corner}-{look.position}.css"


@bp.get("/look/<digest>/<accent>-<accent_dark>-<int:corner>-<position>.css")
def look(digest: str, accent: str, accent_dark: str, corner: int, position: str) -> Response:  # noqa: ARG001  see the path
    if position not in POSITIONS or corner > ROUNDEST:
        abort(404)
    try:
        accents = colour(f"#{accent}"), colour(f"#{accent_dark}")
    except BadColour:
        abort(404)
    if request.path != look_url(DeclaredLook(*accents, corner, position, logo="")):
        abort(404)
    return immutable(_compressed(stylesheet(*accents, corner, position)), "text/css")


@lru_cache(maxsize=256)
def _compressed(text: str) -> Body:
    return Body(text.encode(), ONCE)


@bp.get("/logo/<digest>")
def logo(digest: str) -> Response:
    tenant_id = current_site().tenant_id
    found = _logos().get((tenant_id, digest), lambda: _load_logo(tenant_id, digest))
    response = immutable(found.content, found.mimetype)
    response.headers["Content-Security-Policy"] = INERT
    return response


def _load_logo(tenant_id: int, digest: str) -> Logo:
    with reading(tenant_id) as session:
        found = find_logo(session, tenant_id, digest)
    return found or abort(404)


def _logos() -> BoundedCache[tuple[int, str], Logo]:
    found: BoundedCache[tuple[int, str], Logo] = current_app.extensions["portal.logos"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.logos"] = BoundedCache[tuple[int, str], Logo](
        MEMORY, lambda one: len(one.content)
    )
    app.jinja_env.globals["look_url"] = look_url
