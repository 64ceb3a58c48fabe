"""The built-in texts of a language, and the tenant's own words instead of them."""

import json
from hashlib import sha256

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.side_by_side import (
    LARGEST_FORM,
    Line,
    as_typed,
    page_of,
    problems,
    tell_saved,
    tenant_offering,
    typed_texts,
)
from portal.cookies.declared import take_turn
from portal.database import writing
from portal.languages import language as language_of
from portal.people.roles import Permission
from portal.policy.typed import Refused, Shown
from portal.policy.wordings import PLACEHOLDER, built_in, own_wordings, reword, rewordable
from portal.tenants.models import Tenant


@bp.get("/texts/<language>/")
@needs(Permission.READ)
def translations_texts(language: str) -> str:
    lines = _lines(tenant_offering(language), language)
    search, own = request.args.get("q", "").strip(), "own" in request.args
    found = [line for line in lines if _fits(line, search) and (line.text or not own)]
    paging = page_of(found)
    reworded = sum(bool(line.text) for line in lines)
    return _page(language, paging.lines, paging=paging, search=search, own=own, reworded=reworded)


def _lines(tenant: Tenant, tag: str) -> list[Line]:
    own = own_wordings(tenant).get(tag, {})
    messages = json.loads(built_in(tag).messages)
    return [_line(one, messages[one], own.get(one, "")) for one in sorted(rewordable())]


def _line(source: str, message: str, own: str) -> Line:
    return Line(
        name=source,
        id=sha256(source.encode()).hexdigest()[:16],
        source=message,
        shown=Shown(own),
        text=own,
        placeholders=tuple(sorted(set(PLACEHOLDER.findall(source)))),
    )


def _fits(line: Line, search: str) -> bool:
    wanted = search.casefold()
    return any(wanted in one.casefold() for one in (line.name, line.source, line.text))


def _page(tag: str, lines: list[Line], **context: object) -> str:
    return render_template(
        "backoffice/translations/texts.html",
        into=language_of(tag),
        lines=lines,
        errors=problems(lines),
        **context,
    )


@bp.post("/texts/<language>/")
@needs(Permission.EDIT, largest_body=LARGEST_FORM)
def translations_texts_save(language: str) -> str | Response | tuple[str, int]:
    tenant = tenant_offering(language)
    typed = typed_texts({line.id: line.name for line in _lines(tenant, language)})
    try:
        with writing():
            take_turn(tenant)
            count = reword(tenant, language, typed)
    except Refused as refused:
        lines = as_typed(_lines(tenant, language), typed, refused.errors)
        return _page(language, lines), 409 if refused.conflict else 422
    tell_saved(count)
    args = request.args
    where = url_for(
        "backoffice.translations_texts",
        language=language,
        q=args.get("q"),
        own=args.get("own"),
        page=args.get("page"),
    )
    return redirect(where, 303)
