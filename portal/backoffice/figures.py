"""How many were asked, accepted, refused and chose: over days, by category, language, version."""

from datetime import UTC, date, datetime, timedelta

from flask import render_template, request

from portal.backoffice.charts import HEIGHT, WIDTH, Chart, stacked
from portal.backoffice.consent_words import WORDS
from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.consent.figures.reading import Figures, read_figures
from portal.consent.models import DECISIONS
from portal.people.roles import Permission

PERIODS = (7, 30, 90, 365)  # days
USUAL = 30


@bp.get("/figures/")
@needs(Permission.READ_LOG)
def figures() -> str:
    period = request.args.get("days", USUAL, int)
    period = period if period in PERIODS else USUAL
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=period - 1 - number) for number in range(period)]
    found = read_figures(current_tenant().id, days[0], today)
    return render_template(
        "backoffice/figures/figures.html",
        figures=found,
        chart=_decisions(found, days),
        period=period,
        periods=PERIODS,
        since=days[0],
        words=WORDS,
        size=(WIDTH, HEIGHT),
    )


def _decisions(found: Figures, days: list[date]) -> Chart:
    by_day = {day: one.decisions for day, one in found.days().items()}
    series = {
        kind: {day: counts.get(kind, 0) for day, counts in by_day.items()} for kind in DECISIONS
    }
    return stacked(days, series)
