"""`portal user …`: people who sign in, what they may do where, and letting them in again."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.cli.answers import as_json, explained, say, table
from portal.cli.password_links import choosing_link
from portal.consent.receipts import timestamp
from portal.database import db, writing
from portal.people import accounts, members
from portal.people.models import Membership, Person
from portal.people.passwords import set_password
from portal.people.proving import prove
from portal.people.refusals import PersonError
from portal.people.roles import ROLES
from portal.tenants.lifecycle import find
from portal.tenants.models import Tenant

of_tenant = click.option("--tenant", "slug", required=True, help="The tenant's slug.")
email_given = click.argument("email")
PROVEN_BY = "choose a password by a link of yours (`portal user link`) or of that portal"


@click.group()
def user() -> None:
    """Let people in: accounts, roles at tenants, operators."""


@user.command()
@email_given
@click.option("--name", default="", help="The person's name.")
@click.option("--operator", is_flag=True, help="May do everything at every tenant.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--tenant", "slug", help="A tenant of which the person becomes a member.")
@click.option("--role", type=click.Choice(sorted(ROLES)), help="What they may do there.")
@as_json
@explained
def create(
    email: str,
    name: str,
    operator: bool,
    password_stdin: bool,
    slug: str | None,
    role: str | None,
    as_json: bool,
) -> None:
    """Make an account, and print a link on which its password is chosen, once, within a day.

    The link leads to the hostname of all back offices (PORTAL_BACKOFFICE_HOST), else to that of the
    tenant. The tenant can read what it takes there, so an operator's never does.

    \b
    Examples:
      portal user create ada@city.example --name "Ada Lovelace" --tenant paris --role owner
      portal user create ops@host.example --operator --password-stdin < password.txt
    """
    if (slug is None) != (role is None):
        raise click.UsageError("--tenant and --role go together")
    with writing():
        person = accounts.add_person(email, name=name, operator=operator)
        if slug and role:
            members.grant(find(slug).id, person, role)
        if password_stdin:
            set_password(person, sys.stdin.readline().rstrip("\n"))
        link = None if password_stdin else choosing_link(person, slug)
        facts = _facts(person) | {"link": link}
    words = f"{facts['email']} has an account"
    say(as_json, facts, f"{words}; the password is chosen here:\n{link}" if link else words)


@user.command()
@email_given
@click.option("--tenant", "slug", help="The tenant whose address the link has. Default: theirs.")
@as_json
@explained
def link(email: str, slug: str | None, as_json: bool) -> None:
    """Print a link on which somebody chooses a new password, once, within a day.

    Give it to nobody but the one whose address it is: that is then taken for proven everywhere.

    \b
    Example:
      portal user link ada@city.example
    """
    person = _find(email)
    found = choosing_link(person, slug)
    say(as_json, {"email": person.email, "link": found}, found)


@user.command()
@email_given
@as_json
@explained
def password(email: str, as_json: bool) -> None:
    """Set somebody's password, which is read from standard input, and end their sessions.

    For operators where no hostname is theirs to send a link to. What a tenant has let somebody set
    for the address before is dropped.

    \b
    Example:
      portal user password ops@host.example < password.txt
    """
    with _changing(email) as (person, facts):
        prove(person, None)
        set_password(person, sys.stdin.readline().rstrip("\n"))
        accounts.sign_out_everywhere(person)
    say(as_json, facts, f"{facts['email']} signs in with the new password")


@user.command(name="list")
@click.option("--tenant", "slug", help="Members of this tenant alone.")
@as_json
@explained
def list_(slug: str | None, as_json: bool) -> None:
    """List the people who can sign in.

    \b
    Examples:
      portal user list
      portal user list --tenant paris
    """
    people = select(Person).order_by(Person.email).options(selectinload(Person.webauthn))
    if slug:
        people = people.join(Membership).where(Membership.tenant_id == find(slug).id)
    facts = _facts_of(list(db.session.scalars(people)))
    rows = [(one["email"], one["state"], _roles(one), one["name"]) for one in facts]
    say(as_json, facts, table([("EMAIL", "STATE", "ROLES", "NAME"), *rows]))


@user.command()
@email_given
@as_json
@explained
def show(email: str, as_json: bool) -> None:
    """Show all about one person.

    \b
    Example:
      portal user show ada@city.example
    """
    facts = _facts(_find(email))
    rows = [(key, str(value or "–")) for key, value in facts.items() if key != "roles"]
    say(as_json, facts, table([*rows, ("roles", _roles(facts))]))


@user.command()
@email_given
@of_tenant
@click.option("--role", required=True, type=click.Choice(sorted(ROLES)), help="What they may do.")
@as_json
@explained
def grant(email: str, slug: str, role: str, as_json: bool) -> None:
    """Make somebody a member of a tenant, or change the role of a member.

    \b
    Example:
      portal user grant ada@city.example --tenant paris --role owner
    """
    with _changing(email) as (person, facts):
        tenant = find(slug)
        members.grant(tenant.id, person, role)
        counts = accounts.role_of(person, tenant.id) is not None
    later = "" if counts else f"; it counts once they {PROVEN_BY}"
    say(as_json, facts, f"{facts['email']} is {role} of {slug}{later}")


@user.command()
@email_given
@of_tenant
@as_json
@explained
def revoke(email: str, slug: str, as_json: bool) -> None:
    """Remove somebody from a tenant. The last owner stays: make another one first.

    \b
    Example:
      portal user revoke ada@city.example --tenant paris
    """
    with _changing(email) as (person, facts):
        members.remove(find(slug).id, person.id)
    say(as_json, facts, f"{facts['email']} is no member of {slug} any more")


@user.command()
@email_given
@click.option("--off", is_flag=True, help="Take it back.")
@as_json
@explained
def operator(email: str, off: bool, as_json: bool) -> None:
    """Let somebody do everything at every tenant.

    \b
    Examples:
      portal user operator ops@host.example
      portal user operator ops@host.example --off
    """
    with _changing(email) as (person, facts):
        person.operator = not off
    later = "" if off or facts["proven"] else f"; it counts once they {PROVEN_BY}"
    words = f"{facts['email']} is {'no operator any more' if off else 'an operator'}{later}"
    say(as_json, facts, words)


@user.command()
@email_given
@as_json
@explained
def sign_out(email: str, as_json: bool) -> None:
    """End every session of a person, and every link to choose a password.

    \b
    Example:
      portal user sign-out ada@city.example
    """
    with _changing(email) as (person, facts):
        accounts.sign_out_everywhere(person)
    say(as_json, facts, f"{facts['email']} is signed out everywhere")


@user.command()
@email_given
@as_json
@explained
def forget_factor(email: str, as_json: bool) -> None:
    """Remove the second factor of somebody who has lost phone and recovery codes.

    Make sure that it is them who ask: from then on the password alone lets in.

    \b
    Example:
      portal user forget-factor ada@city.example
    """
    with _changing(email) as (person, facts):
        accounts.forget_second_factor(person)
        accounts.sign_out_everywhere(person)
    say(as_json, facts, f"{facts['email']} signs in with the password alone")


@user.command()
@email_given
@click.option("--off", is_flag=True, help="Open the account again.")
@as_json
@explained
def deactivate(email: str, off: bool, as_json: bool) -> None:
    """Close an account: nobody signs in with it until it is opened again by --off.

    \b
    Examples:
      portal user deactivate ada@city.example
      portal user deactivate ada@city.example --off
    """
    with _changing(email) as (person, facts):
        person.active = off
        accounts.sign_out_everywhere(person)
    say(as_json, facts, f"the account of {facts['email']} is {'open' if off else 'closed'}")


@contextmanager
def _changing(email: str) -> Iterator[tuple[Person, dict[str, Any]]]:
    """A transaction on somebody, and what is to be said of them once it is done."""
    facts: dict[str, Any] = {}
    with writing():
        person = _find(email)
        yield person, facts
        facts.update(_facts(person))


def _find(email: str) -> Person:
    person = accounts.find_person(email)
    if person is None:
        raise PersonError(f"there is nobody with the address {email}: see `portal user list`")
    return person


def _facts(person: Person) -> dict[str, Any]:
    [facts] = _facts_of([person])
    return facts


def _facts_of(people: list[Person]) -> list[dict[str, Any]]:
    roles = _roles_of(people)
    return [
        {
            "email": one.email,
            "name": one.name,
            "state": "open" if one.active else "closed",
            "operator": one.operator,
            "roles": roles.get(one.id, {}),
            "proven": one.vouched_by is None,
            "password": bool(one.password),
            "second_factor": bool(one.tf_primary_method),
            "passkeys": len(one.webauthn),
            "created_at": timestamp(one.created_at),
        }
        for one in people
    ]


def _roles_of(people: list[Person]) -> dict[int, dict[str, str]]:
    """Person by person, the role at each tenant by its slug."""
    theirs = select(Membership.person_id, Tenant.slug, Membership.role).join(Tenant)
    among = theirs.where(Membership.person_id.in_([one.id for one in people]))
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for person_id, slug, role in db.session.execute(among.order_by(Tenant.slug)):
        found[person_id][slug] = role
    return found


def _roles(facts: dict[str, Any]) -> str:
    everywhere = ["operator"] if facts["operator"] else []
    return ", ".join(everywhere + [f"{slug}: {role}" for slug, role in facts["roles"].items()])
