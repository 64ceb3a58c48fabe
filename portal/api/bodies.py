"""Reading a JSON body: of the declared shape, or refused with what is wrong and where."""

from typing import TypeVar

from flask import abort, request
from pydantic import BaseModel, ValidationError

from portal.problems import BadBody

Shape = TypeVar("Shape", bound=BaseModel)


def read_body(shape: type[Shape]) -> Shape:
    """The body of the request; raises BadBody, or 400 or 415 where it is no JSON at all."""
    if not request.is_json:
        abort(415)
    try:
        return shape.model_validate_json(request.get_data())
    except ValidationError as reason:
        errors = reason.errors(include_url=False)
    if errors[0]["type"] == "json_invalid":
        abort(400)
    raise BadBody([(_pointer(one["loc"]), one["msg"]) for one in errors])


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901)."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)
