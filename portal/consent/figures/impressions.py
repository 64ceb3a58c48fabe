"""Counting pages that ask, without a cookie, and without a database write for each.

Each process counts in memory and writes the sums down every few seconds and when it ends; what a
killed process had not written yet is lost. Nothing of a visitor is noted.
"""

import atexit
import logging
from collections import Counter
from threading import Event, Lock, Thread

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from portal.consent.figures.counting import Impression, add_up, count_shown
from portal.database import transaction_for

INTERVAL = 10.0  # seconds

log = logging.getLogger(__name__)


class Impressions:
    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock, self._stopped = Lock(), Event()
        self._shown: Counter[Impression] = Counter()
        self._follows = False

    def count(self, impression: Impression) -> None:
        with self._lock:
            self._shown[impression] += 1
            starts, self._follows = not self._follows, True
        if starts:
            atexit.register(self.stop)
            Thread(target=self._run, name="impressions", daemon=True).start()

    def write(self) -> None:
        """Write the sums down and add up; what cannot be written is kept for the next time."""
        with self._lock:
            shown, self._shown = self._shown, Counter()
        try:
            tenants = {one.tenant_id for one in shown}
            with self._app.app_context(), transaction_for(tenants) as connection:
                if shown:
                    count_shown(connection, shown)
                add_up(connection)
        except (SQLAlchemyError, OSError) as reason:
            log.warning("cannot write figures, keeping them: %s", reason)
            with self._lock:
                self._shown.update(shown)

    def stop(self) -> None:
        atexit.unregister(self.stop)  # what has stopped need not be kept until the end
        if not self._stopped.is_set():
            self._stopped.set()
            self.write()

    def _run(self) -> None:
        while not self._stopped.wait(INTERVAL):
            self.write()


def impressions() -> Impressions:
    found: Impressions = current_app.extensions["portal.impressions"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.impressions"] = Impressions(app)
