"""`portal serve`: the server."""

import logging

import click
from flask import current_app

from portal import server
from portal.cli.answers import explained_to_any_role, table
from portal.cli.db import bring_up_to_date
from portal.cli.demo import addresses, demo_sign_in, load_examples
from portal.database import db
from portal.settings import Settings
from portal.tenants.backoffice_host import PREFIX, backoffice_host, origin_of
from portal.tenants.unheeded import unheeded

log = logging.getLogger(__name__)


@click.command()
@click.option("--demo", is_flag=True, help="First make the database and load example portals.")
@explained_to_any_role
def serve(demo: bool) -> None:
    """Serve every tenant, and print where to open those with a local alias.

    \b
    Examples:
      portal serve
      PORT=9000 portal serve --demo
    """
    settings: Settings = current_app.extensions["portal.settings"]
    sock = server.reserved(settings.address, settings.port)
    if demo:
        bring_up_to_date()
        load_examples()
    found = addresses(settings)
    if found:
        click.echo(table(found))
    if sign_in := demo_sign_in():
        email, password = sign_in
        where = _backoffices(settings)
        click.echo(f"Their back offices: {where}, as {email}, password {password}")
    warn_of_conflicts()
    db.session.remove()  # this process only waits from now on, and holds nothing meanwhile
    for engine in db.engines.values():
        engine.dispose()  # no connection may cross into the server's processes
    raise SystemExit(server.serve(settings, sock))


def _backoffices(settings: Settings) -> str:
    host = settings.backoffice_host
    return f"{origin_of(host, settings)}{PREFIX}/" if host else f"{PREFIX}/"


def warn_of_conflicts() -> None:
    """Log what tenants had before the hostname became the back office's, and is not heeded now."""
    for what, name, slug in unheeded():
        log.warning(
            "the %s %s of tenant %s is not used: it meets PORTAL_BACKOFFICE_HOST, %s",
            what, name, slug, backoffice_host(),
        )  # fmt: skip
