"""The pages of the preview: what visitors would see, shown to whoever holds the link.

Nothing that is done there is kept. An answer to the banner shows the page as it would be after it.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.errors import explain
from portal.backoffice.guard import open_to_all
from portal.backoffice.preview_links import LinkExpired, NoSuchLink, check_token
from portal.backoffice.preview_style import style
from portal.backoffice.words import gettext
from portal.banner.first_layer import first_layer
from portal.consent.asking import EVERYTHING
from portal.headers import REACH, Reach
from portal.languages import Language, language, variant
from portal.policy.document import Document
from portal.policy.drafting import declared_look, draft
from portal.policy.live import Version
from portal.policy.publishing import latest_version
from portal.policy.wordings import wordings
from portal.public.rendering import render_document
from portal.tenants.current import current_site
from portal.tenants.models import Tenant

PAGES = {
    "home": "home",
    "policy": "cookies_policy",
    "preferences": "cookies_preferences",
    "terms": "terms",
    "privacy": "privacy",
}
DIRECTIONS = ("ltr", "rtl")
CHOICES = ("lang", "scheme", "dir")  # of how to see it, carried from page to page


@bp.route("/preview/<token>/<page>/", methods=["GET", "POST"])
@open_to_all
def publish_preview_page(token: str, page: str) -> Response:
    check_token(token, current_site().tenant_id)
    form = request.form
    if "language" in form and "decision" not in form:
        return redirect(_here(token, page, lang=form["language"]), 303)
    response = Response(_render(token, page), mimetype="text/html")
    response.headers["X-Robots-Tag"] = "noindex"
    request.environ[REACH] = Reach.FRAMED
    return response


@bp.get("/preview/<token>/portal.css")
@open_to_all
def publish_preview_style(token: str) -> Response:
    check_token(token, current_site().tenant_id)
    css = style(declared_look(current_tenant()), request.args.get("scheme", ""))
    return Response(css, mimetype="text/css")


@bp.errorhandler(NoSuchLink)
def no_such_link(_error: NoSuchLink) -> Response:
    return explain(NotFound())


@bp.errorhandler(LinkExpired)
def link_expired(_error: LinkExpired) -> tuple[str, int]:
    title = gettext("This link has expired")
    detail = gettext(
        "Links to a preview last seven days. Ask whoever gave it to you for a new one."
    )
    return render_template("backoffice/refused.html", title=title, detail=detail), 410


def _render(token: str, page: str) -> str:
    tenant = current_tenant()
    texts = wordings(tenant)
    document = draft(tenant, texts)
    if page not in PAGES or not _has(document, page):
        abort(404)
    shown = _language(document)
    return render_document(
        PAGES[page],
        _version(tenant, document),
        json.loads(texts[shown.tag].messages),
        shown.tag,
        _paths(token, page),
        language=shown,
        preview={
            "text": gettext("Preview of the draft. Nothing that you choose here is kept."),
            "language": language(g.language),
            "style": _address("style", token),
        },
        **_decided(document),
    )


def _has(document: Document, page: str) -> bool:
    """Terms and privacy policy are pages only if the tenant wrote them here."""
    passage = document.passages.get(page)
    return page not in ("terms", "privacy") or bool(passage and passage.html)


def _language(document: Document) -> Language:
    wanted = variant(request.args.get("lang", ""), document.languages)
    shown, direction = language(wanted or document.default_language), request.args.get("dir")
    return replace(shown, direction=direction) if direction in DIRECTIONS else shown


def _version(tenant: Tenant, document: Document) -> Version:
    """As it would be if it were published now."""
    latest = latest_version(tenant.id)
    if latest and latest.digest == document.digest:
        return Version(latest.number, latest.digest, latest.published_at, document)
    number = latest.number + 1 if latest else 1
    return Version(number, document.digest, datetime.now(UTC), document)


def _decided(document: Document) -> dict[str, Any]:
    """The banner for who has not answered it; afterwards the choices without it."""
    form, every = request.form, tuple(one.key for one in document.optional)
    if "decision" not in form:
        return {"first_layer": first_layer(EVERYTHING, document, None), "accepted": ()}
    accepted = {"accept_all": every, "save": tuple(form.getlist("category"))}
    return {"first_layer": None, "accepted": accepted.get(form["decision"], ())}


def _paths(token: str, page: str) -> dict[str, str]:
    paths = {template: _address("page", token, page=name) for name, template in PAGES.items()}
    here = paths[PAGES[page]]
    return paths | {"decide": here, "set_language": here}


def _here(token: str, page: str, **changed: str) -> str:
    return _address("page", token, page=page, **changed)


def _address(kind: str, token: str, **values: str) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in CHOICES if name in request.args}
    return url_for(f"backoffice.publish_preview_{kind}", token=token, **(kept | values))
