"""Whether this process lives, and whether it can serve."""

import json

from flask import Response

from portal.operations.door import bp
from portal.operations.readiness import readiness

FINE = "ok\n"


@bp.get("/healthz")
def healthz() -> Response:
    return Response(FINE, mimetype="text/plain")


@bp.get("/readyz")
def readyz() -> Response:
    report = readiness().report()
    if report.missing:
        return _not_ready(report.missing)
    return _ready(report.warnings) if report.warnings else Response(FINE, mimetype="text/plain")


def _ready(warnings: dict[str, str]) -> Response:
    """Ready all the same: a load balancer that took every server away would help nobody."""
    listed = [{"pointer": f"/{what}", "detail": why} for what, why in warnings.items()]
    body = {"status": 200, "warnings": listed}
    return Response(json.dumps(body), mimetype="application/json")


def _not_ready(missing: dict[str, str]) -> Response:
    """A problem document (RFC 9457)."""
    body = {
        "type": "about:blank",
        "title": "Not ready",
        "status": 503,
        "detail": "This server cannot serve for the moment.",
        "code": "not_ready",
        "errors": [{"pointer": f"/{what}", "detail": why} for what, why in missing.items()],
    }
    response = Response(json.dumps(body), 503, mimetype="application/problem+json")
    response.headers["Retry-After"] = "5"
    return response
