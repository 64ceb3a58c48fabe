"""A process keeps its row of numbers in a mapped file, which the processes beside it can read.

Counting asks nothing of the system then, and what a process counted outlives it.
"""

import fcntl
import mmap
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from portal.private_files import make_folder
from portal.private_files import new_file as new_private_file

CELL = 8  # bytes


def new_file(folder: Path, layout: str) -> Path:
    """Where this process may keep its row."""
    return folder / f"{os.getpid()}-{secrets.token_hex(4)}.{layout}"


def shared(file: Path, length: int) -> "memoryview[int]":
    """A row of zeros in a new file, which stays locked for as long as this process has the row."""
    make_folder(file.parent)
    descriptor = new_private_file(file)
    try:
        os.posix_fallocate(descriptor, 0, length * CELL)  # no holes: a full disk says so now
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        mapped = mmap.mmap(descriptor, length * CELL)  # holds the file open, and so the lock
    except OSError:
        file.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    return memoryview(mapped).cast("q")


def private(length: int) -> "memoryview[int]":
    """A row of zeros that no other process sees."""
    return memoryview(bytearray(length * CELL)).cast("q")


def others(
    folder: Path, layout: str, own: Path, length: int
) -> Iterator[tuple[Sequence[int], bool]]:
    """The rows of all other processes, and whether each of them still runs."""
    for file in folder.glob(f"*.{layout}"):
        row = _read(file)
        if file != own and len(row) == length:
            yield row, _is_running(file)


def forget_ended(folder: Path) -> None:
    """Remove the rows of processes that ended."""
    for file in folder.glob("*"):
        if not _is_running(file):
            file.unlink(missing_ok=True)


def _read(file: Path) -> Sequence[int]:
    try:
        return memoryview(file.read_bytes()).cast("q")
    except (FileNotFoundError, TypeError):  # removed meanwhile, or not yet as long as it will be
        return ()


def _is_running(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
