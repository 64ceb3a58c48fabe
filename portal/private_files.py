"""Files that nobody else on the machine may read, whatever the umask says.

What the product writes holds decisions, accounts and secrets: its files have mode 0600, its folders
0700. What an earlier release made wider is narrowed when a server starts.
"""

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

FILE, FOLDER = 0o600, 0o700  # modes
NEW = os.O_CREAT | os.O_EXCL | os.O_RDWR
DATABASE = "portal.sqlite3"
OURS = ("secret", "demo-password", "counts")  # beside the database
MADE_BY_MAKE = frozenset({"cache", "pycache", "venv"})

log = logging.getLogger(__name__)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, if it is missing; raises OSError."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(FOLDER, exist_ok=True)


def new_file(file: Path) -> int:
    """A descriptor of a new file; raises FileExistsError, OSError."""
    return os.open(file, NEW, FILE)


def narrow(data: Path) -> None:
    """Take from all others what they may do with the files of the data folder, and say so.

    A folder that holds things of others stays as it is, which is told: it may be shared on purpose.
    """
    wide = [one for one in _of_ours(data) if _narrowed(one)]
    if wide:
        names = ", ".join(sorted(one.name for one in wide))
        log.warning("others on this machine could read these, and cannot any more: %s", names)
    if _is_wide(data) and not (_holds_ours_alone(data) and _narrowed(data)):
        log.warning(
            "others on this machine may enter the data folder: "
            "choose one for the portal alone, or run chmod 700 on it"
        )


def _of_ours(data: Path) -> Iterator[Path]:
    for entry in data.glob("*"):
        if _is_ours(entry):
            yield entry
            yield from entry.glob("*") if entry.is_dir() and not entry.is_symlink() else ()


def _is_ours(entry: Path) -> bool:
    return entry.name in OURS or entry.name.startswith(DATABASE)


def _holds_ours_alone(data: Path) -> bool:
    """Whether nobody else has anything in the folder."""
    return all(_is_ours(one) or one.name in MADE_BY_MAKE for one in data.iterdir())


def _is_wide(path: Path) -> bool:
    mode = path.lstat().st_mode if path.exists() else 0
    return not stat.S_ISLNK(mode) and bool(mode & 0o077)


def _narrowed(path: Path) -> bool:
    """Whether it was wide and is not any more; a link, and what belongs to others, stays."""
    if not _is_wide(path):
        return False
    try:
        path.chmod(FOLDER if path.is_dir() else FILE)
    except OSError as reason:
        log.warning("others on this machine may read %s: %s", path.name, reason.strerror)
        return False
    return True
