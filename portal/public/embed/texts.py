"""What the script shows, in one language: both layers and the placeholder, as trees."""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, Response, abort, current_app, request

from portal import languages
from portal.caching import BoundedCache
from portal.catalogues import marked
from portal.consent.asking import EVERYTHING, Question
from portal.consent.figures.counting import Impression
from portal.consent.figures.impressions import impressions
from portal.cookies.models import NECESSARY
from portal.headers import REACH, Reach
from portal.policy.current import current_policy
from portal.policy.live import LivePolicy, live
from portal.public.assets import immutable
from portal.public.door import bp
from portal.public.embed.tree import trees
from portal.public.encodings import ONCE, Body
from portal.public.rendering import Words, first_layer_of, render_part, wording_of

TEMPLATE, HOLD = "embed/layers.html", "embed/hold.html"
BRIEFLY = "public, max-age=60"
MEMORY = 16 * 1024 * 1024  # bytes of texts that a process remembers


class Key(NamedTuple):
    tenant_id: int
    version: int
    language: str
    since: int | None
    origin: str


def address(number: int) -> str:
    """Where the texts of a version are, under a name that changes with how they are made."""
    return f"{number}-{_build()}"


@lru_cache(maxsize=1)
def _build() -> str:
    templates = [Path(current_app.root_path) / "templates" / one for one in (TEMPLATE, HOLD)]
    sources = [*templates, Path(__file__)]
    return sha256(b"".join(one.read_bytes() for one in sources)).hexdigest()[:8]


@bp.get("/embed/<int:number>-<build>/<language>.json")
def embed_texts(number: int, build: str, language: str) -> Response:
    """In words of today also for scripts of another release, cached or pinned or a server ahead.

    Whether texts are loaded depends on caches; each page that asked says so by one HEAD.
    """
    policy = current_policy()
    if policy.categories(number) is None or language not in live().languages(policy, number):
        abort(404)
    key = Key(policy.tenant_id, number, language, _since(policy), _origin(policy, build))
    body = _texts().get(key, lambda: Body(in_script(texts_for(policy, *key[1:])).encode(), ONCE))
    if request.method == "HEAD":
        impressions().count(Impression(policy.tenant_id, number, language))
    request.environ[REACH] = Reach.ANYWHERE
    response = immutable(body, "application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    if build != _build():
        response.headers["Cache-Control"] = BRIEFLY
    return response


def _origin(policy: LivePolicy, build: str) -> str:
    """What links begin with: nothing, or the portal where an older script takes them as they are.

    No text is made for an origin that only a request names, of which there is no end.
    """
    if build == _build():
        return ""
    return f"https://{live().version(policy.tenant_id, policy.number).document.hostname}"


def _since(policy: LivePolicy) -> int | None:
    """The version that the visitor decided on earlier, if there is such a one."""
    asked = request.args.get("since", type=int)
    return asked if asked is not None and policy.categories(asked) else None


def texts_for(
    policy: LivePolicy,
    number: int,
    language: str,
    since: int | None,
    origin: str = "",
    *,
    opted_out: bool = True,
) -> dict[str, Any]:
    """The texts for somebody new, or who decided on an earlier version.

    What browsers that opt out are told is among them only if it is wanted.
    """
    question = _question(policy, since)
    version = live().version(policy.tenant_id, number)
    messages = wording_of(version, language)
    document, gettext = version.document, Words(messages).gettext
    layer = first_layer_of(policy.tenant_id, version, question)
    html = render_part(
        TEMPLATE,
        version,
        messages,
        language,
        first_layer=layer,
        origin=origin,
        marketing=opted_out and document.category("marketing"),
    )
    first, second, hold = trees(html)
    texts: dict[str, Any] = {
        "language": language,
        "dir": languages.language(language).direction,
        "first": first,
        "second": second,
        "hold": hold,
        "reopen": gettext(marked("Cookie settings")),
        "titles": {one.key: one.title[language] for one in document.optional},
        "saved": gettext(marked("Your choice is saved.")),
        "withdrawn": gettext(marked("Your consent is withdrawn.")),
    }
    if question.since:
        texts["asked"] = sorted(question.asked)
    return texts


def in_script(value: Any) -> str:
    """As JSON, which is JavaScript too (ECMA-262, since its 10th edition)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _question(policy: LivePolicy, since: int | None) -> Question:
    asked = policy.changed_since(since) - {NECESSARY} if since else frozenset()
    return Question(since, asked) if asked else EVERYTHING


def _texts() -> BoundedCache[Key, Body]:
    found: BoundedCache[Key, Body] = current_app.extensions["portal.embedded_texts"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.embedded_texts"] = BoundedCache[Key, Body](
        MEMORY, lambda body: body.weight
    )
