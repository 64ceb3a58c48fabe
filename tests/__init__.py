"""The PostgreSQL wheel wants a private runtime folder, which not every machine has."""

import os
import tempfile

if "XDG_RUNTIME_DIR" not in os.environ:
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()
