"""The API's description (OpenAPI 3.1), written from the shapes that also check what comes in.

The library only describes here, and stays out of the way of requests: portal/api/bodies.py checks,
with the same shapes.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar

from flask import current_app, request
from spectree import SpecTree
from spectree.plugins.flask_plugin import FlaskPlugin
from werkzeug.wrappers import Response

from portal.api.door import bp
from portal.api.guard import open_to_all
from portal.api.shapes import Problem
from portal.people.tokens import Scope

BEARER = "bearer"  # names the security scheme
SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of this portal, made by an owner in the back office.",
}
PROBLEM = "application/problem+json"
RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds until it is worth asking again",
        "schema": {"type": "integer", "minimum": 1},
    }
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what you saw; without it, what is there is overwritten",
    "schema": {"type": "string"},
}

View = TypeVar("View", bound=Callable[..., Any])

declared: dict[Callable[..., Any], Callable[..., Any]] = {}


class DescribingPlugin(FlaskPlugin):
    """Finds what was declared about a view, which is itself served as it is."""

    def find_routes(self) -> Any:
        """Those of this door; what other doors do with theirs is not looked at."""
        for rule in current_app.url_map.iter_rules():
            if rule.endpoint.startswith(f"{bp.name}."):
                yield rule

    def parse_func(self, route: Any) -> Any:
        for method, view in super().parse_func(route):
            yield method, declared.get(view, view)


def describe(*, files: Iterable[str] = (), **shapes: Any) -> Callable[[View], View]:
    """Declare what an address takes and gives, for the description; `files` of media types."""

    def remember(view: View) -> View:
        view.files = files  # type: ignore[attr-defined]
        about = library.validate(**shapes, operation_id=view.__name__, skip_validation=True)
        declared[view] = about(view)
        return view

    return remember


library = SpecTree(
    backend=DescribingPlugin,
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    title="Consent portal",
    version="1",
    description="Cookie policy and consent of one tenant: the one whose hostname is asked.",
    mode="strict",
    annotations=False,
)


@cache
def described() -> str:
    """The document: what the library found, and what holds for every address alike."""
    document: dict[str, Any] = library.spec
    document["components"]["securitySchemes"] = {BEARER: SCHEME}
    for endpoint, operation in operations(document):
        view: Any = current_app.view_functions[endpoint]
        complete(operation, view.scope, view.files)
    return json.dumps(document)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation with the endpoint that serves it."""
    for path in document["paths"].values():
        for operation in path.values():
            yield f"{bp.name}.{operation['operationId']}", operation


def complete(operation: dict[str, Any], scope: Scope | None, files: Iterable[str]) -> None:
    """Who may ask, what they may be refused, and in what form."""
    answers: dict[str, Any] = operation["responses"]
    answers.pop("422")  # which the library gives to all
    for status in refused(operation, scope):
        answers.setdefault(status, {"description": HTTPStatus(int(status)).phrase})
    for status, answer in answers.items():
        if status >= "4":
            answer["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    answers["429"]["headers"] = RETRY_AFTER
    if files:
        answers["200"]["content"] = {one: {} for one in files}
    if "412" in answers:
        operation["parameters"].append(IF_MATCH)
    if scope:
        operation["security"] = [{BEARER: [scope]}]
        operation["description"] += f"\n\nThe token needs the scope `{scope}`."


def refused(operation: dict[str, Any], scope: Scope | None) -> Iterator[str]:
    """The statuses that follow from what an operation takes."""
    takes = {one["in"] for one in operation["parameters"]}
    yield "429"
    if scope:
        yield from ("401", "403")
    if "path" in takes:
        yield "404"
    if "query" in takes:
        yield "422"
    if "requestBody" in operation:
        yield from ("400", "403", "413", "415", "422")


@bp.get("/openapi.json")
@open_to_all
def openapi() -> Response:
    response = Response(described(), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response.make_conditional(request)
