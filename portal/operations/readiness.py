"""Can this server serve? The database answers, is migrated, and shows pages the tenants they need.

What is not as it should be and keeps nobody from serving is a warning.
"""

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic

from flask import Flask, current_app
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from portal.consent.partitions import has_this_month
from portal.consent.recording import recorder
from portal.counting.counts import counts
from portal.counting.metrics import Gauge
from portal.database import house
from portal.migrations import is_older, newest_revisions, revisions
from portal.privileges import too_much
from portal.tenants.models import Hostname, Tenant

PATIENCE = 2.0  # seconds that the database has to answer
KEPT = 1.0  # seconds that an answer counts, so that asking often costs nothing
_ANY = select(Hostname.tenant_id).join(Tenant).limit(1)

MIGRATIONS, ROLE, LOG = "migrations", "role", "log"
WARNINGS = Gauge(
    "portal_database_warnings",
    "Processes that found something wrong with the database which keeps nobody from serving",
    what=(MIGRATIONS, ROLE, LOG),
)

Reasons = dict[str, str]  # what is not as it should be, and why


@dataclass(frozen=True, slots=True)
class Report:
    """`missing` keeps this server from serving; `warnings` do not."""

    missing: Reasons = field(default_factory=dict)
    warnings: Reasons = field(default_factory=dict)


NO_ANSWER = Report({"database": "The database does not answer."})


class Readiness:
    """One look at a time, in a thread of its own: a database that hangs holds nobody else."""

    def __init__(self, app: Flask) -> None:
        self._app, self._lock = app, Lock()
        self._found: Future[Report] = Future()
        self._begun = -PATIENCE - KEPT
        self._found.set_result(NO_ANSWER)

    def report(self) -> Report:
        """How this server and its database are, as of a moment ago."""
        found, begun = self._look()
        try:
            return found.result(max(0.0, begun + PATIENCE - monotonic()))
        except (SQLAlchemyError, OSError):  # also TimeoutError
            return NO_ANSWER

    def _look(self) -> tuple[Future[Report], float]:
        with self._lock:
            if self._found.done() and monotonic() > self._begun + KEPT:
                self._found, self._begun = Future(), monotonic()
                Thread(target=self._ask, args=(self._found,), daemon=True).start()
            return self._found, self._begun

    def _ask(self, found: Future[Report]) -> None:
        try:
            with self._app.app_context(), house().connect() as connection:
                report = _report(connection)
                _count(report)
            found.set_result(report)
        except Exception as reason:  # noqa: BLE001  told to whoever waits for the answer
            found.set_exception(reason)


def _report(connection: Connection) -> Report:
    """On a connection as pages use it to find a tenant."""
    there, wanted = revisions(connection), newest_revisions()
    if is_older(there):
        reason = (
            f"The database is at {_listed(there)}, this release needs {_listed(wanted)}: "
            "run `portal db upgrade`."
        )
        return Report({MIGRATIONS: reason})
    if _hides_tenants(connection):
        return Report({"tenants": "There are tenants, and the database shows this server none."})
    if recorder().fails:
        reason = "The last decision could not be stored: the log of this server says why."
        return Report({"log": reason})
    return Report(warnings=_warnings(connection, there))


def _hides_tenants(connection: Connection) -> bool:
    """Whether there are hostnames that pages cannot see: then each of them would be a 404."""
    if connection.dialect.name != "postgresql":
        return False
    is_there = text("SELECT is_any_tenant_there()")
    return bool(connection.scalar(is_there)) and not connection.scalar(_ANY)


def _warnings(connection: Connection, there: tuple[str, ...]) -> Reasons:
    found: Reasons = {}
    if there != newest_revisions():
        found[MIGRATIONS] = (
            f"The database is at {_listed(there)}, which a newer release made: "
            "let this server run that release too."
        )
    if excess := too_much(connection):
        found[ROLE] = (
            f"The database role of this server {', '.join(excess)}: make one that only serves "
            "with `portal db roles`, and name it in DATABASE_URL."
        )
    if not has_this_month(connection):
        found[LOG] = (
            "There is no partition for this month, so records go to the default one: "
            "run `portal db partitions`."
        )
    return found


def _count(report: Report) -> None:
    for what in (MIGRATIONS, ROLE, LOG):
        counts().hold(WARNINGS, int(what in report.warnings), what)


def _listed(revisions: tuple[str, ...]) -> str:
    return ", ".join(sorted(revisions)) or "nothing"


def readiness() -> Readiness:
    found: Readiness = current_app.extensions["portal.readiness"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.readiness"] = Readiness(app)
