"""The entry that servers import."""

import os
import subprocess
import sys

from portal.settings import ROOT

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
