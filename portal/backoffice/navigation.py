"""What the menu of the back office offers, to whom."""

from typing import NamedTuple

from flask import current_app, request

from portal.backoffice.current import current_person, may
from portal.backoffice.words import gettext, said
from portal.people.portals import has_several
from portal.people.roles import Permission
from portal.tenants.current import on_backoffice_host


class Entry(NamedTuple):
    endpoint: str
    label: str
    permission: Permission


class Link(NamedTuple):
    endpoint: str
    label: str
    current: bool


ENTRIES = (
    Entry("backoffice.home", said("Overview"), Permission.READ),
    Entry("backoffice.cookies", said("Cookies"), Permission.READ),
    Entry("backoffice.integrations", said("Integrations"), Permission.READ),
    Entry("backoffice.translations", said("Translations"), Permission.READ),
    Entry("backoffice.look", said("Look"), Permission.READ),
    Entry("backoffice.publish", said("Publish"), Permission.READ),
    Entry("backoffice.versions", said("Versions"), Permission.READ),
    Entry("backoffice.consents", said("Consent log"), Permission.READ_LOG),
    Entry("backoffice.figures", said("Figures"), Permission.READ_LOG),
    Entry("backoffice.members", said("Members"), Permission.MANAGE),
    Entry("backoffice.tokens", said("API tokens"), Permission.MANAGE),
    Entry("backoffice.settings", said("Settings"), Permission.READ),
    Entry("backoffice.sites", said("Other sites"), Permission.READ),
    Entry("backoffice.audit", said("Audit trail"), Permission.READ_AUDIT),
)


def navigation() -> list[Link]:
    """The entries that the person may open; the one they are in is marked."""
    return [
        Link(one.endpoint, gettext(one.label), _is_here(one.endpoint))
        for one in ENTRIES
        if one.endpoint in current_app.view_functions and may(one.permission)
    ]


def _is_here(endpoint: str) -> bool:
    """Sub-screens are named after their screen: `backoffice.cookies_edit` is in `cookies`."""
    here = request.endpoint or ""
    return here == endpoint or here.startswith(f"{endpoint}_")


def has_other_portals() -> bool:
    """Whether the person may go to another portal from here, on the hostname of all."""
    person = current_person()
    return person is not None and on_backoffice_host(request) and has_several(person)
