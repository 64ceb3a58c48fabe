"""`portal db …`: bring the database to the state that this release needs."""

import re
import sys
from collections.abc import Callable, Iterator

import click
from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import URL, Connection, func, inspect, make_url, select, text

from portal.cli.answers import explained
from portal.consent.partitions import ensure_partitions
from portal.database import (
    bytes_on_disk,
    compact,
    is_to_be_compacted,
    journal_is_emptied,
    on_sqlite,
    owner_engine,
)
from portal.migrations import HEAD, alembic_config, revisions
from portal.private_files import make_folder
from portal.privileges import BadRole, exists, let_serve, make_role, serving_roles, set_password
from portal.settings import Settings

COUNTED = {"tenants": "tenants", "policy_versions": "versions", "consent_records": "decisions"}
REVISION = re.compile(r"base|heads?|[+-]?[0-9]{1,4}", re.ASCII)
COMPACTED_AT_ONCE = 256 * 1024 * 1024  # bytes of a file that is rewritten within seconds


@click.group(name="db")
def database() -> None:
    """Bring the database to the state that this release needs."""


@database.command()
@click.argument("revision", default=HEAD)
@explained
def upgrade(revision: str) -> None:
    """Run the migrations that are missing, and make the next months' partitions.

    \b
    Example:
      portal db upgrade
    """
    _check(revision)
    if revision == HEAD:
        bring_up_to_date()
    else:
        _run(command.upgrade, revision)


@database.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
@explained
def downgrade(revision: str, yes: bool) -> None:
    """Undo migrations down to a revision, and lose what they keep.

    It says what that is, and asks. A program has to say --yes.

    \b
    Examples:
      portal db downgrade 0003
      portal db downgrade base --yes
    """
    _check(revision)
    lost = _lost(revision)
    if lost and not yes:
        click.echo(lost, err=True)
        _ask_whether_to_lose_it()
    _run(command.downgrade, revision)


def _check(revision: str) -> None:
    """Alembic breaks over some that there are not; raises CommandError for all of these."""
    if not REVISION.fullmatch(revision):
        raise CommandError(f"{revision!r} is no revision")
    if revision.isdigit():
        ScriptDirectory.from_config(alembic_config()).get_revision(revision)


def _lost(revision: str) -> str:
    """The migrations that would be undone, and how much there is to lose."""
    script = ScriptDirectory.from_config(alembic_config())
    with owner_engine().connect() as connection:
        undone = list(script.iterate_revisions(revisions(connection), revision))
        held = ", ".join(f"{count} {what}" for what, count in _held(connection))
    listed = "".join(f"  {one.revision} {one.doc}\n" for one in undone)
    return listed and f"This undoes:\n{listed}The database holds {held or 'nothing'}."


def _held(connection: Connection) -> Iterator[tuple[str, int]]:
    for table, what in COUNTED.items():
        if inspect(connection).has_table(table):
            yield what, connection.scalar(select(func.count()).select_from(text(table))) or 0


def _ask_whether_to_lose_it() -> None:
    if not _somebody_is_there():
        raise click.ClickException("nobody can be asked here: say --yes if all this may be lost")
    click.confirm("Lose what these migrations keep?", abort=True, err=True)


@database.command()
@explained
def check() -> None:
    """Compare the tables with what this release expects; exit code 1 if they differ.

    \b
    Example:
      portal db check
    """
    _run(command.check)
    click.echo("the database is as this release expects")


@database.command()
@explained
def partitions() -> None:
    """On PostgreSQL, make the log's partitions for the next twelve months.

    A server does it by itself, at its start and once a day.

    \b
    Example:
      portal db partitions
    """
    _make_partitions()


@database.command()
@click.option("--role", default="portal_serving", show_default=True, help="The role's name.")
@click.option("--password-stdin", is_flag=True, help="Read its password from standard input.")
@explained
def roles(role: str, password_stdin: bool) -> None:
    """On PostgreSQL, make the role that serves, or bring what it may do up to date.

    It may do what serving needs and nothing else. Run it as the owner of the tables, or as a
    superuser where the owner may make no roles. Without a password it signs in as
    pg_hba.conf says.

    \b
    Examples:
      portal db roles
      portal db roles --role portal_serving --password-stdin < password.txt
    """
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    with owner_engine().begin() as connection:
        _make_serve(connection, role, password)
    settings: Settings = current_app.extensions["portal.settings"]
    commands = make_url(settings.owner_sqlalchemy_url)
    click.echo(f"servers: DATABASE_URL={_shown(commands.set(username=role))}")
    click.echo(f"commands: the same, and PORTAL_OWNER_DATABASE_URL={_shown(commands)}")


def _make_serve(connection: Connection, role: str, password: str) -> None:
    if connection.dialect.name != "postgresql":
        raise BadRole("SQLite has no roles: who may read and write is a matter of the file")
    if not exists(connection, role):
        make_role(connection, role)
        click.echo(f"role {role} made")
    if password:
        set_password(connection, role, password)
    let_serve(connection, role)


def _shown(url: URL) -> str:
    """Without its password."""
    return url.set(drivername="postgresql").render_as_string()


@database.command(name="compact")
@explained
def compact_() -> None:
    """Rewrite SQLite's file, so that nothing in it keeps copies of what was erased.

    `portal consents purge` does so itself while the file is small. It takes a second for some
    100 MB, in which decisions wait: choose a quiet hour. PostgreSQL does without.

    \b
    Example:
      portal db compact
    """
    if not on_sqlite():
        return
    compact()
    _empty_journal()


def leave_no_copies() -> None:
    """After an erasure: what else SQLite's files hold of it goes too, or is told."""
    if is_to_be_compacted() and bytes_on_disk() > COMPACTED_AT_ONCE:
        _warn(
            "pages of the database may keep copies of what was erased until you run "
            "`portal db compact`: it takes a while, so choose a quiet hour"
        )
    elif is_to_be_compacted():
        compact()
    _empty_journal()


def _empty_journal() -> None:
    if not journal_is_emptied():
        _warn(
            "somebody still reads what was there before, so the journal of the database keeps what "
            "was erased; the next decision or change after that empties it"
        )


def _warn(words: str) -> None:
    click.echo(f"Warning: {words}.", err=True)


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def bring_up_to_date() -> None:
    """Run the missing migrations, make the missing partitions, and let those serve who did."""
    settings: Settings = current_app.extensions["portal.settings"]
    make_folder(settings.data)
    _run(command.upgrade, HEAD)
    _make_partitions()
    with owner_engine().begin() as connection:
        for role in serving_roles(connection):
            let_serve(connection, role)


def _make_partitions() -> None:
    with owner_engine().begin() as connection:
        for name in ensure_partitions(connection):
            click.echo(f"partition {name} made")


def _run(step: Callable[..., None], *arguments: str) -> None:
    with owner_engine().connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        step(config, *arguments)
