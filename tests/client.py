"""A visitor without a browser: keeps cookies for one hostname, asks and decides."""

import json
import re
from typing import Any
from urllib.parse import unquote

from flask import Flask
from werkzeug.test import TestResponse

POLICY = "/terms/cookies-policy/"
PREFERENCES = "/terms/cookies-preferences/"
CONSENTS = "/api/v1/consents"


class Visitor:
    def __init__(self, app: Flask, host: str = "paris.example", scheme: str = "http") -> None:
        self.client = app.test_client()
        self.host, self.base = host, f"{scheme}://{host}"

    def get(self, path: str = POLICY, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=self.base, headers=_named(headers))

    def submit(self, decision: str = "accept_all", **fields: Any) -> TestResponse:
        """A decision as a plain form, the way a browser without JavaScript sends it."""
        headers = {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        data = {"decision": decision, **fields}
        return self.client.post(PREFERENCES, base_url=self.base, data=data, headers=headers)

    def decide(self, decision: str = "accept_all", **members: Any) -> TestResponse:
        """A decision by the API."""
        headers = members.pop("headers", {})
        body = {"decision": decision, "policy": 1, **members}
        return self.client.post(CONSENTS, base_url=self.base, json=body, headers=headers)

    @property
    def preferences(self) -> dict[str, Any] | None:
        """What the cookies_preferences cookie says."""
        cookie = self.client.get_cookie("cookies_preferences", domain=self.host)
        return json.loads(unquote(cookie.value)) if cookie else None

    def remember(self, value: str) -> None:
        self.client.set_cookie("cookies_preferences", value, domain=self.host)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def has_banner(response: TestResponse) -> bool:
    return 'id="ask-first"' in response.text


def language_of(response: TestResponse) -> str:
    return re.search(r'<html lang="([^"]+)"', response.text)[1]
