"""`portal token …`: keys with which programs act for a tenant."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from portal.cli.answers import as_json, explained, name_of_command, say, table
from portal.consent.receipts import timestamp
from portal.database import writing
from portal.people import tokens
from portal.people.models import ApiToken
from portal.people.tokens import LONGEST_LIFE, Scope
from portal.tenants.lifecycle import find

of_tenant = click.option("--tenant", "slug", required=True, help="The tenant's slug.")


@click.group()
def token() -> None:
    """Let programs in: tokens of a tenant's API."""


@token.command()
@of_tenant
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([str(one) for one in Scope]),
    help="What it may do; several times for more.",
)
@click.option(
    "--days", type=click.IntRange(1, LONGEST_LIFE), help="How long it works. Default: no end."
)
@as_json
@explained
def create(slug: str, name: str, scopes: tuple[str, ...], days: int | None, as_json: bool) -> None:
    """Make a token, and print it: this once, for only its hash is kept.

    \b
    Example:
      portal token create "nightly export" --tenant paris --scope consents:read --days 90
    """
    with writing():
        made = tokens.make(find(slug).id, name, scopes, name_of_command(), days)
        facts = _facts(made.token) | {"token": made.secret}
    say(as_json, facts, made.secret)


@token.command(name="list")
@of_tenant
@as_json
@explained
def list_(slug: str, as_json: bool) -> None:
    """List the tokens of a tenant, also those that are over.

    \b
    Example:
      portal token list --tenant paris
    """
    facts = [_facts(one) for one in tokens.tokens_of(find(slug).id)]
    rows = [(one["id"], one["state"], one["last_used_at"] or "never", one["name"]) for one in facts]
    say(as_json, facts, table([("ID", "STATE", "LAST USED", "NAME"), *rows]))


@token.command()
@of_tenant
@click.argument("identifier", metavar="ID", type=click.UUID)
@as_json
@explained
def revoke(slug: str, identifier: UUID, as_json: bool) -> None:
    """Let a token open nothing any more.

    \b
    Example:
      portal token revoke --tenant paris 019ab8f2-5a3c-7d10-8f00-5b6c7d8e9fa0
    """
    with writing():
        facts = _facts(tokens.revoke(find(slug).id, identifier))
    say(as_json, facts, f"{facts['name']} opens nothing any more")


def _facts(token: ApiToken) -> dict[str, Any]:
    times = ("created_at", "expires_at", "last_used_at", "revoked_at")
    moments = {name: getattr(token, name) for name in times}
    return {
        "id": str(token.id),
        "name": token.name,
        "hint": token.hint,
        "state": "over" if tokens.is_over(token, datetime.now(UTC)) else "open",
        "scopes": token.scopes,
        "created_by": token.created_by,
        **{name: moment and timestamp(moment) for name, moment in moments.items()},
    }
