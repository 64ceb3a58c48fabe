"""Somebody with a browser who is not signed in yet: forms are fetched, filled in and sent."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from portal.database import writing
from portal.people.accounts import find_person
from portal.people.passwords import set_password

PASSWORD = "five wild swans over Oslo"
SIGN_IN = "/backoffice/sign-in/"


def give_password(app: Flask, email: str, password: str = PASSWORD) -> None:
    with app.app_context(), writing():
        set_password(find_person(email), password)


class Browser:
    """Keeps cookies for one hostname, as a browser does."""

    def __init__(self, app: Flask, host: str = "paris.example") -> None:
        self.client, self.base = app.test_client(), f"http://{host}"

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=self.base, **options)

    def submit(self, path: str, form: str = "", /, **fields: str) -> TestResponse:
        """Fetch the page, fill in its form and send it, to `form` if the page sends it there."""
        page = self.get(path)
        assert page.status_code == 200, page.status
        token = re.search('name="csrf_token" value="([^"]+)"', page.text)
        hidden = {"csrf_token": token[1]} if token else {}
        return self.post(form or path, hidden | fields)

    def post(self, path: str, data: dict[str, str]) -> TestResponse:
        return self.client.post(
            path, base_url=self.base, data=data, headers={"Origin": self.base, "Referer": self.base}
        )

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.submit(SIGN_IN, email=email, password=password)

    @property
    def cookies(self) -> set[str]:
        return {one.key for one in self.client._cookies.values()}
