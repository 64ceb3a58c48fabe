"""The file: a ZIP archive with one list of rows a table and, written last, a manifest.

A list holds one JSON array a line, in the order of the columns that the manifest names. Both are
written and read as a stream. The manifest holds how many rows each list has and its SHA-256, so a
file that is not whole, or not as it was written, is found before anything is made of it.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile

from pydantic import BaseModel, ConfigDict

from portal.backup.kinds import READ, WRITTEN, Kind, converted, converters

MANIFEST = "manifest.json"
LARGEST_MANIFEST = 1024 * 1024  # bytes
COMPRESSION = 3  # of 9: half the time of the usual 6 for a tenth more
PRIVATE = 0o600

Rows = Iterator[list[Any]]
Progress = Callable[[str], object]


class BackupError(Exception):
    """A backup cannot be made or restored; the message says why and what to do."""


class BadBackup(BackupError):
    """The file is no backup, or is not as it was written."""


class Listed(BaseModel):
    """One table; `columns` are names with what they hold."""

    model_config = ConfigDict(extra="forbid")

    name: str
    columns: list[tuple[str, Kind]]
    rows: int
    sha256: str

    @property
    def kinds(self) -> list[Kind]:
        return [kind for _, kind in self.columns]


class Manifest(BaseModel):
    """`secret` tells one secret from another and nothing of it; `oldest` is a record's id."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["consent portal backup 1"] = "consent portal backup 1"
    product: str
    revision: str
    database: str
    made_at: datetime
    secret: str
    oldest: str | None
    tables: list[Listed] = []

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.tables)


class Writer:
    """Adds tables to an archive."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._tables: list[Listed] = []

    def add(self, name: str, columns: list[tuple[str, Kind]], rows: Iterable[list[Any]]) -> None:
        """Write a table's rows as they come."""
        count, digest = 0, sha256()
        needed = converters([kind for _, kind in columns], WRITTEN)
        with self._archive.open(_entry(name), "w", force_zip64=True) as out:
            for row in rows:
                line = json.dumps(converted(row, needed), separators=(",", ":")).encode() + b"\n"
                digest.update(line)
                out.write(line)
                count += 1
        listed = Listed(name=name, columns=columns, rows=count, sha256=digest.hexdigest())
        self._tables.append(listed)

    def finish(self, manifest: Manifest) -> Manifest:
        """Write the manifest, which makes the file whole."""
        whole = manifest.model_copy(update={"tables": self._tables})
        self._archive.writestr(MANIFEST, whole.model_dump_json(indent=1))
        return whole


@contextmanager
def writing_to(file: Path) -> Iterator[Writer]:
    """A new file, readable by its owner alone, that is there once it is whole.

    Raises BackupError where there is one already, or it cannot be written.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        if file.exists():
            raise BackupError(f"{file} is there already: choose another name")
        with _only_while_written(part) as raw:
            with ZipFile(raw, "w", ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
                yield Writer(archive)
            raw.flush()
            os.fsync(raw.fileno())
            part.rename(file)
        _sync(file.parent)
    except OSError as reason:
        raise BackupError(f"{file} cannot be written: {reason.strerror or reason}") from reason


@contextmanager
def _only_while_written(part: Path) -> Iterator[IO[bytes]]:
    """A new file that is gone in the end, unless it has another name by then."""
    part.unlink(missing_ok=True)  # of a backup that was stopped
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "wb") as raw:
        try:
            yield raw
        finally:
            part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """The new name is on the disk too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class Reader:
    """A file whose every row has been looked at, and which is as it was written."""

    def __init__(self, archive: ZipFile, manifest: Manifest) -> None:
        self._archive, self.manifest = archive, manifest

    def rows(self, table: Listed) -> Rows:
        needed = converters(table.kinds, READ)
        return (converted(row, needed) for row in self._lines(table))

    def check(self) -> None:
        """Read all of it; raises BadBackup."""
        for table in self.manifest.tables:
            for row in self.rows(table):
                if len(row) != len(table.columns):
                    raise BadBackup(f"a row of {table.name} is not as long as the others")

    def _lines(self, table: Listed) -> Rows:
        count, digest = 0, sha256()
        with self._archive.open(_entry(table.name)) as source:
            for line in source:
                digest.update(line)
                count += 1
                yield json.loads(line)
        if (count, digest.hexdigest()) != (table.rows, table.sha256):
            raise BadBackup(f"the rows of {table.name} are not those that were written")


@contextmanager
def reading_from(file: Path) -> Iterator[Reader]:
    """A backup that is whole and as it was written; raises BadBackup."""
    with _told_as_bad(file):
        archive = ZipFile(file)
    with archive:
        with _told_as_bad(file):
            reader = Reader(archive, _manifest(archive))
            reader.check()
        yield reader


def _manifest(archive: ZipFile) -> Manifest:
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise BadBackup("its manifest is larger than any")
    manifest = Manifest.model_validate_json(archive.read(MANIFEST))
    wanted = [*(_entry(one.name) for one in manifest.tables), MANIFEST]
    if archive.namelist() != wanted:
        raise BadBackup("it does not hold the tables that it names")
    return manifest


@contextmanager
def _told_as_bad(file: Path) -> Iterator[None]:
    try:
        yield
    except Exception as reason:  # a damaged file makes its reader stumble in many ways
        why = str(reason).partition("\n")[0]
        raise BadBackup(f"{file} is no whole backup of a consent portal: {why}") from reason


def _entry(table: str) -> str:
    return f"tables/{table}.ndjson"
