"""The operator's door: `portal …`."""

import click

from portal.cli.backup import backup, restore
from portal.cli.consents import consents
from portal.cli.cookies import cookies
from portal.cli.db import database
from portal.cli.demo import demo
from portal.cli.embedding import embed
from portal.cli.people import user
from portal.cli.providers import providers
from portal.cli.serve import serve
from portal.cli.tenants import tenant
from portal.cli.terminal import Commands
from portal.cli.tokens import token


@click.group(cls=Commands)
@click.version_option(package_name="consent-portal", message="consent-portal %(version)s")
def main() -> None:
    """The consent portal's command line.

    Settings come from the environment: DATABASE_URL picks the database, PORTAL_DATA the folder for
    everything that is written. Each command explains itself with --help.

    An error is one line on standard error. Where a command is given --json, the line is JSON too:
    {"error": words for people, "code": a word for programs}. Exit codes: 0 done, 1 not done,
    2 used wrongly, 70 a fault of the portal, 130 interrupted.
    """


cookies.add_command(providers)
tenant.add_command(embed)

for command in (
    backup, consents, cookies, database, demo, restore, serve, tenant, token, user,
):  # fmt: skip
    main.add_command(command)
