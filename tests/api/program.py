"""A program with a token, on a tenant's hostname."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from portal.database import writing
from portal.people import tokens
from portal.people.tokens import Scope
from tests import make

API = "/api/v1"


def token(
    app: Flask, scopes: Iterable[str] = tuple(Scope), slug: str = "paris", **values: Any
) -> str:
    """The secret of a new token."""
    with app.app_context(), writing():
        tenant_id = make.find(slug).id
        return tokens.make(
            tenant_id, values.pop("name", "Robot"), scopes, "owner@paris.example", **values
        ).secret


class Program:
    def __init__(self, app: Flask, secret: str = "", host: str = "paris.example") -> None:
        self.client, self.base = app.test_client(), f"http://{host}"
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def ask(self, method: str, path: str, json: Any = None, **options: Any) -> TestResponse:
        headers = self.headers | options.pop("headers", {})
        body = {} if json is None else {"json": json}
        return self.client.open(
            f"{API}{path}", method=method, base_url=self.base, headers=headers, **body, **options
        )

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.ask("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.ask("POST", path, json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.ask("PATCH", path, json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.ask("PUT", path, json, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.ask("DELETE", path, **options)


def robot(app: Flask, *scopes: str, slug: str = "paris") -> Program:
    """A program with a token of these scopes; without any named, of all."""
    return Program(app, token(app, scopes or tuple(Scope), slug), f"{slug}.example")
