"""`portal consents …`: read the log, and let go what may no longer be kept."""

from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

import click

from portal.cli.answers import as_json, explained, name_of_command, say, table
from portal.cli.db import leave_no_copies
from portal.consent import erasing, log
from portal.consent.log import Wanted
from portal.consent.receipts import FORMATS, receipt
from portal.database import each_committed, writing
from portal.tenants.lifecycle import TenantError, find


class Moment(click.ParamType[datetime]):
    """A day or a time; without a zone it is UTC."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no time: write 2026-11-22 or 2026-11-22T14:30:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


of_tenant = click.option("--tenant", "slug", required=True, help="The tenant's slug.")
since = click.option("--since", type=Moment(), help="From this time on (UTC unless it says).")
until = click.option("--until", type=Moment(), help="Up to, not including, this time.")


@click.group()
def consents() -> None:
    """Read the log of decisions, and let go what may no longer be kept."""


@consents.command(name="list")
@of_tenant
@since
@until
@click.option(
    "--limit",
    type=click.IntRange(0, 10**9),
    default=20,
    show_default=True,
    help="How many at the most.",
)
@as_json
@explained
def list_(
    slug: str, since: datetime | None, until: datetime | None, limit: int, as_json: bool
) -> None:
    """List the newest decisions of a tenant.

    \b
    Example:
      portal consents list --tenant paris --since 2026-11-01
    """
    tenant = find(slug)
    newest = islice(log.read(tenant.id, Wanted(since, until), newest_first=True), limit)
    facts = [receipt(one, slug) for one in newest]
    rows = [
        (one["given_at"], one["decision"], " ".join(one["accepted"]), one["id"]) for one in facts
    ]
    say(as_json, facts, table([("GIVEN AT", "DECISION", "ACCEPTED", "ID"), *rows]))


@consents.command()
@of_tenant
@click.argument("record_id", type=click.UUID)
@as_json
@explained
def show(slug: str, record_id: UUID, as_json: bool) -> None:
    """Show one record.

    \b
    Example:
      portal consents show --tenant paris 019ab8f2-5a3c-7d10-8f00-5b6c7d8e9fa0
    """
    record = log.find(find(slug).id, record_id)
    if record is None:
        raise TenantError(f"tenant {slug!r} has no record {record_id}: see `portal consents list`")
    facts = receipt(record, slug)
    say(as_json, facts, table([(key, _in_words(value)) for key, value in facts.items()]))


@consents.command()
@of_tenant
@since
@until
@click.option("--consent-id", type=click.UUID, help="Only what one browser decided.")
@click.option("--format", "style", type=click.Choice(sorted(FORMATS)), default="csv")
@explained
def export(
    slug: str,
    since: datetime | None,
    until: datetime | None,
    consent_id: UUID | None,
    style: str,
) -> None:
    """Write the log to standard output, oldest first, in constant memory.

    \b
    Examples:
      portal consents export --tenant paris > paris.csv
      portal consents export --tenant paris --since 2026-11-01 --format ndjson
      portal consents export --tenant paris --consent-id 5a1f0c3e-7f0b-4c4e-9a52-0d8f6b1c2d3e
    """
    tenant = find(slug)
    for line in FORMATS[style](log.read(tenant.id, Wanted(since, until, consent_id)), slug):
        click.echo(line, nl=False)


@consents.command()
@of_tenant
@click.argument("consent_id", type=click.UUID)
@click.option("--reason", required=True, help="Why; it is kept with the erasure.")
@as_json
@explained
def erase(slug: str, consent_id: UUID, reason: str, as_json: bool) -> None:
    """Erase all that one browser decided. What is kept is that, when and why it was erased.

    \b
    Example:
      portal consents erase --tenant paris 5a1f0c3e-7f0b-4c4e-9a52-0d8f6b1c2d3e --reason "letter 12"
    """
    with writing():
        count = erasing.erase(find(slug).id, consent_id, name_of_command(), reason)
    leave_no_copies()
    say(as_json, {"erased": count}, f"{count} records erased")


@consents.command()
@as_json
@explained
def purge(as_json: bool) -> None:
    """Let go the records that every tenant has kept for long enough. Run it daily.

    Decisions go on meanwhile. What went stays gone if it is stopped; the next run takes the rest.

    \b
    Example:
      portal consents purge
    """
    purged = erasing.Purged()
    for piece in each_committed(erasing.purge(datetime.now(UTC), name_of_command())):
        purged.add(piece)
    leave_no_copies()
    rows = [f"{slug}: {count} records" for slug, count in purged.records.items()]
    words = "\n".join([*purged.partitions, *rows]) or "nothing is past its time"
    say(as_json, {"partitions": purged.partitions, "records": purged.records}, words)


def _in_words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "–"
    return "–" if value is None else str(value)
