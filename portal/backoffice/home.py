"""The first screen: where the portal stands, and what there is to do next."""

from typing import NamedTuple

from flask import render_template
from werkzeug.wrappers import Response

from portal.backoffice.current import current_tenant, may, names_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.portals import choose_portal
from portal.backoffice.words import gettext, ngettext
from portal.people.roles import Permission
from portal.policy.completeness import completeness
from portal.policy.difference import difference, drafted_or_published
from portal.policy.document import Document
from portal.policy.drafting import draft
from portal.policy.models import PolicyVersion
from portal.policy.publishing import latest_version
from portal.policy.wordings import wordings
from portal.tenants.models import Tenant

WANTED = ("controller", "email", "authority")  # what the law asks a policy to say (L6)


class Step(NamedTuple):
    """Something to do: where, in words, and why."""

    endpoint: str
    title: str
    reason: str


@bp.get("/")
@needs(Permission.READ, personal=True)
def home() -> Response | str:
    if not names_tenant():
        return choose_portal()
    tenant = current_tenant()
    version = latest_version(tenant.id)
    return render_template("backoffice/home.html", version=version, steps=_steps(tenant, version))


def _steps(tenant: Tenant, version: PolicyVersion | None) -> list[Step]:
    """What is left to do, in the order in which it is best done."""
    steps = [_details(tenant), _translations(tenant), _publishing(tenant, version)]
    return [one for one in steps if one and may(Permission.EDIT)]


def _details(tenant: Tenant) -> Step | None:
    if all(getattr(tenant, name) for name in WANTED):
        return None
    reason = gettext("The policy should say who is responsible and where to complain.")
    return Step("backoffice.settings", gettext("Fill in the contact details"), reason)


def _translations(tenant: Tenant) -> Step | None:
    left = sum(one.missing + one.stale for one in completeness(tenant).values())
    if not left:
        return None
    reason = ngettext("One text is missing or stale.", "%(num)s texts are missing or stale.", left)
    return Step("backoffice.translations", gettext("Translate"), reason)


def _publishing(tenant: Tenant, version: PolicyVersion | None) -> Step | None:
    texts = wordings(tenant)
    live = Document.read(version.document) if version else None
    changes = live and difference(live, draft(tenant, texts), drafted_or_published(texts))
    if version and not changes:
        return None
    reason = ngettext(
        "One change waits for visitors to see it.",
        "%(num)s changes wait for visitors to see them.",
        len(changes or [1]),
    )
    return Step("backoffice.publish", gettext("Look at the changes and publish"), reason)
