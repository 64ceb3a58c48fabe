"""`portal tenant embed`: where else than on its portal a tenant asks for consent."""

from typing import Any

import click

from portal.cli.answers import as_json, explained, say, table
from portal.database import writing
from portal.tenants import embedding, lifecycle
from portal.tenants.models import SIGNALS, Tenant


@click.command()
@click.argument("slug")
@click.option("--cookie-domain", help='A domain above the portal, shared; "" for none.')
@click.option(
    "--site",
    "sites",
    multiple=True,
    metavar="ORIGIN",
    help='A site anywhere else; may be given again. "" alone takes all away.',
)
@click.option(
    "--signal",
    "signals",
    multiple=True,
    type=click.Choice([*SIGNALS, "none"]),
    help="Whom the script tells of each decision; may be given again.",
)
@click.option(
    "--reload/--no-reload", "reloads", default=None, help="Load a page again after a withdrawal."
)
@as_json
@explained
def embed(
    slug: str,
    cookie_domain: str | None,
    sites: tuple[str, ...],
    signals: tuple[str, ...],
    reloads: bool | None,
    as_json: bool,
) -> None:
    """Choose where the script of a tenant may ask, and how it behaves there.

    What is not named stays as it is. The answer holds the line for the pages of these sites.

    \b
    Examples:
      portal tenant embed lyon --cookie-domain lyon.example
      portal tenant embed lyon --site https://shop.example --site https://blog.example
      portal tenant embed lyon --signal matomo --no-reload
    """
    with writing():
        found = lifecycle.find(slug)
        now = embedding.embedding_of(found)
        embedding.embed(
            found,
            now.cookie_domain if cookie_domain is None else cookie_domain,
            sites or now.sites,
            signals or now.signals,
            reloads=now.reloads if reloads is None else reloads,
        )
        facts = _facts(found)
    say(as_json, facts, table([(key, _in_words(value)) for key, value in facts.items()]))


def _facts(tenant: Tenant) -> dict[str, Any]:
    chosen = embedding.embedding_of(tenant)
    return {
        "tenant": tenant.slug,
        "cookie_domain": chosen.cookie_domain,
        "sites": chosen.sites,
        "signals": chosen.signals,
        "reloads": chosen.reloads,
        "script": embedding.script_line(tenant),
    }


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (", ".join(value) if isinstance(value, list) else value) or "–"
