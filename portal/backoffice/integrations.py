"""Integrations: services of the portal's own pages, added by their ID and without any code."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.backoffice.cookie_words import CATEGORY_NAMES, by_field
from portal.backoffice.current import current_tenant, may
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.known_providers import told
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext, said
from portal.cookies.findings import Finding
from portal.cookies.integrations.editing import (
    LONGEST_SERVER,
    LONGEST_TITLE,
    IntegrationWrong,
    add_integration,
    find_integration,
    leftover,
    remove_integration,
)
from portal.cookies.integrations.editing import integrations as integrations_of
from portal.cookies.integrations.kinds import KINDS, Kind, filled
from portal.cookies.integrations.models import Integration
from portal.database import writing
from portal.people.roles import Permission

TITLE = said("Title of the video")
FIELDS = ("identifier", "server", "title")


class Listed(NamedTuple):
    """A service as the list shows it: `hosts` are those that pages may load from for it."""

    row: Integration
    kind: Kind
    category: str
    hosts: list[str]


@bp.get("/integrations/")
@needs(Permission.READ)
def integrations() -> str:
    return render_template(
        "backoffice/integrations/list.html",
        added=[_listed(one) for one in integrations_of(current_tenant())],
        kinds=[(key, kind, gettext(CATEGORY_NAMES[kind.category])) for key, kind in KINDS.items()],
        changing=may(Permission.MANAGE),
    )


@bp.get("/integrations/new/<kind>/")
@needs(Permission.MANAGE)
def integrations_new(kind: str) -> str:
    return _form(_kind(kind), {})


@bp.post("/integrations/new/<kind>/")
@needs(Permission.MANAGE)
def integrations_add(kind: str) -> Response | tuple[str, int]:
    chosen, typed = _kind(kind), {name: request.form.get(name, "") for name in FIELDS}
    try:
        with writing():
            adopted = add_integration(current_tenant(), kind, typed)
    except IntegrationWrong as refused:
        return _form(chosen, typed, refused.findings), 422
    tell(" ".join((told(adopted), gettext("Visitors meet it once it is published."))))
    return _back()


@bp.get("/integrations/<uuid:identifier>/remove/")
@needs(Permission.MANAGE)
def integrations_leave(identifier: UUID) -> str:
    tenant = current_tenant()
    integration = find_integration(tenant, identifier)
    return render_template(
        "backoffice/integrations/remove.html",
        name=_name(integration),
        left=leftover(tenant, integration),
    )


@bp.post("/integrations/<uuid:identifier>/remove/")
@needs(Permission.MANAGE)
def integrations_remove(identifier: UUID) -> Response:
    with writing():
        gone = remove_integration(current_tenant(), identifier, tidy="tidy" in request.form)
        name = _name(gone)
    tell(gettext("%(name)s is removed. Visitors meet it until you publish.", name=name))
    return _back()


def _kind(key: str) -> Kind:
    """Raises NotFound for what cannot be added."""
    if key not in KINDS:
        raise NotFound
    return KINDS[key]


def _listed(row: Integration) -> Listed:
    kind = KINDS[row.kind]
    sources = (one for several in kind.sources.values() for one in several)
    hosts = [filled(one, row.identifier, row.server) for one in dict.fromkeys(sources)]
    return Listed(row, kind, gettext(CATEGORY_NAMES[kind.category]), hosts)


def _name(row: Integration) -> str:
    return f"{KINDS[row.kind].name} {row.title or row.identifier}"


def _form(kind: Kind, typed: Mapping[str, str], findings: Iterable[Finding] = ()) -> str:
    return render_template(
        "backoffice/integrations/new.html",
        kind=kind,
        category=gettext(CATEGORY_NAMES[kind.category]),
        values=typed,
        errors=by_field(findings),
        labels={
            "identifier": gettext(kind.label),
            "server": gettext(kind.server) if kind.server else "",
            "title": gettext(TITLE),
        },
        longest_server=LONGEST_SERVER,
        longest_title=LONGEST_TITLE,
    )


def _back() -> Response:
    return redirect(url_for("backoffice.integrations"), 303)
