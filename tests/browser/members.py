"""The owner of a portal at work in its back office."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from playwright.sync_api import Page

from portal.cli.demo import OWNER_EMAIL, OWNER_PASSWORD
from portal.database import db, writing
from portal.people.accounts import find_person, role_of
from portal.people.models import Membership
from portal.tenants.lifecycle import find
from tests.browser.live import LiveServer

HOME = "/backoffice/"


def signed_in(
    open_page: Callable[..., Page], server: LiveServer, tenant: str = "pivohub", **options: Any
) -> Page:
    """A page at the back office's home, of the owner of any tenant; `options` are `opened`'s.

    Signs in through the form once a tenant, and after that with the cookies of that time: the
    server counts attempts.
    """
    _own(server, tenant)
    page = open_page(tenant, **options)
    kept = _sessions(server)
    if tenant in kept:
        page.context.add_cookies(kept[tenant])
        page.goto(HOME)
    else:
        sign_in(page, OWNER_EMAIL, demo_password(server))
        kept[tenant] = page.context.cookies()
    return page


def sign_in(page: Page, email: str, password: str) -> None:
    """Through the form, as a person does."""
    page.goto(HOME)
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("main button")
    page.wait_for_url(f"**{HOME}")


def demo_password(server: LiveServer) -> str:
    return (server.folder / OWNER_PASSWORD[0]).read_text()


@lru_cache
def _sessions(_server: LiveServer) -> dict[str, Any]:
    """Cookies by tenant."""
    return {}


def _own(server: LiveServer, tenant: str) -> None:
    """Make the demo person an owner, of a portal which is no example too."""
    with server.editing() as app, app.app_context(), writing():
        tenant_id, owner = find(tenant).id, find_person(OWNER_EMAIL)
        if not role_of(owner, tenant_id):
            db.session.add(Membership(tenant_id=tenant_id, person_id=owner.id, role="owner"))
