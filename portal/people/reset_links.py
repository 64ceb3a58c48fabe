"""Links on which a password is chosen: signed, for one person and one back office, once, for a day.

A link counts where it was made for and nowhere else; setting the password or signing out everywhere
ends it.
"""

from datetime import timedelta
from typing import NamedTuple

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select

from portal.database import db
from portal.people.models import Person

LIFE = timedelta(days=1)


class Followed(NamedTuple):
    """Somebody came by a link; `vouched` if the operator or the portal says that it is them."""

    person: Person
    vouched: bool


def reset_token(identity: str, audience: str, *, vouched: bool) -> str:
    """What the link to an audience holds; `vouched` only where nobody but the person gets it.

    `identity` is the person's `fs_uniquifier`.
    """
    token: str = _serializer(audience).dumps([identity, vouched])
    return token


def follow(token: str, audience: str) -> Followed | None:
    """None for a link that is used, too old, made up, or of another audience."""
    try:
        identity, vouched = _serializer(audience).loads(token, max_age=int(LIFE.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return None
    if not isinstance(identity, str):
        return None
    mine = select(Person).where(Person.fs_uniquifier == identity, Person.active)
    person = db.session.scalars(mine.with_for_update()).one_or_none()  # once, also at once
    return Followed(person, bool(vouched)) if person else None


def _serializer(audience: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=f"password/{audience}")
