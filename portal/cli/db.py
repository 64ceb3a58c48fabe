"""`portal db …`: bring the database to the state that this release needs."""

from collections.abc import Callable

import click
from alembic import command
from flask import current_app

from portal.cli.answers import explained
from portal.consent.partitions import ensure_partitions
from portal.database import house
from portal.migrations import HEAD, alembic_config
from portal.settings import Settings


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
    if revision == HEAD:
        bring_up_to_date()
    else:
        _run(command.upgrade, revision)


@database.command()
@click.argument("revision")
@explained
def downgrade(revision: str) -> None:
    """Undo migrations down to a revision. Undoing the tables of the log loses the log.

    \b
    Example:
      portal db downgrade 0003
    """
    _run(command.downgrade, revision)


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
    """On PostgreSQL, make the log's partitions for the next twelve months. Run it monthly.

    \b
    Example:
      portal db partitions
    """
    _make_partitions()


def bring_up_to_date() -> None:
    """Run the missing migrations and make the missing partitions."""
    settings: Settings = current_app.extensions["portal.settings"]
    settings.data.mkdir(parents=True, exist_ok=True)
    _run(command.upgrade, HEAD)
    _make_partitions()


def _make_partitions() -> None:
    with house().begin() as connection:
        for name in ensure_partitions(connection):
            click.echo(f"partition {name} made")


def _run(step: Callable[..., None], *arguments: str) -> None:
    with house().connect() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        step(config, *arguments)
