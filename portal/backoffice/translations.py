"""Translations: how far each language is, which there are, and the texts side by side."""

from collections import Counter

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.passages import TITLES
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
from portal.backoffice.words import gettext, in_words, said
from portal.cookies.declared import take_turn
from portal.database import writing
from portal.languages import AVAILABLE
from portal.languages import language as language_of
from portal.people.roles import Permission
from portal.policy.completeness import Item, State, completeness, texts
from portal.policy.markdown import TextError
from portal.policy.models import Passage
from portal.policy.translating import choose_languages, name_of, shown, translate
from portal.policy.typed import Conflict, Refused, Shown, Typed
from portal.tenants.models import Tenant

FILTERS = {
    "todo": (said("To do"), {State.MISSING, State.STALE}),
    "missing": (said("Missing"), {State.MISSING}),
    "stale": (said("Stale"), {State.STALE}),
    "all": (said("All"), set(State)),
}
LABELS = {
    "title": said("Title"),
    "description": said("Description"),
    "function": said("Function and location"),
    "purpose": said("Purpose"),
    "text": said("Text, in Markdown"),
}

Answer = str | Response | tuple[str, int]


@bp.get("/translations/")
@needs(Permission.READ)
def translations() -> str:
    tenant = current_tenant()
    return _overview(tenant, tenant.languages, tenant.default_language)


def _overview(
    tenant: Tenant, chosen: list[str], default: str, errors: dict[str, list[str]] | None = None
) -> str:
    return render_template(
        "backoffice/translations/overview.html",
        states=completeness(tenant),
        available=[language_of(tag) for tag in AVAILABLE],
        chosen=chosen,
        values={"default_language": default},
        seen=_languages_of(tenant).seal,
        errors=errors or {},
    )


def _languages_of(tenant: Tenant) -> Shown:
    return Shown(" ".join(tenant.languages), tenant.default_language)


@bp.post("/translations/")
@needs(Permission.EDIT)
def translations_languages() -> Answer:
    chosen, default = request.form.getlist("languages"), request.form.get("default_language", "")
    tenant = current_tenant()
    try:
        with writing():
            take_turn(tenant)
            if request.form.get("seen") != _languages_of(tenant).seal:
                raise Conflict(said("Somebody changed this meanwhile: look at both and decide."))
            choose_languages(tenant, chosen, default)
    except TextError as error:
        field = "default_language" if default not in chosen else "languages"
        errors = {field: [in_words(error.message, error.values)]}
        status = 409 if isinstance(error, Conflict) else 422
        return _overview(tenant, chosen, default, errors), status
    tell(gettext("The languages are saved. Visitors will see them when you publish."))
    return redirect(url_for("backoffice.translations"), 303)


@bp.get("/translations/<language>/")
@needs(Permission.READ)
def translations_language(language: str) -> str:
    tenant = tenant_offering(language)
    items = texts(tenant, [language])
    chosen = _filter()
    wanted = FILTERS[chosen][1]
    paging = page_of([_line(one) for one in items if one.state in wanted])
    counted = Counter(one.state for one in items)
    filters = [
        (name, gettext(label), sum(counted[state] for state in states))
        for name, (label, states) in FILTERS.items()
    ]
    return _editor(language, paging.lines, paging=paging, filters=filters, chosen=chosen)


def _filter() -> str:
    asked = request.args.get("show", "")
    return asked if asked in FILTERS else "todo"


def _editor(tag: str, lines: list[Line], **context: object) -> str:
    return render_template(
        "backoffice/translations/language.html",
        into=language_of(tag),
        source=language_of(current_tenant().default_language),
        lines=lines,
        errors=problems(lines),
        **context,
    )


def _line(item: Item) -> Line:
    name = name_of(item)
    return Line(
        name=name,
        id=name,
        label=gettext(LABELS[item.field]),
        group=gettext(TITLES[item.name]) if item.kind == Passage.__tablename__ else item.name,
        kind=item.kind,
        source=item.source,
        shown=shown(item),
        text=item.text,
        state=item.state,
        made_from=item.made_from if item.state is State.STALE else "",
        built_in="" if item.text or item.state is State.MISSING else item.shown,
    )


@bp.post("/translations/<language>/")
@needs(Permission.EDIT, largest_body=LARGEST_FORM)
def translations_save(language: str) -> Answer:
    tenant, typed = tenant_offering(language), typed_texts()
    try:
        with writing():
            take_turn(tenant)
            count = translate(tenant, language, typed)
    except Refused as refused:
        return _refused(tenant, language, typed, refused)
    tell_saved(count)
    page = request.args.get("page")
    here = url_for("backoffice.translations_language", language=language, show=_filter(), page=page)
    return redirect(here, 303)


def _refused(tenant: Tenant, tag: str, typed: list[Typed], refused: Refused) -> tuple[str, int]:
    lines = as_typed([_line(one) for one in texts(tenant, [tag])], typed, refused.errors)
    known = {line.name for line in lines}
    lost = [one for one in typed if one.name not in known and one.name in refused.errors]
    return _editor(tag, lines, lost=lost), 409 if refused.conflict else 422
