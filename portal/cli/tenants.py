"""`portal tenant …`: open, look at, publish, suspend and resume tenants."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click
from sqlalchemy import select

from portal.cli.answers import as_json, explained, name_of_command, say, table
from portal.consent.erasing import retention_days
from portal.consent.receipts import timestamp
from portal.database import db, writing
from portal.languages import SOURCE
from portal.policy.opening import open_portal
from portal.policy.publishing import latest_version, publish
from portal.tenants import lifecycle
from portal.tenants.cookie_domains import foreign_hostnames
from portal.tenants.embedding import embedding_of
from portal.tenants.models import Tenant

P = ParamSpec("P")
R = TypeVar("R")

CONTACT = (
    ("--controller", "Who is responsible for the data. Default: the name."),
    ("--address", "The postal address of the controller."),
    ("--email", "Where visitors reach the controller."),
    ("--dpo-email", "Where they reach the data protection officer."),
    ("--authority", "The supervisory authority for complaints."),
    ("--authority-url", "Its web address."),
)


def described(command: Callable[P, R]) -> Callable[P, R]:
    """The options for what the policy says about who is responsible."""
    for name, meaning in reversed(CONTACT):
        command = click.option(name, help=meaning)(command)
    return command


@click.group()
def tenant() -> None:
    """Open, look at, publish, suspend and resume tenants."""


@tenant.command()
@click.argument("slug")
@click.option("--name", required=True, help="The name that visitors know.")
@click.option("--hostname", required=True, help="The canonical hostname.")
@click.option("--language", required=True, help="The default language, such as fr.")
@click.option(
    "--languages",
    help="All languages offered, by comma. Default: the default one and English.",
)
@described
@as_json
@explained
def create(slug: str, as_json: bool, **given: str | None) -> None:
    """Open a complete, published portal.

    It starts with the four necessary cookies and a statistics category. Contact details that are
    left out can be filled in later with `portal tenant update`; until then the policy page says so.

    \b
    Examples:
      portal tenant create lyon --name "Lyon open data" --hostname data.lyon.example --language fr
      portal tenant create oslo --name Oslo --hostname oslo.example --language en --languages en,sv
    """
    languages = (given.pop("languages") or SOURCE).split(",")
    name, hostname, language = (str(given.pop(key)) for key in ("name", "hostname", "language"))
    contact = {key: value for key, value in given.items() if value}
    with writing():
        opened = open_portal(
            slug, name, hostname, language, [one.strip() for one in languages], contact
        )
        facts = _facts(opened)
    say(as_json, facts, f"{slug} is open: https://{facts['hostname']}/")


@tenant.command()
@click.argument("slug")
@click.option("--name", help="The name that visitors know.")
@described
@click.option("--consent-days", type=int, help="How long a decision counts, in days.")
@click.option("--retention-days", type=int, help="How long the log keeps a record, in days.")
@click.option("--retention-reason", help="Why it is kept for so long.")
@as_json
@explained
def update(
    slug: str,
    consent_days: int | None,
    retention_days: int | None,
    retention_reason: str | None,
    as_json: bool,
    **given: str | None,
) -> None:
    """Change the draft of what the policy says about a tenant; publish to show it.

    \b
    Examples:
      portal tenant update lyon --email privacy@lyon.example --address "1 place, Lyon"
      portal tenant update lyon --consent-days 365
      portal tenant update lyon --retention-days 1095 --retention-reason "limitation of claims"
    """
    with writing():
        found = lifecycle.find(slug)
        lifecycle.describe(found, **{key: text for key, text in given.items() if text is not None})
        if consent_days is not None:
            lifecycle.let_decisions_last(found, consent_days)
        if retention_days is not None or retention_reason is not None:
            days = found.retention_days if retention_days is None else retention_days
            lifecycle.keep_records(found, days, retention_reason or found.retention_reason or "")
        facts = _facts(found)
    say(as_json, facts, f"{slug} is changed; show it with: portal tenant publish {slug}")


@tenant.command(name="list")
@as_json
@explained
def list_(as_json: bool) -> None:
    """List every tenant.

    \b
    Example:
      portal tenant list --json
    """
    tenants = db.session.scalars(select(Tenant).order_by(Tenant.slug)).all()
    facts = [_facts(one) for one in tenants]
    rows = [(one["slug"], one["state"], one["hostname"], one["name"]) for one in facts]
    say(as_json, facts, table([("SLUG", "STATE", "HOSTNAME", "NAME"), *rows]))


@tenant.command()
@click.argument("slug")
@as_json
@explained
def show(slug: str, as_json: bool) -> None:
    """Show all about one tenant.

    \b
    Example:
      portal tenant show paris
    """
    found = lifecycle.find(slug)
    facts = _facts(found) | _reached(found)
    say(as_json, facts, table([(key, _in_words(value)) for key, value in facts.items()]))


def _reached(one: Tenant) -> dict[str, list[str]]:
    """Hostnames of others that get its cookie, if there are any from before that was refused."""
    found = foreign_hostnames(one, embedding_of(one).cookie_domain)
    reached = [f"{hostname} ({slug})" for hostname, slug in found.items()]
    return {"cookie_reaches_others": reached} if reached else {}


@tenant.command(name="publish")
@click.argument("slug")
@click.option("--note", default="", help="What is new and why, for the list of versions.")
@click.option(
    "--without",
    multiple=True,
    metavar="LANGUAGE",
    help="Leave out a language, such as one that is not complete; may be given again.",
)
@as_json
@explained
def publish_(slug: str, note: str, without: tuple[str, ...], as_json: bool) -> None:
    """Freeze the draft into the next policy version; an unchanged draft makes none.

    Languages in which texts are missing or stale have to be left out, or completed first.

    \b
    Examples:
      portal tenant publish paris
      portal tenant publish paris --note "Matomo instead of Google Analytics" --without ar
    """
    by = name_of_command()
    with writing():
        version = publish(
            lifecycle.find(slug), by=by, note=note.strip(), without=frozenset(without)
        )
        facts = {"tenant": slug, "version": version.number, "digest": version.digest}
    say(as_json, facts, f"{slug}: version {facts['version']} is live, SHA-256 {facts['digest']}")


@tenant.command()
@click.argument("slug")
@as_json
@explained
def suspend(slug: str, as_json: bool) -> None:
    """Stop answering on every hostname of a tenant. Its data and its log stay.

    \b
    Example:
      portal tenant suspend paris
    """
    with writing():
        lifecycle.suspend(lifecycle.find(slug))
    say(as_json, {"tenant": slug, "state": "suspended"}, f"{slug} is suspended")


@tenant.command()
@click.argument("slug")
@as_json
@explained
def resume(slug: str, as_json: bool) -> None:
    """Answer again after a suspension.

    \b
    Example:
      portal tenant resume paris
    """
    with writing():
        lifecycle.resume(lifecycle.find(slug))
    say(as_json, {"tenant": slug, "state": "open"}, f"{slug} answers again")


@tenant.group()
def hostname() -> None:
    """Add and remove the hostnames of a tenant."""


@hostname.command()
@click.argument("slug")
@click.argument("name")
@click.option("--canonical", is_flag=True, help="Make it the name in links and on the policy page.")
@as_json
@explained
def add(slug: str, name: str, canonical: bool, as_json: bool) -> None:
    """Let a tenant answer on one more hostname.

    The policy page shows the canonical name, so publish after changing it.

    \b
    Example:
      portal tenant hostname add paris data.paris.example
    """
    with writing():
        found = lifecycle.find(slug)
        lifecycle.add_hostname(found, name, canonical=canonical)
        facts = _facts(found)
    say(as_json, facts, f"{slug} answers on {', '.join(facts['hostnames'])}")


@hostname.command()
@click.argument("slug")
@click.argument("name")
@as_json
@explained
def remove(slug: str, name: str, as_json: bool) -> None:
    """Stop answering on a hostname.

    \b
    Example:
      portal tenant hostname remove paris data.paris.example
    """
    with writing():
        found = lifecycle.find(slug)
        lifecycle.remove_hostname(found, name)
        facts = _facts(found)
    say(as_json, facts, f"{slug} answers on {', '.join(facts['hostnames'])}")


def _facts(one: Tenant) -> dict[str, Any]:
    version = latest_version(one.id)
    return {
        "slug": one.slug,
        "name": one.name,
        "state": "suspended" if one.suspended_at else "open",
        "hostname": one.canonical,
        "hostnames": [each.hostname for each in one.hostnames],
        "cookie_domain": embedding_of(one).cookie_domain,
        "default_language": one.default_language,
        "languages": one.languages,
        "consent_days": one.consent_days,
        "retention_days": retention_days(one),
        "controller": one.controller,
        "address": one.address,
        "email": one.email,
        "dpo_email": one.dpo_email,
        "authority": one.authority,
        "authority_url": one.authority_url,
        "version": version and version.number,
        "digest": version and version.digest,
        "published_at": version and timestamp(version.published_at),
        "created_at": timestamp(one.created_at),
    }


def _in_words(value: Any) -> str:
    return (", ".join(value) if isinstance(value, list) else str(value or "")) or "–"
