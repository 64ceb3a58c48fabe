"""What a server does for its database at its start and once a day: partitions, a look at its role.

Every process does it; who comes second finds it done.
"""

import logging
from threading import Event, Thread

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from portal.consent.partitions import ensure_partitions
from portal.database import house
from portal.operations.readiness import readiness
from portal.postgresql import unhurried

DAY, SOON = 24 * 3600.0, 600.0  # seconds until the next time, after all went well or not

log = logging.getLogger(__name__)


class Upkeep:
    def __init__(self, app: Flask) -> None:
        self._app, self._stopped = app, Event()

    def start(self) -> None:
        """Begin, in a thread of this process. SQLite needs none of it."""
        with self._app.app_context():
            is_needed = house().dialect.name == "postgresql"
        if is_needed:
            Thread(target=self._run, name="upkeep", daemon=True).start()

    def once(self) -> bool:
        """Make the partitions that are missing and say what is wrong; whether that worked."""
        try:
            with self._app.app_context(), unhurried():
                self._make_partitions()
                for why in readiness().report().warnings.values():
                    log.warning("%s", why)
        except (SQLAlchemyError, OSError) as reason:
            log.warning("cannot make the partitions of the months ahead, trying again: %s", reason)
            return False
        return True

    def stop(self) -> None:
        self._stopped.set()

    def _make_partitions(self) -> None:
        with house().begin() as connection:
            for name in ensure_partitions(connection):
                log.info("partition %s made", name)

    def _run(self) -> None:
        while not self._stopped.wait(DAY if self.once() else SOON):
            pass


def upkeep(app: Flask) -> Upkeep:
    found: Upkeep = app.extensions["portal.upkeep"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.upkeep"] = Upkeep(app)
