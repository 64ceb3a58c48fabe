"""How a server hears what another process changed: a numbered feed, read twice a second."""

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread

from flask import Flask, current_app
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from portal.database import db, house
from portal.tenants.models import ChangeCounter, Tenant

LONGEST = 200  # characters of a reason in the log
INTERVAL = 0.5  # seconds between two looks; what visitors see is at most 2 s old

log = logging.getLogger(__name__)


def announce(tenant: Tenant) -> None:
    """Number a change of the tenant, in the transaction that makes it.

    The counter's row stays locked until the commit, so numbers become visible in their order and
    a reader that has seen one has seen all before it.
    """
    counter = update(ChangeCounter).values(number=ChangeCounter.number + 1)
    tenant.changed = db.session.execute(counter.returning(ChangeCounter.number)).scalar_one()


class ChangeFeed:
    """Tells its listeners which tenants changed; a quiet second costs one small query."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._listeners: list[Callable[[set[int]], None]] = []
        self._seen: int | None = None
        self._lock, self._stopped = Lock(), Event()

    def listen(self, listener: Callable[[set[int]], None]) -> None:
        self._listeners.append(listener)

    def catch_up(self) -> None:
        """Pass on everything that was committed since the last look."""
        with self._lock, house().connect() as connection:
            if self._seen is None:
                self._seen = connection.scalar(select(ChangeCounter.number)) or 0
            since = select(Tenant.id, Tenant.changed).where(Tenant.changed > self._seen)
            rows = connection.execute(since).all()
        if rows:
            self._seen = max(row.changed for row in rows)
            for listener in self._listeners:
                listener({row.id for row in rows})

    def follow(self) -> None:
        """Look again and again in a thread of this process, started at most once."""
        with self._lock:
            if self._seen is None and not self._stopped.is_set():
                with house().connect() as connection:
                    self._seen = connection.scalar(select(ChangeCounter.number)) or 0
                Thread(target=self._run, name="changes", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(INTERVAL):
            try:
                with self._app.app_context():
                    self.catch_up()
            except SQLAlchemyError as reason:
                said = " ".join(str(getattr(reason, "orig", None) or reason).split())
                log.warning("cannot look for changes, serving what is known: %s", said[:LONGEST])


def feed() -> ChangeFeed:
    found: ChangeFeed = current_app.extensions["portal.changes"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.changes"] = ChangeFeed(app)
