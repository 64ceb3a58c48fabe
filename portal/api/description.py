"""The API's description (OpenAPI 3.1), written from the shapes that also check what comes in.

The library only describes here; portal/api/bodies.py checks, with the same shapes.
"""

import json
from typing import Any

from flask import request
from spectree import SpecTree
from werkzeug.wrappers import Response

from portal.api.door import bp
from portal.api.shapes import Problem

described = SpecTree(
    "flask",
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    title="Consent portal",
    version="1",
    description="Cookie policy and consent of one tenant: the one whose hostname is asked.",
    mode="strict",
    annotations=False,
)


@bp.get("/openapi.json")
def openapi() -> Response:
    from_code: dict[str, Any] = described.spec
    response = Response(json.dumps(from_code), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response.make_conditional(request)
