"""The cookie list as a file: taken out, and brought in after a look at what that would do."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.backoffice.cookie_words import CATEGORY_NAMES, UNITS
from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext, in_words, ngettext, said
from portal.catalogues import request_language
from portal.cookies.exchange.columns import CHOICES, COLUMNS, TEXT_COLUMNS
from portal.cookies.exchange.exporting import as_csv, as_json
from portal.cookies.exchange.files import LARGEST, MOST_ROWS, BadFile, decoded
from portal.cookies.exchange.importing import ListChanged, RowsWrong, import_rows
from portal.cookies.exchange.planning import plan
from portal.cookies.exchange.plans import Plan, Status
from portal.cookies.exchange.reading import rows_of
from portal.cookies.texts import lifetime_in_words
from portal.database import writing
from portal.people.roles import Permission
from portal.tenants.models import Tenant

Page = tuple[str, int]

LARGEST_BODY = 2 * LARGEST  # a form sends each line end as two bytes
SHOWN = 200  # rows of a kind on one page

TYPES = {"csv": "text/csv", "json": "application/json"}
DOWNLOADS = (
    ("commas", said("CSV with commas"), said("for spreadsheets in English")),
    ("semicolons", said("CSV with semicolons"), said("for spreadsheets in most of Europe")),
    ("csv", said("Plain CSV"), said("for programs, without byte order mark")),
    ("json", said("JSON"), said("for programs")),
)


@bp.get("/cookies/exchange/")
@needs(Permission.READ)
def cookies_exchange() -> str:
    return _start()


@bp.get("/cookies/exchange/<any(commas, semicolons, csv, json):form>/")
@needs(Permission.READ)
def cookies_export(form: str) -> Response:
    """The draft as a download."""
    tenant = current_tenant()
    ending = "json" if form == "json" else "csv"
    response = Response(_exported(tenant, form), content_type=f"{TYPES[ending]}; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="cookies-{tenant.slug}.{ending}"'
    )
    return response


def _exported(tenant: Tenant, form: str) -> str:
    if form == "json":
        return as_json(tenant)
    return as_csv(tenant, ";" if form == "semicolons" else ",", marked=form != "csv")


@bp.post("/cookies/exchange/")
@needs(Permission.EDIT, largest_body=LARGEST_BODY)
def cookies_import() -> Answer | Page | str:
    """First a look at what the file would do, then, with what was `seen`, doing it."""
    try:
        text = _text()
        if "seen" in request.form:
            return _do(text, request.form["seen"])
        return _look(text, plan(current_tenant(), rows_of(text.encode())))
    except BadFile as reason:
        errors = [in_words(one.message, one.values) for one in reason.findings]
        return _start({"file": errors}), 422


def _text() -> str:
    """What is brought in: a file at first, later the text that the page kept of it."""
    if "text" in request.form:
        return request.form["text"].replace("\r\n", "\n")
    file = request.files.get("file")
    return decoded(file.read(LARGEST + 1) if file else b"")


def _do(text: str, seen: str) -> Answer | Page:
    """Import what was seen; whoever meets something else is shown that first."""
    try:
        with writing():
            rows = rows_of(text.encode())
            done = import_rows(current_tenant(), rows, skip_wrong="skip" in request.form, seen=seen)
    except ListChanged as reason:
        return _look(text, reason.plan, changed=True), 409
    except RowsWrong as reason:
        return _look(text, reason.plan), 422
    tell(_told(done))
    return redirect(url_for("backoffice.cookies"), 303)


def _told(done: Plan) -> str:
    added, changed, wrong = (done.counts[one] for one in (Status.NEW, Status.CHANGED, Status.WRONG))
    told = (
        (added, ngettext("One cookie was added.", "%(num)s cookies were added.", added)),
        (changed, ngettext("One cookie was changed.", "%(num)s cookies were changed.", changed)),
        (
            wrong,
            ngettext("One wrong row was left out.", "%(num)s wrong rows were left out.", wrong),
        ),
    )
    return " ".join(words for number, words in told if number) or gettext("The list is imported.")


def _start(errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "backoffice/exchange/start.html",
        downloads=DOWNLOADS,
        columns=COLUMNS,
        texts=TEXT_COLUMNS,
        choices=CHOICES,
        largest=LARGEST,
        most_rows=MOST_ROWS,
        errors=errors or {},
    )


def _look(text: str, found: Plan, **told: Any) -> str:
    return render_template(
        "backoffice/exchange/look.html",
        text=text,
        plan=found,
        most=SHOWN,
        categories=CATEGORY_NAMES,
        lifetime=_lifetime,
        **told,
    )


def _lifetime(values: dict[str, Any]) -> str:
    words = lifetime_in_words(values["lifetime_count"], values["lifetime_unit"], request_language())
    return words or gettext(UNITS["session"])
