"""`portal demo`: the five example portals."""

import click
from sqlalchemy import select

from portal.cli.answers import explained
from portal.database import db, writing
from portal.languages import AVAILABLE
from portal.policy.opening import open_portal
from portal.settings import Settings
from portal.tenants.lifecycle import add_hostname
from portal.tenants.models import Tenant

CNIL = {
    "authority": "Commission nationale de l'informatique et des libertés (CNIL)",
    "authority_url": "https://www.cnil.fr/",
}
CANADA = {
    "authority": "Office of the Privacy Commissioner of Canada",
    "authority_url": "https://www.priv.gc.ca/",
}
PORTALS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("pivohub", "Pivot Hub", "pivohub.youthfulcities.com", "en", CANADA),
    ("paris", "Paris dashboard", "dashboard.paris", "fr", CNIL),
    ("jmorel", "J. Morel", "jmorel.opendatasoft.com", "en", {}),
    ("cityai", "City AI", "cityai.my.opendatasoft.com", "en", {}),
    ("bastia", "Data Corsica, Bastia", "mairie-bastia-datacorsica.opendatasoft.com", "fr", CNIL),
)


@click.command()
@explained
def demo() -> None:
    """Load the five example portals, unless there are tenants already.

    \b
    Example:
      portal demo
    """
    load_examples()


def load_examples() -> None:
    with writing():
        if db.session.scalars(select(Tenant.id).limit(1)).first():
            return
        for slug, name, hostname, language, contact in PORTALS:
            opened = open_portal(slug, name, hostname, language, list(AVAILABLE), contact)
            add_hostname(opened, f"{slug}.localhost")
    click.echo(f"{len(PORTALS)} example portals loaded")


def addresses(settings: Settings) -> list[tuple[str, str]]:
    """Name and local address of each tenant that has a `.localhost` alias."""
    tenants = db.session.scalars(select(Tenant).order_by(Tenant.id).limit(20))
    return [
        (one.name, f"http://{each.hostname}:{settings.port}/")
        for one in tenants
        for each in one.hostnames
        if each.hostname.endswith(".localhost")
    ]
