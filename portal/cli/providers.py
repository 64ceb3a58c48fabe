"""`portal cookies providers …`: the providers that every tenant can add with one click."""

import json
from typing import Any, BinaryIO

import click

from portal.cli.answers import as_json, explained, say, table
from portal.cookies.known import keeping
from portal.cookies.known.catalogue import find, known
from portal.cookies.known.entries import KINDS, Known, KnownCookie
from portal.cookies.known.reading import read
from portal.cookies.texts import lifetime_in_words
from portal.database import writing
from portal.languages import SOURCE


@click.group()
def providers() -> None:
    """Keep the providers that every tenant can add, beside those that come with the portal."""


@providers.command(name="list")
@click.option("--kind", type=click.Choice(KINDS), help="Only those of one kind.")
@as_json
@explained
def list_(kind: str | None, as_json: bool) -> None:
    """List the providers that tenants can add.

    \b
    Examples:
      portal cookies providers list
      portal cookies providers list --kind maps --json
    """
    found = known(kind)
    rows = [(one.key, one.kind, str(len(one.cookies)), _keeper(one), one.name) for one in found]
    header = ("KEY", "KIND", "COOKIES", "KEPT BY", "NAME")
    say(as_json, [_facts(one) for one in found], table([header, *rows]))


@providers.command()
@click.argument("key")
@as_json
@explained
def show(key: str, as_json: bool) -> None:
    """Show a provider and the cookies that a tenant would get.

    \b
    Example:
      portal cookies providers show matomo
    """
    found = find(key)
    about = [
        ("key", found.key),
        ("name", found.name),
        ("kind", found.kind),
        ("privacy_url", found.privacy_url or "–"),
        ("kept by", _keeper(found)),
    ]
    header = ("COOKIE", "DOMAIN", "CATEGORY", "LIFETIME", "PURPOSE")
    cookies = [header, *map(_row, found.cookies)] if found.cookies else [("It sets no cookies.",)]
    say(as_json, _facts(found), f"{table(about)}\n\n{table(cookies)}")


@providers.command(name="import")
@click.argument("file", type=click.File("rb"))
@as_json
@explained
def import_(file: BinaryIO, as_json: bool) -> None:
    """Add or replace providers from a JSON file, which `export` shows the form of.

    Nothing is written unless everything in the file is right. A provider with the key of one that
    comes with the portal replaces it. Tenants keep the copies that they have.

    \b
    Examples:
      portal cookies providers import providers.json
      portal cookies providers export matomo | portal cookies providers import -
    """
    entries = read(file.read())
    with writing():
        kept = keeping.keep(entries)
    facts = {"added": kept.added, "replaced": kept.replaced, "unchanged": kept.unchanged}
    words = "\n".join(f"{what}: {', '.join(keys) or '–'}" for what, keys in facts.items())
    say(as_json, facts, words)


@providers.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@explained
def export(keys: tuple[str, ...]) -> None:
    """Write providers to standard output as JSON: those named, or all of your own.

    \b
    Examples:
      portal cookies providers export > providers.json
      portal cookies providers export matomo hotjar
    """
    chosen = map(find, keys) if keys else (one for one in known() if one.own)
    click.echo(json.dumps([one.values() for one in chosen], ensure_ascii=False, indent=2))


@providers.command()
@click.argument("key")
@as_json
@explained
def remove(key: str, as_json: bool) -> None:
    """Forget a provider of your own. Tenants keep the copies that they have.

    \b
    Example:
      portal cookies providers remove city-badge
    """
    with writing():
        instead = keeping.remove(key)
    words = f"{key} is removed" + ("; the one that comes with the portal is back" * bool(instead))
    say(as_json, {"removed": key, "shipped": bool(instead)}, words)


def _keeper(one: Known) -> str:
    return "you" if one.own else "the portal"


def _facts(one: Known) -> dict[str, Any]:
    return {**one.values(), "own": one.own}


def _row(one: KnownCookie) -> tuple[str, ...]:
    lifetime = lifetime_in_words(one.lifetime_count, one.lifetime_unit, SOURCE) or "session"
    purpose = one.purpose.get(SOURCE) or next(iter(one.purpose.values()))
    return one.name, one.domain or "–", one.category, lifetime, purpose
