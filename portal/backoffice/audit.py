"""The audit trail: who changed what, when, from which value to which."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from uuid import UUID

from flask import render_template, request
from flask_babel import format_time
from werkzeug.exceptions import NotFound

from portal.backoffice.audit_words import SUBJECTS, told
from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.words import gettext
from portal.people.roles import Permission
from portal.people.trail import PAGE, Filter, actors, trail

FILTERS = ("person", "kind", "day")


@bp.get("/audit/")
@needs(Permission.READ_AUDIT)
def audit() -> str:
    tenant, asked = current_tenant(), request.args
    kind = asked.get("kind", "")
    wanted = Filter(_person(asked), kind if kind in SUBJECTS else "", _day(asked))
    found = trail(tenant.id, wanted, _before(asked))
    shown = found[:PAGE]
    return render_template(
        "backoffice/audit/audit.html",
        days=[(day, list(ones)) for day, ones in groupby(told(shown), lambda one: one.at.date())],
        asked=asked,
        clock=format_time,
        filtered={name: text for name, text in asked.items() if name in FILTERS and text},
        older=shown[-1].id if len(found) > PAGE else None,
        newest="before" not in asked,
        people=actors(tenant.id),
        kinds=sorted(
            ((name, gettext(text)) for name, text in SUBJECTS.items()), key=lambda one: one[1]
        ),
    )


def _person(asked: Mapping[str, str]) -> str:
    return asked.get("person", "").replace("\0", "").strip()


def _day(asked: Mapping[str, str]) -> date | None:
    """None also for what is no day: a browser without a calendar lets people write anything."""
    try:
        day = date.fromisoformat(asked.get("day", ""))
    except ValueError:
        return None
    return day if day < date.max else None


def _before(asked: Mapping[str, str]) -> UUID | None:
    if "before" not in asked:
        return None
    try:
        return UUID(asked["before"])
    except ValueError as reason:
        raise NotFound from reason
