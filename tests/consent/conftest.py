"""For what only PostgreSQL has: partitions, and connections that can break."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.conftest import running


@pytest.fixture
def postgresql_app(postgresql_environ: dict[str, str]) -> Iterator[Flask]:
    yield from running(postgresql_environ)
