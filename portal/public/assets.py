"""The stylesheet and the script: under a name that changes with their content, compressed once."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from flask import Blueprint, Flask, Response, abort, current_app, request

from portal.public.encodings import ONCE, Body, choose_encoding
from portal.settings import ROOT

bp = Blueprint("assets", __name__)  # on every hostname: what is here belongs to no tenant

STATIC = ROOT / "static"
A_YEAR = 31_536_000  # seconds


@dataclass(frozen=True, slots=True)
class Asset:
    name: str
    sources: tuple[str, ...]
    mimetype: str


def _all_of(folder: str, kind: str) -> tuple[str, ...]:
    """The base first, then one file a screen."""
    names = sorted(path.name for path in (STATIC / folder).glob(f"*.{kind}"))
    return tuple(
        f"{folder}/{name}" for name in sorted(names, key=lambda one: one != f"base.{kind}")
    )


GATING = (  # one module: what holds and forgets is the same on other sites
    "integrations/before.js",
    "embed/queue.js",
    "embed/gate.js",
    "embed/forget.js",
    "embed/signals.js",
    "embed/tree.js",
    "integrations/after.js",
)
ASSETS = (
    Asset("portal.css", ("colours.css", "public/page.css", "public/ask.css"), "text/css"),
    Asset("ask.js", ("embed/queue.js", "public/ask.js"), "text/javascript"),
    Asset("integrations.js", GATING, "text/javascript"),
    Asset("tags.js", ("integrations/tags.js",), "text/javascript"),
    Asset("videos.css", ("integrations/videos.css",), "text/css"),
    Asset("icon.svg", ("public/icon.svg",), "image/svg+xml"),
    Asset("backoffice.css", ("colours.css", *_all_of("backoffice", "css")), "text/css"),
    Asset("backoffice.js", _all_of("backoffice", "js"), "text/javascript"),
)


class Assets:
    def __init__(self) -> None:
        self._bodies = {one.name: _body(one) for one in ASSETS}
        self._types = {one.name: one.mimetype for one in ASSETS}
        self.digests = {
            name: sha256(body.encoded("")).hexdigest()[:16] for name, body in self._bodies.items()
        }

    def content(self, name: str) -> str:
        return self._bodies[name].encoded("").decode()

    def answer(self, digest: str, name: str) -> Response:
        if self.digests.get(name) != digest:
            abort(404)
        return immutable(self._bodies[name], self._types[name])


def immutable(content: Body | bytes, mimetype: str) -> Response:
    """An answer that browsers may keep for ever; a body comes compressed, bytes as they are."""
    if isinstance(content, Body):
        encoding = choose_encoding(request.headers.get("Accept-Encoding", ""))
        response = Response(content.encoded(encoding), mimetype=mimetype)
        response.headers["Vary"] = "Accept-Encoding"
        if encoding:
            response.headers["Content-Encoding"] = encoding
    else:
        response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@lru_cache(maxsize=16)
def _body(asset: Asset) -> Body:
    return Body(b"\n".join((STATIC / source).read_bytes() for source in asset.sources), ONCE)


@bp.get("/static/<digest>/<name>")
def asset(digest: str, name: str) -> Response:
    return assets().answer(digest, name)


def asset_url(name: str) -> str:
    """The immutable address of an asset, for templates."""
    return f"/static/{assets().digests[name]}/{name}"


def assets() -> Assets:
    found: Assets = current_app.extensions["portal.assets"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.assets"] = Assets()
    app.jinja_env.globals["asset_url"] = asset_url
