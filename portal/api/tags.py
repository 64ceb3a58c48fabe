"""Entity tags: what a client saw, so that it overwrites nothing else (RFC 9110 section 13.1.1)."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from portal.cookies.refusals import Conflict


def tag_of(item: Mapping[str, Any]) -> str:
    """A strong tag: equal as long as every member is."""
    return sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:20]


def met(item: Mapping[str, Any]) -> None:
    """Go on if the client says that it saw just this, or nothing; raises Conflict.

    To be asked once it is the request's turn to write.
    """
    if "If-Match" in request.headers and tag_of(item) not in request.if_match:
        raise Conflict(item)


def tagged(item: Mapping[str, Any], status: int = 200) -> Response:
    """The item with its tag; nothing of it for a client that has just this."""
    response = jsonify(item)
    response.status_code = status
    response.set_etag(tag_of(item))
    return response.make_conditional(request) if request.method == "GET" else response


def created(item: Mapping[str, Any], address: str, *, is_new: bool = True) -> Response:
    """What was made, or what there was already."""
    response = tagged(item, 201 if is_new else 200)
    response.headers["Location"] = address
    return response
