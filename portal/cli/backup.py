"""`portal backup` and `portal restore`: all that the database holds, in one file."""

from pathlib import Path
from typing import Any

import click

from portal.backup import saving
from portal.backup.archives import Manifest, reading_from
from portal.backup.restoring import restore as restore_rows
from portal.cli.answers import as_json, explained, say
from portal.cli.db import bring_up_to_date

NOT_IN_IT = (
    "Not in it, keep them too and elsewhere: the secret (PORTAL_SECRET, or the file `secret` in "
    "the data folder), without which authenticator apps no longer match, and the settings."
)
RESTORED = (
    "restored; on PostgreSQL, run `portal db roles` before servers use it in a role of theirs"
)
DIFFERENT = (
    "The secret here is another one than where the backup was made: members sign in anew, and "
    "those with an authenticator app need a recovery code. Bring the old secret if you have it."
)


def _named(_context: click.Context, _parameter: click.Parameter, file: Path) -> Path:
    if not file.name:
        raise click.BadParameter("a file needs a name")
    return file


a_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path), callback=_named)


@click.command()
@a_file
@as_json
@explained
def backup(file: Path, as_json: bool) -> None:
    """Write all that the database holds into a new file, while the portals go on.

    Every decision that was acknowledged before is in it. It restores on SQLite and on PostgreSQL,
    whatever it was made on. It holds what people decided and hashes of passwords: only you may
    read the file, so let nobody else read its copies either.

    \b
    Examples:
      portal backup portal.backup
      portal backup "/backups/portal-$(date +%F).backup"
    """
    manifest = saving.save(file)
    words = f"{file}: {_summary(manifest)}\n{NOT_IN_IT}"
    say(as_json, _facts(manifest) | {"file": str(file)}, words)


@click.command()
@a_file
@click.option("--verify", is_flag=True, help="Only look whether the file is whole.")
@as_json
@explained
def restore(file: Path, verify: bool, as_json: bool) -> None:
    """Restore a backup into an empty database, then bring it up to date with this release.

    The whole file is checked before anything is written. Where there are rows already, nothing is
    done.

    \b
    Examples:
      portal restore portal.backup --verify
      DATABASE_URL=postgresql://portal@db/portal portal restore portal.backup
    """
    with reading_from(file) as reader:
        facts, words = _facts(reader.manifest), [f"{file}: {_summary(reader.manifest)}"]
        if not verify:
            same = restore_rows(reader).same_secret
            facts |= {"same_secret": same}
            words += [RESTORED, *([] if same else [DIFFERENT])]
    if not verify:
        bring_up_to_date()
    say(as_json, facts, "\n".join(words))


def _facts(manifest: Manifest) -> dict[str, Any]:
    rows = {one.name: one.rows for one in manifest.tables}
    return manifest.model_dump(mode="json", exclude={"tables", "format", "oldest"}) | {"rows": rows}


def _summary(manifest: Manifest) -> str:
    made = f"made {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC by release {manifest.product}"
    return f"{manifest.rows} rows of {len(manifest.tables)} tables, {made} on {manifest.database}"
