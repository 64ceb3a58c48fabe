"""Files that are made while they are sent."""

from collections.abc import Iterable

from flask import Response


def streamed(lines: Iterable[str], mimetype: str, filename: str) -> Response:
    """A file, line by line as its reader takes them.

    The request is over before the first line, so its database connection went back; the lines
    must not need it, nor anything else of the request.
    """
    response = Response(lines, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
