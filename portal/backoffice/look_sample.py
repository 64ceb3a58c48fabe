"""What a look makes of the portal, shown while it is chosen: figures, colours of the sample."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask_babel import format_decimal
from werkzeug.exceptions import NotFound

from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.banner.contrast import (
    SCHEMES,
    BadColour,
    Scheme,
    colour,
    legible,
    measure,
    palette,
    weak_pairs,
)
from portal.banner.look import STANDARD, in_hundredths, is_corner
from portal.people.roles import Permission
from portal.policy.models import POSITIONS, ROUNDEST

GROUNDS = {"accent": "light", "accent_dark": "dark"}  # which sample shows which field


@bp.get("/look/sample/<accent>-<accent_dark>-<int:corner>.css")
@needs(Permission.READ)
def look_sample(accent: str, accent_dark: str, corner: int) -> Response:
    """A stylesheet, because the page may hold no styles of its own."""
    measured = measure_all({"accent": f"#{accent}", "accent_dark": f"#{accent_dark}"})
    if len(measured) < len(SCHEMES) or corner > ROUNDEST:
        raise NotFound
    rules = [
        f".sample.{GROUNDS[field]}{{--corner:{corner}px;{_declarations(facts['properties'])}}}"
        for field, facts in measured.items()
    ]
    return Response("\n".join(rules), mimetype="text/css")


def _declarations(properties: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in properties.items())


@bp.get("/look/measured/")
@needs(Permission.READ)
def look_measured() -> dict[str, Any]:
    """What follows from two accents, for the script that shows it while they are chosen."""
    return measure_all({one.field: request.args.get(one.field, "") for one in SCHEMES})


def measure_all(values: Mapping[str, str]) -> dict[str, Any]:
    """By field, for each accent that is a colour."""
    accents = [(one, _colour(values[one.field])) for one in SCHEMES]
    return {one.field: _facts(accent, one) for one, accent in accents if accent}


def _facts(accent: str, scheme: Scheme) -> dict[str, Any]:
    return {
        "properties": palette(accent, scheme),
        "pairs": {
            one.what: {
                "ratio": format_decimal(in_hundredths(one.ratio), "0.00"),
                "least": format_decimal(one.least),
                "enough": one.enough,
            }
            for one in measure(accent, scheme)
        },
        "instead": legible(accent, scheme) if weak_pairs(accent, scheme) else "",
    }


def showable(values: Mapping[str, str]) -> dict[str, str]:
    """What was typed, as far as a sample can show it, and the portal's own look for the rest."""
    accents = {one.field: _colour(values[one.field]) for one in SCHEMES}
    chosen = {
        **accents,
        "corner": is_corner(values["corner"]) and values["corner"],
        "position": values["position"] in POSITIONS and values["position"],
    }
    return {name: str(value or getattr(STANDARD, name)) for name, value in chosen.items()}


def _colour(text: str) -> str | None:
    try:
        return colour(text)
    except BadColour:
        return None
