"""A portal that stands while many tests look at it: none of them changes what another sees."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from tests import make
from tests.conftest import running


def paris(sqlite_template: Path, folder: Path, backoffice_host: str = "") -> Iterator[Flask]:
    """The application with one tenant, Paris, in a database in this folder."""
    shutil.copy(sqlite_template, folder)
    for app in running({"PORTAL_DATA": str(folder), "PORTAL_BACKOFFICE_HOST": backoffice_host}):
        make.tenant(app)
        yield app
