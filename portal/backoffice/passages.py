"""Sections of the policy and legal pages in the tenant's own words, with a preview."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.side_by_side import LARGEST_FORM
from portal.backoffice.words import gettext, in_words, said
from portal.catalogues import translations
from portal.cookies.declared import take_turn
from portal.database import db, writing
from portal.languages import language
from portal.people.roles import Permission
from portal.policy.markdown import TextError
from portal.policy.models import LEGAL_PAGES, PASSAGES, SECTIONS, Passage
from portal.policy.passages import (
    BadAddress,
    find_passage,
    link_legal_page,
    shown,
    to_html_of,
    write_passage,
)
from portal.policy.typed import Conflict
from portal.tenants.models import Tenant

TITLES = {
    "why": said("Why cookies are used here"),
    "what": said("What a cookie is"),
    "kinds": said("Kinds of cookies"),
    "change": said("Changing or withdrawing your choice"),
    "kept": said("What is kept about your choice"),
    "terms": said("Terms of use"),
    "privacy": said("Privacy policy"),
}
ANCHORS = {"change": "choice", "kept": "record"}  # on the policy page, where not the key itself


@bp.get("/passages/")
@needs(Permission.READ)
def translations_passages() -> str:
    tenant = current_tenant()
    mine = select(Passage).where(Passage.tenant_id == tenant.id)
    return render_template(
        "backoffice/translations/passages.html",
        groups=(SECTIONS, LEGAL_PAGES),
        titles=TITLES,
        passages={one.key: one for one in db.session.scalars(mine)},
    )


@bp.get("/passages/<key>/")
@needs(Permission.READ)
def translations_passage(key: str) -> str:
    tenant, tag = _asked(key)
    return _page(tenant, key, tag)


def _asked(key: str) -> tuple[Tenant, str]:
    """The tenant and one of its languages; 404 for a passage that cannot be."""
    tenant = current_tenant()
    tag = request.args.get("language", tenant.default_language)
    if key not in PASSAGES or tag not in tenant.languages:
        abort(404)
    return tenant, tag


def _page(
    tenant: Tenant, key: str, tag: str, typed: dict[str, str] | None = None, **context: Any
) -> str:
    passage = find_passage(tenant, key)
    own = tag == tenant.default_language
    return render_template(
        "backoffice/translations/passage.html",
        key=key,
        title=gettext(TITLES[key]),
        heading=translations(tag).gettext(TITLES[key]),
        anchor=ANCHORS.get(key, key),
        legal=key in LEGAL_PAGES,
        passage=passage,
        into=language(tag),
        source_text="" if own else passage.text.get(tenant.default_language, ""),
        made_from=_outdated(passage, tag, tenant.default_language),
        seen=shown(tenant, passage, tag).seal,
        values=typed or _stored(passage, tag),
        **context,
    )


def _stored(passage: Passage, tag: str) -> dict[str, str]:
    return {
        "instead": "link" if passage.url else "text",
        "url": passage.url,
        "text": passage.text.get(tag, ""),
    }


def _outdated(passage: Passage, tag: str, default: str) -> str:
    """What the text was translated from, if that is no longer the source."""
    made_from = passage.sources.get("text", {}).get(tag, "")
    return made_from if made_from != passage.text.get(default, "") else ""


@bp.post("/passages/<key>/")
@needs(Permission.EDIT, largest_body=LARGEST_FORM)
def translations_passage_save(key: str) -> str | Response | tuple[str, int]:
    tenant, tag = _asked(key)
    values = {name: request.form.get(name, "") for name in ("instead", "url", "text", "seen")}
    try:
        if "preview" in request.form:
            preview = Markup(to_html_of(key, values["text"]))  # noqa: S704  sanitised just now
            return _page(tenant, key, tag, values, preview=preview)
        with writing():
            take_turn(tenant)
            _write(tenant, key, tag, values)
    except TextError as error:
        return _refused(tenant, key, tag, values, error)
    tell(gettext("Saved. Visitors will see it when you publish."))
    return redirect(url_for("backoffice.translations_passage", key=key, language=tag), 303)


def _write(tenant: Tenant, key: str, tag: str, values: dict[str, str]) -> None:
    if values["instead"] == "link":
        link_legal_page(tenant, key, values["url"].strip(), tag, values["seen"])
    else:
        write_passage(tenant, key, tag, values["text"], values["seen"])


def _refused(
    tenant: Tenant, key: str, tag: str, values: dict[str, str], error: TextError
) -> tuple[str, int]:
    field = "url" if isinstance(error, BadAddress) else "text"
    errors = {field: [in_words(error.message, error.values)]}
    conflict = isinstance(error, Conflict)
    page = _page(tenant, key, tag, values, errors=errors, conflict=conflict)
    return page, 409 if conflict else 422
