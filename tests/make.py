"""Short builders with named examples: Paris is French, Oslo English; both have statistics."""

from typing import Any
from uuid import uuid4

from flask import Flask

from portal.cookies.models import Cookie, Provider
from portal.database import db, writing
from portal.policy.opening import open_portal
from portal.policy.publishing import publish as publish_draft
from portal.tenants import lifecycle
from portal.tenants.changes import feed
from portal.tenants.models import Tenant


def tenant(
    app: Flask,
    slug: str = "paris",
    language: str = "fr",
    languages: tuple[str, ...] = ("fr", "en", "ar"),
    hostname: str = "",
    **contact: str,
) -> int:
    """An open, published tenant at `<slug>.example`; its id."""
    with app.app_context(), writing():
        opened = open_portal(
            slug, slug.title(), hostname or f"{slug}.example", language, list(languages), contact
        )
        number = opened.id
    heard(app)
    return number


def change(app: Flask, slug: str, **values: Any) -> None:
    """Edit the draft of a tenant."""
    with app.app_context(), writing():
        found = lifecycle.find(slug)
        for name, value in values.items():
            setattr(found, name, value)


def cookie(app: Flask, slug: str = "paris", name: str = "_pk_id", **values: Any) -> None:
    """Declare one more cookie in the draft; statistics, 13 months, unless said otherwise."""
    facts = {"category": "statistics", "lifetime_count": 13, "lifetime_unit": "month"} | values
    with app.app_context(), writing():
        owner = lifecycle.find(slug)
        if not db.session.get(Provider, (owner.id, "matomo")):
            db.session.add(Provider(tenant_id=owner.id, key="matomo", name="Matomo"))
            db.session.flush()
        db.session.add(
            Cookie(
                tenant_id=owner.id,
                id=uuid4(),
                provider="matomo",
                position=9,
                name=name,
                **(_texts(owner) | facts),
            )
        )


def _texts(owner: Tenant) -> dict[str, dict[str, str]]:
    """Complete in each of the tenant's languages, so that they can be published."""
    english = {"function": "Counting visits", "purpose": "Tells visits apart."}
    french = {"function": "Comptage des visites", "purpose": "Distingue les visites."}
    return {
        field: {tag: f"{text} ({tag})" for tag in owner.languages}
        | {"en": text, "fr": french[field]}
        for field, text in english.items()
    }


def publish(app: Flask, slug: str = "paris") -> int:
    """Publish the draft; the number of the live version."""
    with app.app_context(), writing():
        number = publish_draft(lifecycle.find(slug)).number
    heard(app)
    return number


def find(slug: str = "paris") -> Tenant:
    return lifecycle.find(slug)


def heard(app: Flask) -> None:
    """What the server's own thread does twice a second: hear of changes."""
    with app.app_context():
        feed().catch_up()
