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
    missing = readiness().missing()
    return _document(missing) if missing else Response(FINE, mimetype="text/plain")


def _document(missing: dict[str, str]) -> Response:
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
