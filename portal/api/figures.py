"""The figures: how many were asked, and what they answered."""

from typing import Any

from flask import jsonify
from spectree import Response as Answers
from werkzeug.wrappers import Response

from portal.api.bodies import read_query
from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import needs
from portal.api.record_shapes import FigureSet, Period
from portal.consent.figures.reading import Figures, read_figures
from portal.people.tokens import Scope
from portal.tenants.current import current_site

NAMES = ("shown", "decided", "decisions", "categories")


@bp.get("/figures")
@describe(query=Period, resp=Answers(HTTP_200=FigureSet), tags=["Consent log"])
@needs(Scope.FIGURES_READ)
def show_figures() -> Response:
    """The figures of a period, in all and day by day"""
    period = read_query(Period)
    found = read_figures(current_site().tenant_id, period.first, period.last)
    return jsonify(
        {
            "since": period.first.isoformat(),
            "until": period.last.isoformat(),
            **_counted(found),
            "languages": found.languages,
            "versions": {str(number): count for number, count in found.versions.items()},
            "days": [
                {"day": day.isoformat(), **_counted(one)} for day, one in found.days().items()
            ],
        }
    )


def _counted(found: Figures) -> dict[str, Any]:
    return {name: getattr(found, name) for name in NAMES}
