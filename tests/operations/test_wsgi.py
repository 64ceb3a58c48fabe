"""The entry that servers import."""

import os
import subprocess
import sys

from flask import Flask
from sqlalchemy import text

from portal.database import owner_engine
from portal.settings import ROOT
from tests.operations.test_health import drop_this_month
from tests.waiting import wait_until

IMPORTED = "import gc, wsgi; print(gc.get_freeze_count(), len(gc.get_objects()), wsgi.app.name)"


def test_what_a_server_begins_with_is_not_looked_through_for_garbage(tmp_path):
    environ = os.environ | {"PORTAL_DATA": str(tmp_path)}
    command = [sys.executable, "-c", IMPORTED]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    frozen, looked_through, name = done.stdout.split()
    assert name == "portal"
    assert int(frozen) > 100 * int(looked_through)


def test_a_server_makes_the_partitions_that_are_missing_when_it_starts(
    postgresql_app, postgresql_environ
):
    name = drop_this_month(postgresql_app)
    environ = os.environ | {**postgresql_environ, "PORTAL_OWNER_DATABASE_URL": ""}
    command = [sys.executable, "-c", "import wsgi; input()"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE) as server:
        wait_until(lambda: has_table(postgresql_app, name))
        server.communicate(b"\n")
    assert server.returncode == 0


def has_table(app: Flask, name: str) -> bool:
    with app.app_context(), owner_engine().begin() as connection:
        return connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None
