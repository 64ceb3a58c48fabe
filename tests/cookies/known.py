"""A provider of the operator's own, and short ways to what is known."""

import json

from sqlalchemy import event, select

from portal.cookies.known.adopting import adopt
from portal.cookies.known.keeping import keep
from portal.cookies.known.reading import read
from portal.cookies.known.suggesting import suggest
from portal.cookies.models import Cookie
from portal.database import db, writing
from tests import make

BADGE = {
    "name": "badge*",
    "match": "pattern",
    "category": "preferences",
    "domain": ".badge.example",
    "third_party": True,
    "lifetime_count": "1",
    "lifetime_unit": "year",
    "function": {"en": "City badge"},
    "purpose": {"en": "Shows  the badge ", "fr": ""},
}
CITY = {
    "key": "city",
    "name": "City badge",
    "kind": "social",
    "privacy_url": "",
    "cookies": [BADGE],
}


def file_of(*entries) -> bytes:
    return json.dumps(entries).encode()


def imported(app, *entries):
    with app.app_context(), writing():
        return keep(read(file_of(*entries)))


def cookies(app, slug="paris") -> dict[str, Cookie]:
    with app.app_context():
        mine = select(Cookie).where(Cookie.tenant_id == make.find(slug).id)
        return {one.name: one for one in db.session.scalars(mine)}


def take(app, key, slug="paris"):
    with app.app_context(), writing():
        return adopt(make.find(slug), key)


def suggested(app, name, domain="", slug="paris") -> list[tuple[str, str]]:
    with app.app_context():
        found = suggest(make.find(slug), name, domain)
        return [(one.provider.key, one.cookie.name) for one in found]


def counted() -> list[str]:
    """The queries from now on."""
    queries = []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("SELECT"):
            queries.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    return queries
