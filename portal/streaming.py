"""Answers that are made while they are sent."""

from collections.abc import Iterable, Iterator

from flask import Response, stream_with_context

from portal.database import db


def streamed(lines: Iterable[str], mimetype: str, filename: str) -> Response:
    """A file, line by line as its reader takes them.

    Whoever stops reading keeps no database connection: that of the request goes back before the
    first line, and the lines should come from `portal.database.apart`.
    """
    response = Response(stream_with_context(_released(lines)), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _released(lines: Iterable[str]) -> Iterator[str]:
    db.session.close()
    yield from lines
