"""How the command line ends when something fails: in one line, or one for each fault of a file.

Programs get JSON with --json. Whatever an operator may write, there is no traceback: what the
program did not expect is told by its kind and where it happened.
"""

import json
import sys
from collections.abc import Sequence
from traceback import extract_tb
from typing import Any

import click
from flask.cli import ScriptInfo
from sqlalchemy.exc import SQLAlchemyError

from portal import create_app
from portal.settings import ROOT, BadSetting

FAILED, MISUSED, UNEXPECTED, INTERRUPTED = 1, 2, 70, 130  # exit codes


class Failure(click.ClickException):
    """An error with a name for programs."""

    def __init__(self, message: str, code: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code
        self.exit_code = exit_code  # type: ignore[misc]  # click's own errors say it by class


class Commands(click.Group):
    """All commands, with the application that the environment describes."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> click.Context:
        extra.setdefault("obj", ScriptInfo(create_app=_application, set_debug_flag=False))
        return super().make_context(info_name, args, parent, **extra)

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        words = [*(sys.argv[1:] if args is None else args)]
        try:
            _check_text(words)
            status = super().main(words, *more, **extra | {"standalone_mode": False})
        except Exception as reason:  # noqa: BLE001  the last place where it can be told
            failure = _failure(reason)
            click.echo(_told(failure, as_json="--json" in words), err=True)
            status = failure.exit_code
        sys.exit(status if isinstance(status, int) else 0)


def _application() -> Any:
    try:
        return create_app()
    except BadSetting as reason:
        raise Failure(str(reason), "bad_setting") from reason
    except OSError as reason:
        raise Failure(f"PORTAL_DATA cannot be used: {reason}", "data_folder") from reason


def _check_text(words: Sequence[str]) -> None:
    """What is no UTF-8 could be neither stored nor shown."""
    for word in words:
        if not word.isascii() and word != _shown(word):
            raise Failure(f"{word!r} is no UTF-8", "usage", MISUSED)


def _failure(error: Exception) -> click.ClickException:
    """An error as what it is to an operator."""
    match error:
        case click.ClickException():
            return error
        case click.Abort():
            return Failure("interrupted, and what was not done yet is not done", "interrupted",
                           INTERRUPTED)  # fmt: skip
        case SQLAlchemyError():
            said = " ".join(str(getattr(error, "orig", None) or error).split())
            return Failure(f"the database refused: {said}", "database")
        case OSError() | EOFError():
            return Failure(str(error) or type(error).__name__, "system")
    place = extract_tb(error.__traceback__)[-1]
    where = f"{place.filename.removeprefix(f'{ROOT}/')}:{place.lineno}"
    words = f"this is a fault of the portal, {type(error).__name__} in {where}: {error}"
    return Failure(words, "internal_error", UNEXPECTED)


def _told(failure: click.ClickException, *, as_json: bool) -> str:
    message = _shown(failure.format_message())
    if not as_json:
        lines = (" ".join(line.split()) for line in message.splitlines())
        return _usage(failure) + "Error: " + "\n".join(filter(None, lines))
    usage = "usage" if isinstance(failure, click.UsageError) else "failed"
    facts = {"error": message, "code": getattr(failure, "code", usage)}
    return json.dumps(facts, ensure_ascii=False)


def _usage(failure: click.ClickException) -> str:
    """How the command is used, before the words about what was wrong with its use."""
    context = failure.ctx if isinstance(failure, click.UsageError) else None
    if context is None:
        return ""
    hint = f"Try '{context.command_path} --help' for help."
    return f"{context.get_usage()}\n{hint}\n\n"


def _shown(text: str) -> str:
    """As a terminal can show it."""
    return text.encode(errors="replace").decode()
