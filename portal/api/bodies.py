"""Reading a JSON body or a query: of the declared shape, or refused: what is wrong and where."""

from typing import TypeVar

from flask import abort, request
from pydantic import BaseModel, ValidationError
from werkzeug.wrappers import Request

from portal.problems import BadBody, BadQuery

OWN_RULE = "Value error, "  # what the library puts before the words of a rule of ours

Shape = TypeVar("Shape", bound=BaseModel)


def read_body(shape: type[Shape]) -> Shape:
    """The body of the current request; raises what `body_of` raises."""
    return body_of(request, shape)


def body_of(asking: Request, shape: type[Shape]) -> Shape:
    """The body of a request; raises BadBody, or 400 or 415 where it is no JSON at all."""
    if not asking.is_json:
        abort(415)
    try:
        return shape.model_validate_json(asking.get_data())
    except ValidationError as reason:
        errors = reason.errors(include_url=False)
    if errors[0]["type"] == "json_invalid":
        abort(400)
    raise BadBody([(_pointer(one["loc"]), one["msg"]) for one in errors])


def read_query(shape: type[Shape]) -> Shape:
    """What stands after `?`; raises BadQuery, also for what is unknown or there twice.

    A filter that is mistyped would otherwise find more than was asked for.
    """
    given = request.args.to_dict(flat=False)
    if twice := [name for name, values in given.items() if len(values) > 1]:
        raise BadQuery([(_pointer((name,)), "Given twice") for name in twice])
    try:
        return shape.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as reason:
        errors = reason.errors(include_url=False, include_context=False, include_input=False)
        told = [(_pointer(one["loc"]), one["msg"].removeprefix(OWN_RULE)) for one in errors]
        raise BadQuery(told) from reason


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901)."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)
