"""The API's description (OpenAPI 3.1), written from the shapes that also check what comes in."""

import json
from typing import Any

from flask import Request, Response, abort, request
from pydantic import ValidationError
from spectree import SpecTree

from portal.api.door import bp
from portal.api.shapes import Problem
from portal.problems import BadBody


def _refuse(
    incoming: Request, _response: object, error: ValidationError | None, *_rest: object
) -> None:
    """Instead of the library's own answer to a bad body: our errors, one shape for all."""
    if error is None:
        return
    if not incoming.is_json:
        abort(415)
    incoming.get_json()  # raises 400 where it is no JSON at all
    raise BadBody([(_pointer(one["loc"]), one["msg"]) for one in error.errors()])


def _pointer(location: tuple[int | str, ...]) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)


described = SpecTree(
    "flask",
    before=_refuse,
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    title="Consent portal",
    version="1",
    description="Cookie policy and consent of one tenant: the one whose hostname is asked.",
    mode="strict",
    annotations=True,
)


@bp.get("/openapi.json")
def openapi() -> Response:
    from_code: dict[str, Any] = described.spec
    response = Response(json.dumps(from_code), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response.make_conditional(request)
