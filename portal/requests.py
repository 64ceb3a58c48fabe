"""What may be told of a request: its id, method, door and route, and nothing of who sent it."""

import re
from functools import cache
from secrets import token_hex
from typing import Any, Protocol
from wsgiref.types import WSGIEnvironment

from werkzeug.datastructures import MultiDict

DOORS = ("public", "api", "backoffice", "assets", "operations", "none")
SAME_DOOR = {"security": "backoffice"}  # the library's own blueprint
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
# keys of the WSGI environment
REQUEST_ID = "portal.request_id"
FAILURE = "portal.failure"  # the error that a request ended with
ROUTE = "portal.route"  # the rule of what was answered without asking Flask
SANE = re.compile(r"[A-Za-z0-9._:+/=-]{1,64}", re.ASCII)


class Asking(Protocol):
    """What is read of a request to choose a page; Werkzeug's and Flask's requests have it."""

    @property
    def environ(self) -> WSGIEnvironment: ...
    @property
    def cookies(self) -> MultiDict[str, str]: ...
    @property
    def args(self) -> MultiDict[str, str]: ...


def facts(environ: WSGIEnvironment) -> dict[str, str | None]:
    rule, method = route(environ), environ["REQUEST_METHOD"]
    return {
        "request_id": request_id(environ),
        "method": method if method in METHODS else "other",
        "door": door(environ),
        "route": rule and str(rule),
    }


def request_id(environ: WSGIEnvironment) -> str:
    """The id that the proxy in front gave, if it looks like one; else one of our own."""
    if REQUEST_ID not in environ:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        environ[REQUEST_ID] = given if SANE.fullmatch(given) else token_hex(16)
    found: str = environ[REQUEST_ID]
    return found


def door(environ: WSGIEnvironment) -> str:
    """The door that a request came through; "none" where nothing is at its address."""
    rule = route(environ)
    return _door_of(rule.endpoint) if rule else "none"


def route(environ: WSGIEnvironment) -> Any:
    """The rule that Flask found for the address, before the answer has begun."""
    if ROUTE in environ:
        return environ[ROUTE]
    asked = environ.get("werkzeug.request")
    return asked and asked.url_rule


@cache
def _door_of(endpoint: str) -> str:
    name = endpoint.partition(".")[0]
    found = SAME_DOOR.get(name, name)
    return found if found in DOORS else "none"
