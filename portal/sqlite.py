"""SQLite: how a connection is set up, whose turn it is to write, and that what is erased is gone.

A value that is erased is overwritten where it stands (`secure_delete`). Two other places may hold
copies of it. The journal does until it is written over; and pages of the database that were split
do, in the room that they have left, until the file is rewritten. So an erasure leaves two notes
beside the database. Whoever writes next empties the journal and takes the one away, also after a
crash in between; `compact` rewrites the file and takes the other.
"""

import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import Connection, Engine, event

from portal.private_files import FILE, new_file

TURN_TIMEOUT = 5.0  # seconds that a writer waits for SQLite's one write lock
IN_JOURNAL, IN_PAGES = "erased-in-journal", "erased-in-pages"  # notes of an erasure
PRAGMAS = (
    "busy_timeout = 5000",  # milliseconds
    "foreign_keys = ON",
    "recursive_triggers = ON",  # so that INSERT OR REPLACE meets the append-only triggers
    "secure_delete = ON",  # what is deleted is overwritten
    "synchronous = FULL",  # an acknowledged decision survives a power cut, also in WAL mode
    "wal_autocheckpoint = 4000",  # pages; 16 MB between two clean-ups of the journal
    "journal_size_limit = 67108864",
)

log = logging.getLogger(__name__)


def prepare(engine: Engine, appends: Engine) -> None:
    """Set up what connects from now on; `appends` begins and ends its transactions itself."""
    for one in (engine, appends):
        event.listen(one, "do_connect", _make_private)
        event.listen(one, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def _make_private(_dialect: object, _record: object, places: list[Any], _options: object) -> None:
    """SQLite itself would let the umask say who may read a new database, journal included."""
    with suppress(OSError):  # SQLite says what is wrong with the place
        os.close(new_file(Path(places[0])))


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction of its own; `_begin` does
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """Queue for the one write lock: the kernel wakes the next process at once.

    SQLite itself would sleep and try again, and who sleeps longest goes hungry.
    Raises TimeoutError.
    """
    file = os.open(_beside(engine, "turn"), os.O_RDWR | os.O_CREAT, FILE)
    try:
        _lock(file)
        yield
        empty_journal(engine)
    finally:
        os.close(file)


def _lock(file: int) -> None:
    """Wait for the lock in the kernel's queue; raises TimeoutError after TURN_TIMEOUT.

    A wait in the queue cannot be given a limit, so a thread does it and may be left behind: the
    file is closed by then, and the lock goes with it as soon as the thread gets it.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        queue = Thread(target=fcntl.flock, args=(file, fcntl.LOCK_EX), daemon=True)
        queue.start()
        queue.join(TURN_TIMEOUT)
        if queue.is_alive():
            raise TimeoutError("another process has been writing for too long") from None


def note_erasure(engine: Engine) -> None:
    """Before an erasure is committed: copies of what it erases are to go. Raises OSError."""
    for note in (IN_JOURNAL, IN_PAGES):
        with suppress(FileExistsError):
            os.close(new_file(_beside(engine, note)))


def has_copies(engine: Engine, where: str) -> bool:
    """Whether there may still be copies of what was erased, IN_JOURNAL or IN_PAGES."""
    return _beside(engine, where).exists()


def empty_journal(engine: Engine) -> None:
    """After an erasure, once nobody reads what was before it; else it is left to the next writer.

    The caller holds the turn to write, and no transaction of its own.
    """
    try:
        if has_copies(engine, IN_JOURNAL) and _is_emptied(engine):
            _beside(engine, IN_JOURNAL).unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as reason:  # what was committed stays so
        log.warning("the journal still holds what was erased: %s", reason)


def _is_emptied(engine: Engine) -> bool:
    """Whether the journal could be emptied at once, without waiting for readers."""
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            [busy, *_] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA {PRAGMAS[0]}")
            cursor.close()
    return not busy


def compact(engine: Engine) -> None:
    """Rewrite the database without the room that its pages have left.

    It takes a second for some 100 MB, in which nobody else can write, and as much room on the disk
    again. The caller holds the turn to write. Raises sqlite3.Error, OSError.
    """
    note_erasure(engine)
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        cursor.close()
    _beside(engine, IN_PAGES).unlink(missing_ok=True)


def _beside(engine: Engine, what: str) -> Path:
    return Path(f"{engine.url.database}-{what}")
