"""The portals that a person works on, to choose from where the address names none."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.current import current_person
from portal.backoffice.role_words import role_words
from portal.people.portals import portals_of

LONGEST_SEARCH = 200  # characters
LAST_PAGE = 10**6


def choose_portal() -> Response | str:
    """The list; who has one portal alone is led there."""
    person, search = current_person(), _search()
    assert person is not None  # noqa: S101  the guard saw to it
    found = portals_of(person, search, _page())
    if len(found.found) == 1 and not search and found.pages == 1:
        return redirect(address_of(found.found[0].slug), 303)
    return render_template(
        "backoffice/portals/portals.html",
        paging=found,
        portals=[(one, address_of(one.slug)) for one in found.found],
        roles=role_words(),
        values={"search": search},
    )


def address_of(slug: str) -> str:
    """Of the back office of a tenant, as one of many on this hostname."""
    return f"/{slug}{url_for('backoffice.home')}"


def _search() -> str:
    """Without zeros, which PostgreSQL takes in no text."""
    return request.args.get("search", "").replace("\0", "").strip()[:LONGEST_SEARCH]


def _page() -> int:
    page = request.args.get("page", 1, int)
    return page if 0 < page < LAST_PAGE else 1
