"""`portal cookies …`: the declared cookies of a tenant, and the providers known to all."""

from collections.abc import Iterable
from typing import Any, BinaryIO

import click

from portal.cli.answers import as_json, explained, say, table
from portal.cookies.exchange.exporting import as_csv
from portal.cookies.exchange.exporting import as_json as written_as_json
from portal.cookies.exchange.files import LARGEST, Row
from portal.cookies.exchange.importing import ListChanged, RowsWrong, import_rows
from portal.cookies.exchange.planning import plan
from portal.cookies.exchange.plans import Plan, PlannedCookie, Status
from portal.cookies.exchange.reading import rows_of
from portal.cookies.findings import wrong
from portal.database import writing
from portal.tenants.lifecycle import find

SEPARATORS = {"comma": ",", "semicolon": ";"}
SHOWN = 3  # reasons in the one line of an error

of_tenant = click.option("--tenant", "slug", required=True, help="The tenant's slug.")


@click.group()
def cookies() -> None:
    """Move a tenant's cookie list in and out, and keep the providers that all tenants know."""


@cookies.command()
@of_tenant
@click.option("--format", "style", type=click.Choice(["csv", "json"]), default="csv")
@click.option("--separator", type=click.Choice(sorted(SEPARATORS)), default="comma")
@click.option("--bom", is_flag=True, help="Begin the CSV with a byte order mark, for spreadsheets.")
@click.option(
    "--output",
    type=click.File("wb", lazy=True),
    default="-",
    help="The file to write. Default: standard output.",
)
@explained
def export(slug: str, style: str, separator: str, bom: bool, output: BinaryIO) -> None:
    """Write the draft of a tenant's cookie list.

    Cells that a spreadsheet would run as formulas get an apostrophe before them, which an import
    takes away again.

    \b
    Examples:
      portal cookies export --tenant paris --output paris.csv
      portal cookies export --tenant paris --separator semicolon --bom > paris.csv
      portal cookies export --tenant paris --format json
    """
    tenant = find(slug)
    if style == "json":
        text = written_as_json(tenant)
    else:
        text = as_csv(tenant, SEPARATORS[separator], marked=bom)
    output.write(text.encode())


@cookies.command(name="import")
@click.argument("file", type=click.File("rb"))
@of_tenant
@click.option("--dry-run", is_flag=True, help="Only show what an import would do.")
@click.option("--skip-wrong", is_flag=True, help="Leave wrong rows out and import the others.")
@as_json
@explained
def import_(file: BinaryIO, slug: str, dry_run: bool, skip_wrong: bool, as_json: bool) -> None:
    """Add and change cookies of a tenant's draft from a CSV or JSON file, such as an export.

    A row is about the cookie of its name, domain and path. What the file does not name stays.
    Nothing is written if a row is wrong, unless wrong rows are to be skipped. Publish to show it.

    \b
    Examples:
      portal cookies import paris.csv --tenant paris --dry-run
      portal cookies import paris.csv --tenant paris --skip-wrong
    """
    rows = rows_of(file.read(LARGEST + 1))
    done = plan(find(slug), rows) if dry_run else _imported(slug, rows, skip_wrong=skip_wrong)
    facts = {"tenant": slug, "written": not dry_run, **_facts(done)}
    say(as_json, facts, _in_words(slug, done, dry_run))


def _imported(slug: str, rows: Iterable[Row], *, skip_wrong: bool) -> Plan:
    try:
        with writing():
            return import_rows(find(slug), rows, skip_wrong=skip_wrong)
    except RowsWrong as reason:
        reasons = _reasons(reason.plan)
        shown = "; ".join([*reasons[:SHOWN], "…"] if len(reasons) > SHOWN else reasons)
        raise click.ClickException(
            f"nothing is imported, because of {shown}: mend the file, or add --skip-wrong; "
            "--dry-run shows all"
        ) from reason
    except ListChanged as reason:
        raise click.ClickException(
            "somebody changed the list meanwhile, so nothing is imported: try again"
        ) from reason


def _reasons(plan: Plan) -> list[str]:
    return [f"line {row.line}, {_printable(_what(row))}" for row in plan.those(Status.WRONG)]


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "counts": plan.counts,
        "cookies": plan.cookies_as_facts(),
        "providers": plan.providers_as_facts(),
    }


def _in_words(slug: str, plan: Plan, dry_run: bool) -> str:
    rows = [
        (str(one.line), one.status.value, str(one.values["name"]), _what(one))
        for one in plan.cookies
        if one.status != Status.UNCHANGED
    ]
    rows += [("", one.status.value, one.key, "provider") for one in plan.providers]
    counted = ", ".join(f"{number} {status}" for status, number in plan.counts.items())
    advice = "nothing is written yet" if dry_run else f"publish with: portal tenant publish {slug}"
    summary = f"{counted}; {advice}"
    if not rows:
        return summary
    header = ("LINE", "ROW", "NAME", "WHAT")
    return table([header, *(tuple(map(_printable, row)) for row in rows)]) + f"\n{summary}"


def _printable(text: str) -> str:
    """On one line, and without signs that a terminal obeys."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _what(row: PlannedCookie) -> str:
    """The reasons why a row is wrong, or what changes."""
    if row.status == Status.WRONG:
        found = [(one.field, one.message % one.values) for one in wrong(row.findings)]
        return " ".join(f"{field}: {text}" if field else text for field, text in found)
    if row.status == Status.CHANGED:
        return ", ".join(f"{one.field}: {one.before} → {one.after}" for one in row.changes)
    return f"{row.values['category']}, {row.values['provider']}"
