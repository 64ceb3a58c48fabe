"""`portal serve`: the server."""

import click
from flask import current_app

from portal import server
from portal.cli.answers import explained_to_any_role, table
from portal.cli.db import bring_up_to_date
from portal.cli.demo import addresses, demo_sign_in, load_examples
from portal.database import db
from portal.settings import Settings


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
        click.echo(f"Their back offices: /backoffice/, as {email}, password {password}")
    db.session.remove()  # this process only waits from now on, and holds nothing meanwhile
    for engine in db.engines.values():
        engine.dispose()  # no connection may cross into the server's processes
    raise SystemExit(server.serve(settings, sock))
