"""Portals that the examples do not show: every category, many cookies, long names."""

from flask import Flask

from portal.cookies.models import CATEGORIES, Category, Provider
from portal.cookies.starter import CATEGORY_TEXTS
from portal.database import db, writing
from portal.languages import AVAILABLE, SOURCE
from portal.tenants.lifecycle import add_hostname, describe, find
from tests import make
from tests.browser.live import LiveServer

FULL = "full"
LONG_NAME = "Données ouvertes de la communauté urbaine de Dunkerque-Grand-Littoral"
LONG_HOST = "donnees-ouvertes.communaute-urbaine-de-dunkerque-grand-littoral.example"
CONTACT = {
    "controller": LONG_NAME,
    "address": "Pertuis de la Marine\n59140 Dunkerque",
    "email": "protection-des-donnees.delegation@communaute-urbaine-dunkerque.example",
    "dpo_email": "dpo@dunkerque.example",
    "authority": "Commission nationale de l'informatique et des libertés (CNIL)",
    "authority_url": "https://www.cnil.fr/",
}
COOKIES = (
    ("statistics", "_pk_id.*", {}),
    ("statistics", "_pk_ses.*", {"lifetime_count": 30, "lifetime_unit": "minute"}),
    ("preferences", "map_basemap_and_layers_of_the_last_visit_0123456789", {}),
    ("marketing", "__Secure-3PSIDCC", {"third_party": True, "lifetime_count": 400}),
    ("marketing", "session_only", {"lifetime_count": 0, "lifetime_unit": "session"}),
)


def open_full_portal(server: LiveServer) -> None:
    """All four categories with cookies, third parties and the longest of everything."""
    with server.editing() as app:
        make.tenant(app, FULL, "fr", AVAILABLE, LONG_HOST, **CONTACT)
        with app.app_context(), writing():
            tenant = find(FULL)
            describe(tenant, name=LONG_NAME)
            add_hostname(tenant, f"{FULL}.localhost")
            db.session.add(
                Provider(
                    tenant_id=tenant.id,
                    key="advertiser",
                    name="Gesellschaft für Werbewirkungsforschung mbH",
                    privacy_url="https://werbung.example/datenschutz",
                )
            )
        add_categories(app, FULL, "preferences", "marketing")
        for category, name, facts in COOKIES:
            lifetime = {"lifetime_unit": "day"} if "lifetime_count" in facts else {}
            make.cookie(app, FULL, name, category=category, **(lifetime | facts))
        make.publish(app, FULL)
    server.wait_for(FULL, b"Dunkerque")


def add_categories(app: Flask, slug: str, *keys: str) -> None:
    with app.app_context(), writing():
        tenant = find(slug)
        for key in keys:
            title, about = ({SOURCE: text} for text in CATEGORY_TEXTS[key])
            position = CATEGORIES.index(key)
            db.session.add(
                Category(
                    tenant_id=tenant.id,
                    key=key,
                    position=position,
                    title=title,
                    description=about,
                )
            )


def open_small_portal(
    server: LiveServer, slug: str, *categories: str, languages: tuple[str, ...] = ("en", "ar")
) -> None:
    """A portal of its own for a test that publishes; statistics, and more if asked for."""
    with server.editing() as app:
        make.tenant(app, slug, "en", languages, f"{slug}.localhost")
        add_categories(app, slug, *categories)
        number = make.publish(app, slug)
    server.wait_for(slug, f'name="policy" value="{number}"'.encode())


def declare_and_publish(server: LiveServer, slug: str, cookie: str) -> None:
    """One more cookie in the statistics of a portal, in force on the live server."""
    with server.editing() as app:
        make.cookie(app, slug, cookie)
        number = make.publish(app, slug)
    server.wait_for(slug, f'name="policy" value="{number}"'.encode())
