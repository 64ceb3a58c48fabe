"""The API's description (OpenAPI 3.1), written from the shapes that also check what comes in.

The library only describes here, and stays out of the way of requests: portal/api/bodies.py checks,
with the same shapes.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from spectree import SpecTree
from spectree.plugins.flask_plugin import FlaskPlugin
from werkzeug.wrappers import Response

from portal.api.door import bp
from portal.api.shapes import Problem

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


def describe(**shapes: Any) -> Callable[[View], View]:
    """Declare what an address takes and gives, for the description."""

    def remember(view: View) -> View:
        declared[view] = library.validate(**shapes, skip_validation=True)(view)
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


@bp.get("/openapi.json")
def openapi() -> Response:
    from_code: dict[str, Any] = library.spec
    response = Response(json.dumps(from_code), mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response.make_conditional(request)
