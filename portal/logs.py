"""The log: one JSON object a line on standard error, for programs to read.

It holds no personal data: a request is told by its id, method, door and route, an error by its type
and the places in the code that it passed. What an error says is told where it speaks of the program
or its database; other errors may repeat what somebody sent.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from logging import Formatter, LogRecord
from logging.config import dictConfig
from traceback import extract_tb
from typing import Any

from flask import has_request_context, request
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from portal.requests import facts
from portal.settings import ROOT

TELLING = (
    AttributeError,
    ImportError,
    NameError,
    OSError,
    OperationalError,
    ProgrammingError,
    TypeError,
)
DRIVERS_TELLING = ("OperationalError", "ConnectionTimeout", "QueryCanceled", "UndefinedTable")
LONGEST_DETAIL = 200  # characters
OWN_WORDS = ("builtins", "sqlalchemy.exc")  # a library's OSError may name people, as smtplib's do


class JsonLines(Formatter):
    def format(self, record: LogRecord) -> str:
        line = {
            "time": _timestamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["errors"] = [_told(one) for one in _chain(record.exc_info[1])]
        return json.dumps(line, default=str)


def _timestamp(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _facts(record: LogRecord) -> dict[str, Any]:
    """Those that the record brings, else those of the request that is being worked on."""
    brought: dict[str, Any] | None = getattr(record, "facts", None)
    return brought or (facts(request.environ) if has_request_context() else {})


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what caused it, and so on."""
    seen: set[int] = set()
    while error and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def in_short(error: BaseException | None) -> str:
    """The type of what an error began with, and its words if these tell of the program alone.

    For failures whose place in the code says nothing: a database that is away floods the log.
    """
    if error is None:
        return ""
    *_, (first, told) = ((one, _told(one)) for one in _chain(error))
    words = [told.get("detail", ""), *_words_of_drivers(first)]
    detail = next((one.strip().partition("\n")[0] for one in words if one), "")
    return f"{told['type']}: {detail[:LONGEST_DETAIL]}" if detail else str(told["type"])


def _words_of_drivers(error: BaseException) -> list[str]:
    """Of drivers' errors those alone that repeat no value of a row."""
    return [str(error)] if type(error).__name__ in DRIVERS_TELLING else []


def _told(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if isinstance(error, TELLING) and kind.__module__ in OWN_WORDS:
        told["detail"] = str(error.orig if isinstance(error, DBAPIError) else error)
    return told | {"at": [_place(frame) for frame in extract_tb(error.__traceback__)]}


def _place(frame: Any) -> str:
    file = frame.filename.removeprefix(f"{ROOT}/")
    return f"{file}:{frame.lineno} {frame.name}"


CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLines}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"portal": {"level": "INFO"}},
}


def set_up() -> None:
    dictConfig(CONFIG)
