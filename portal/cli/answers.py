"""How every command answers: for people, or with --json for programs; errors say what to do."""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
from alembic.util import CommandError
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from portal.backup.archives import BackupError
from portal.cookies.exchange.files import BadFile
from portal.cookies.known.catalogue import KnownProviderError
from portal.database import on_sqlite, owner_engine
from portal.people.audit import act_as
from portal.people.refusals import Refused
from portal.policy.live import NothingPublished
from portal.postgresql import unhurried
from portal.privileges import BadRole, sees_everything
from portal.server import CannotListen
from portal.tenants.hostnames import BadHostname
from portal.tenants.lifecycle import TenantError

P = ParamSpec("P")
R = TypeVar("R")

as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for programs.")


def explained(command: Callable[P, R]) -> Callable[P, R]:
    """Run with the application, under the command's name in the audit trail.

    Named errors become one line on standard error, exit code 1. A command sees every tenant: for a
    role that does not, half an answer would look like a whole one.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        _refuse_half_an_answer()
        return command(*args, **kwargs)

    return explained_to_any_role(run)


def explained_to_any_role(command: Callable[P, R]) -> Callable[P, R]:
    """The same for what is no more than a server may do."""

    @with_appcontext
    @unhurried()
    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        act_as(name_of_command())
        try:
            return command(*args, **kwargs)
        except (
            TenantError,
            BackupError,
            BadFile,
            BadHostname,
            BadRole,
            CannotListen,
            KnownProviderError,
            NothingPublished,
            Refused,
            TimeoutError,
        ) as reason:
            raise click.ClickException(str(reason)) from reason
        except CommandError as reason:
            raise click.ClickException(
                f"{reason}: see `alembic history`, or run `portal db upgrade`"
            ) from reason
        except (OperationalError, ProgrammingError) as reason:
            said = " ".join(str(reason.orig).split())
            raise click.ClickException(
                f"the database does not answer as it should ({said}): "
                "check DATABASE_URL and run `portal db upgrade`"
            ) from reason

    return run


def _refuse_half_an_answer() -> None:
    """Raises BadRole."""
    if on_sqlite():
        return  # and there may be no folder for it yet
    with owner_engine().connect() as connection:
        if not sees_everything(connection):
            raise BadRole("this needs the role that owns the tables: set PORTAL_OWNER_DATABASE_URL")


def name_of_command() -> str:
    """Such as `portal tenant update`, however the program was started."""
    return " ".join(["portal", *click.get_current_context().command_path.split()[1:]])


def say(as_json: bool, facts: Any, words: str) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2) if as_json else words)


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns as wide as they need to be."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)
