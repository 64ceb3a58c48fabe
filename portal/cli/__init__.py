"""The operator's door: `portal …`."""

import click
from flask import Flask
from flask.cli import FlaskGroup

from portal import create_app
from portal.cli.consents import consents
from portal.cli.cookies import cookies
from portal.cli.db import database
from portal.cli.demo import demo
from portal.cli.embedding import embed
from portal.cli.people import user
from portal.cli.providers import providers
from portal.cli.serve import serve
from portal.cli.tenants import tenant
from portal.cli.tokens import token
from portal.settings import BadSetting


def _application() -> Flask:
    """A setting that cannot be is told in one line."""
    try:
        return create_app()
    except BadSetting as reason:
        raise click.ClickException(str(reason)) from reason


@click.group(cls=FlaskGroup, create_app=_application, add_default_commands=False, load_dotenv=False)
def main() -> None:
    """The consent portal's command line.

    Settings come from the environment: DATABASE_URL picks the database, PORTAL_DATA the folder for
    everything that is written. Each command explains itself with --help.
    """


cookies.add_command(providers)
tenant.add_command(embed)

for command in (consents, cookies, database, demo, serve, tenant, token, user):
    main.add_command(command)
