"""Files that are made while they are sent."""

from collections.abc import Iterable, Iterator
from itertools import islice

from flask import Response

LINES = 100  # in one part: fewer cost more calls than memory


def streamed(lines: Iterable[str], mimetype: str, filename: str) -> Response:
    """A file, line by line as its reader takes them.

    The request is over before the first line, so its database connection went back; the lines
    must not need it, nor anything else of the request.
    """
    response = Response(_parts(iter(lines)), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _parts(lines: Iterator[str]) -> Iterator[str]:
    while part := "".join(islice(lines, LINES)):
        yield part
