"""What is no backup, or is not as it was written, changes nothing."""

import json
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.backup.archives import BadBackup, reading_from
from tests.backup.places import backed_up, furnish, is_empty, new_place, place
from tests.cli.terminal import complaint


@pytest.fixture(scope="module")
def source(sqlite_template, tmp_path_factory):
    """An installation, and its backup."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "portal.sqlite3").write_bytes(sqlite_template.read_bytes())
    with place({"PORTAL_DATA": str(folder)}) as app:
        furnish(app)
        yield app, backed_up(app, folder)


@pytest.fixture(scope="module")
def good(source) -> Path:
    return source[1]


def read(file: Path) -> dict[str, list]:
    """All rows, if it is taken for a backup; raises BadBackup."""
    with reading_from(file) as reader:
        return {one.name: list(reader.rows(one)) for one in reader.manifest.tables}


def rewritten(good: Path, file: Path, change) -> Path:
    """A copy in which a function changed the parts: `{name: bytes}`."""
    with ZipFile(good) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def in_manifest(change):
    def apply(parts):
        manifest = json.loads(parts["manifest.json"])
        change(manifest)
        parts["manifest.json"] = json.dumps(manifest).encode()

    return apply


@given(data=st.data())
def test_a_damaged_byte_is_found_or_means_nothing(good, tmp_path_factory, data):
    content = bytearray(good.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    file = tmp_path_factory.getbasetemp() / "damaged"
    file.write_bytes(content)
    try:
        found = read(file)
    except BadBackup:
        return
    assert found == read(good)


@given(data=st.data())
def test_what_was_cut_off_is_no_backup(good, tmp_path_factory, data):
    content = good.read_bytes()
    file = tmp_path_factory.getbasetemp() / "cut"
    file.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(BadBackup):
        read(file)


CHANGES = {
    "a row less": lambda parts: parts.update(
        {"tables/people.ndjson": parts["tables/people.ndjson"].split(b"\n", 1)[1]}
    ),
    "another row": lambda parts: parts.update(
        {"tables/people.ndjson": parts["tables/people.ndjson"].replace(b"owner@", b"thief@")}
    ),
    "a table less": lambda parts: parts.pop("tables/people.ndjson"),
    "a table more": lambda parts: parts.update({"tables/extra.ndjson": b"[]\n"}),
    "no manifest": lambda parts: parts.pop("manifest.json"),
    "another manifest": lambda parts: parts.update({"manifest.json": b"{}"}),
    "a manifest that is no JSON": lambda parts: parts.update({"manifest.json": b"PK"}),
    "another format": in_manifest(lambda one: one.update(format="something else")),
    "no tables": in_manifest(lambda one: one.update(tables=[])),
    "a table twice": in_manifest(lambda one: one["tables"].append(one["tables"][0])),
    "a number of rows": in_manifest(lambda one: one["tables"][0].update(rows=9)),
    "an unknown kind": in_manifest(lambda one: one["tables"][0]["columns"][0].__setitem__(1, "x")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_file_that_is_not_as_it_was_written_is_refused_before_anything(good, tmp_path, change):
    file = rewritten(good, tmp_path / "changed", change)
    with new_place(tmp_path / "new") as app:
        assert "no whole backup" in complaint(app, "restore", str(file))
        assert "no whole backup" in complaint(app, "restore", str(file), "--verify")
        assert is_empty(app)


@pytest.mark.parametrize("content", [b"", b"PK", b"SQLite format 3\0", b"-- PostgreSQL database"])
def test_a_foreign_file_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with new_place(tmp_path / "new") as app:
        assert "no whole backup" in complaint(app, "restore", str(tmp_path / "file"))
        assert "no whole backup" in complaint(app, "restore", str(tmp_path / "missing"))


def test_a_backup_of_a_newer_release_is_refused_with_its_number(good, tmp_path):
    newer = in_manifest(lambda one: one.update(revision="9999", product="99.0"))
    file = rewritten(good, tmp_path / "newer", newer)
    with new_place(tmp_path / "new") as app:
        assert "made by release 99.0" in complaint(app, "restore", str(file))
        assert is_empty(app)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["tables"][-1].update(name="alembic_version"),
        lambda one: one["tables"][0]["columns"][0].__setitem__(0, "surprise"),
    ],
    ids=["another table", "another column"],
)
def test_tables_that_its_revision_does_not_have_are_refused(good, tmp_path, change):
    def apply(parts):
        manifest = json.loads(parts["manifest.json"])
        old = [f"tables/{one['name']}.ndjson" for one in manifest["tables"]]
        change(manifest)
        new = [f"tables/{one['name']}.ndjson" for one in manifest["tables"]]
        contents = [parts.pop(name) for name in old]
        del parts["manifest.json"]
        parts.update(zip(new, contents, strict=True))
        parts["manifest.json"] = json.dumps(manifest).encode()

    file = rewritten(good, tmp_path / "changed", apply)
    with new_place(tmp_path / "new") as app:
        assert "of its revision" in complaint(app, "restore", str(file))
        assert is_empty(app)
