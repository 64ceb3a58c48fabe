"""`portal demo`: the five example portals, and somebody who owns them."""

import click
from flask import current_app
from sqlalchemy import select

from portal.cli.answers import explained
from portal.database import db, writing
from portal.people.accounts import add_person, find_person
from portal.people.models import Membership, Person
from portal.people.passwords import has_password, set_password
from portal.people.roles import OWNER
from portal.policy.opening import open_portal
from portal.settings import Settings
from portal.tenants.lifecycle import add_hostname
from portal.tenants.models import Hostname, Tenant

# what the examples offer; each portal chooses its own among all that there are
LANGUAGES = ["en", "fr", "de", "es", "it", "pt", "nl", "ca", "eu", "sv", "pl", "ar"]

OWNER_EMAIL = "demo@example.org"
OWNER_PASSWORD = ("demo-password", 12)  # a file of the data folder, random bytes

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

    They belong to a demo person, who is made if nobody can sign in yet; `portal serve` prints
    the password, which is random and kept in the data folder.

    \b
    Example:
      portal demo
    """
    load_examples()


def load_examples() -> None:
    with writing():
        if not db.session.scalar(select(Tenant.id).limit(1)):
            _open_portals()
        if not db.session.scalar(select(Person.id).limit(1)):
            _introduce_owner()


def _open_portals() -> None:
    for slug, name, hostname, language, contact in PORTALS:
        opened = open_portal(slug, name, hostname, language, LANGUAGES, contact)
        add_hostname(opened, f"{slug}.localhost")
    click.echo(f"{len(PORTALS)} example portals loaded")


def _introduce_owner() -> None:
    aliases = [f"{slug}.localhost" for slug, *_ in PORTALS]
    mine = select(Hostname.tenant_id).where(Hostname.hostname.in_(aliases))
    owner = add_person(OWNER_EMAIL, name="Demo")
    set_password(owner, _demo_password())
    for tenant_id in db.session.scalars(mine):
        db.session.add(Membership(tenant_id=tenant_id, person_id=owner.id, role=OWNER))


def demo_sign_in() -> tuple[str, str] | None:
    """Email and password of the demo person, as long as these let somebody in."""
    owner = find_person(OWNER_EMAIL)
    password = _demo_password() if owner else ""
    return (OWNER_EMAIL, password) if owner and has_password(owner, password) else None


def _demo_password() -> str:
    settings: Settings = current_app.extensions["portal.settings"]
    return settings.kept(*OWNER_PASSWORD)


def addresses(settings: Settings) -> list[tuple[str, str]]:
    """Name and local address of each tenant that has a `.localhost` alias."""
    tenants = db.session.scalars(select(Tenant).order_by(Tenant.id).limit(20))
    return [
        (one.name, f"http://{each.hostname}:{settings.port}/")
        for one in tenants
        for each in one.hostnames
        if each.hostname.endswith(".localhost")
    ]
