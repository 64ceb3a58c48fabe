"""Somebody who is signed in, as a test client."""

import time
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from portal.database import db, writing
from portal.people.accounts import add_person, find_person
from portal.people.models import Membership
from portal.tenants import lifecycle

SECRET = "4" * 40  # the session's half of the CSRF token


def add_member(app: Flask, email: str, role: str = "owner", slug: str = "paris") -> None:
    """A member of a tenant, who may be a member of others already; no password yet."""
    with app.app_context(), writing():
        person = find_person(email) or add_person(email)
        tenant_id = lifecycle.find(slug).id
        db.session.add(Membership(tenant_id=tenant_id, person_id=person.id, role=role))


class Member:
    """A browser on a tenant's hostname in which a person has just signed in."""

    def __init__(
        self, app: Flask, email: str = "owner@paris.example", host: str = "paris.example"
    ) -> None:
        self.client, self.base = app.test_client(), f"http://{host}"
        with app.app_context():
            identity = find_person(email).fs_uniquifier
        path = "/backoffice/"
        with self.client.session_transaction(path, base_url=self.base) as session:
            session.update(_user_id=identity, _fresh=True, fs_paa=time.time(), csrf_token=SECRET)
        self.token = URLSafeTimedSerializer(app.secret_key, "wtf-csrf-token").dumps(SECRET)

    def get(self, path: str = "/backoffice/", **options: Any) -> TestResponse:
        return self.client.get(path, base_url=self.base, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        """Send a form of the page, with its CSRF token, as a browser would."""
        headers = {"X-CSRFToken": self.token, "Referer": self.base, "Origin": self.base}
        return self.client.post(
            path, base_url=self.base, data=data or {}, headers=headers, **options
        )


def owner(app: Flask, slug: str = "paris") -> Member:
    """The signed-in owner of a tenant that exists already."""
    email = f"owner@{slug}.example"
    add_member(app, email, "owner", slug)
    return Member(app, email, f"{slug}.example")
