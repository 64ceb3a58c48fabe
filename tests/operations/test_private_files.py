"""What the product writes is for nobody else on the machine, whatever the umask says."""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.cli.db import bring_up_to_date
from portal.private_files import narrow
from portal.settings import BadSetting, Settings
from tests import make
from tests.client import Visitor
from tests.conftest import running
from tests.operations.scraping import read


@pytest.fixture(params=[0o000, 0o022, 0o077])
def _umask(request) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    found = {"": stat.S_IMODE(folder.stat().st_mode)}
    for one in folder.rglob("*"):
        found[str(one.relative_to(folder))] = stat.S_IMODE(one.lstat().st_mode)
    return found


def private(folder: Path) -> dict[str, int]:
    """As it should be."""
    return {name: 0o700 if (folder / name).is_dir() else 0o600 for name in modes(folder)}


@pytest.mark.usefixtures("_umask")
def test_everything_in_a_new_data_folder_is_private(tmp_path):
    folder = tmp_path / "above" / "data"
    with contextmanager(running)({"PORTAL_DATA": str(folder)}) as app:
        with app.app_context():
            bring_up_to_date()
        make.tenant(app)
        assert Visitor(app).decide().status_code == 201
        assert read(app)
        names = {one.partition("/")[0] for one in modes(folder)}
        files = {"portal.sqlite3", "portal.sqlite3-wal", "portal.sqlite3-shm"}
        assert names == files | {"", "portal.sqlite3-turn", "secret", "counts"}
        assert modes(folder) == private(folder)


def test_what_an_earlier_release_left_open_is_narrowed_and_said_in_one_line(
    lone_app, tmp_path, caplog
):
    make.tenant(lone_app)
    read(lone_app)
    for one in (tmp_path, *tmp_path.rglob("*")):
        one.chmod(0o777 if one.is_dir() else 0o666)
    narrow(tmp_path)
    assert modes(tmp_path) == private(tmp_path)
    [line] = caplog.messages
    assert "portal.sqlite3," in line
    narrow(tmp_path)
    assert len(caplog.messages) == 1


def test_a_folder_that_others_use_too_stays_as_it_is_which_is_told(tmp_path, caplog):
    tmp_path.chmod(0o777)
    for name in ("secret", "somebody-elses"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o666)
    caplog.set_level(logging.WARNING)
    narrow(tmp_path)
    assert modes(tmp_path) == {"": 0o777, "secret": 0o600, "somebody-elses": 0o666}
    assert ["cannot any more: secret" in caplog.messages[0], "chmod 700" in caplog.messages[1]] == [
        True,
        True,
    ]


def test_a_link_is_not_followed(tmp_path, caplog):
    outside = tmp_path / "outside"
    outside.touch(0o644)
    folder = tmp_path / "data"
    folder.mkdir(0o700)
    (folder / "secret").symlink_to(outside)
    narrow(folder)
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    assert caplog.messages == []


def test_a_secret_is_never_an_empty_one(tmp_path):
    settings = Settings.read({"PORTAL_DATA": str(tmp_path)})
    (tmp_path / "secret").touch()
    with pytest.raises(BadSetting, match="remove it"):
        settings.signing_secret()
    (tmp_path / "secret").unlink()
    assert len(settings.signing_secret()) == 64
    assert settings.signing_secret() == settings.signing_secret()
    assert [one.name for one in tmp_path.iterdir()] == ["secret"]
