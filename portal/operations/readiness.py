"""Can this server serve? The database answers, is migrated, and has room for this month's log."""

from concurrent.futures import Future
from threading import Lock, Thread
from time import monotonic

from flask import Flask, current_app
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from portal.consent.partitions import has_this_month
from portal.consent.recording import recorder
from portal.database import db
from portal.migrations import newest_revisions, revisions

PATIENCE = 2.0  # seconds that the database has to answer
KEPT = 1.0  # seconds that an answer counts, so that asking often costs nothing

Missing = dict[str, str]  # what is not as it should be, and why

NO_ANSWER = {"database": "The database does not answer."}


class Readiness:
    """One look at a time, in a thread of its own: a database that hangs holds nobody else."""

    def __init__(self, app: Flask) -> None:
        self._app, self._lock = app, Lock()
        self._found: Future[Missing] = Future()
        self._begun = -PATIENCE - KEPT
        self._found.set_result(NO_ANSWER)

    def missing(self) -> Missing:
        """What keeps this server from serving; empty if it is ready."""
        found, begun = self._look()
        try:
            return found.result(max(0.0, begun + PATIENCE - monotonic()))
        except (SQLAlchemyError, OSError):  # also TimeoutError
            return NO_ANSWER

    def _look(self) -> tuple[Future[Missing], float]:
        with self._lock:
            if self._found.done() and monotonic() > self._begun + KEPT:
                self._found, self._begun = Future(), monotonic()
                Thread(target=self._ask, args=(self._found,), daemon=True).start()
            return self._found, self._begun

    def _ask(self, found: Future[Missing]) -> None:
        try:
            with self._app.app_context(), db.engine.connect() as connection:
                missing = _missing(connection)
            found.set_result(missing)
        except Exception as reason:  # noqa: BLE001  told to whoever waits for the answer
            found.set_exception(reason)


def _missing(connection: Connection) -> Missing:
    there, wanted = revisions(connection), newest_revisions()
    if there != wanted:
        return {
            "migrations": f"The database is at {_listed(there)}, this release needs "
            f"{_listed(wanted)}: run `portal db upgrade`."
        }
    if not has_this_month(connection):
        return {"log": "There is no partition for this month: run `portal db partitions`."}
    if recorder().fails:
        return {"log": "The last decision could not be stored: the log of this server says why."}
    return {}


def _listed(revisions: tuple[str, ...]) -> str:
    return ", ".join(sorted(revisions)) or "nothing"


def readiness() -> Readiness:
    found: Readiness = current_app.extensions["portal.readiness"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.readiness"] = Readiness(app)
