"""Tests of the back office run both ways: on the tenant's hostname, and on that of all tenants.

They are written for the tenant's own hostname. Where the application has one for all back offices,
this client goes there instead, and reads where it is sent as if it had not; an address that forgot
the tenant fails.
"""

import re
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask.sessions import SessionMixin
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.tenants.backoffice_host import NAMED, PREFIX

HOST = "office.example"
OF_TENANT = re.compile(r"(https?)://([a-z0-9-]+)\.example")

both_ways = pytest.mark.parametrize("backoffice_host", ["", HOST], ids=["apart", "shared"])


class BackofficeClient(FlaskClient):
    """Takes what is meant for `paris.example/backoffice/` to `office.example/paris/backoffice/`."""

    def open(self, *args: Any, base_url: str | None = None, **options: Any) -> TestResponse:
        path = args[0] if args and isinstance(args[0], str) else ""
        tenant = OF_TENANT.fullmatch(base_url or "")
        if not tenant or base_url.endswith(f"//{HOST}") or PREFIX not in path:
            return super().open(*args, **(options | ({"base_url": base_url} if base_url else {})))
        start, there = f"/{tenant[2]}", f"{tenant[1]}://{HOST}"
        options["headers"] = _moved(dict(options.get("headers") or {}), base_url, there)
        if not path.startswith(f"{start}{PREFIX}"):  # no link of a page, which names the tenant
            path = start + path.replace(f"={PREFIX}", f"={start}{PREFIX}")
        answer = super().open(path, *args[1:], base_url=there, **options)
        return _read_as_if_apart(answer, start)

    def session_transaction(self, path: str, base_url: str) -> AbstractContextManager[SessionMixin]:
        tenant = OF_TENANT.fullmatch(base_url)
        return super().session_transaction(
            path, base_url=f"{tenant[1]}://{HOST}", environ_overrides={NAMED: tenant[2]}
        )

    def set_cookie(self, key: str, value: str = "", *, domain: str, **options: Any) -> None:
        for one in (domain, HOST):
            super().set_cookie(key, value, domain=one, **options)

    def get_cookie(self, key: str, domain: str = "localhost", path: str = "/") -> Any:
        return super().get_cookie(key, HOST if domain.endswith(".example") else domain, path)


def _moved(headers: dict[str, str], here: str, there: str) -> dict[str, str]:
    return {name: there if value == here else value for name, value in headers.items()}


def _read_as_if_apart(answer: TestResponse, start: str) -> TestResponse:
    """Addresses of the tenant's back office without the tenant; all must name it."""
    if address := answer.headers.get("Location"):
        bare = re.sub(rf"(^|=|%3D){start}({PREFIX}|%2Fbackoffice)", r"\1\2", address)
        assert address.count(PREFIX) == address.count(f"{start}{PREFIX}"), address
        answer.headers["Location"] = bare
    return answer
