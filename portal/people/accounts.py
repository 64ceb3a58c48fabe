"""Making people and finding them; Flask-Security's store stands behind it."""

import secrets
from typing import Any

from flask_security import SQLAlchemyUserDatastore
from sqlalchemy import func, select

from portal.database import db
from portal.people.models import Membership, Passkey, Person


class PersonError(ValueError):
    """What was asked of a person cannot be done; the message says why and what to do."""


# nobody has a role of Flask-Security's: permissions come from memberships
store = SQLAlchemyUserDatastore(db, Person, None, Passkey)  # type: ignore[arg-type]


def find_person(email: str) -> Person | None:
    same = func.lower(Person.email) == email.strip().lower()
    return db.session.scalars(select(Person).where(same)).one_or_none()


def add_person(email: str, **values: Any) -> Person:
    """A new person who cannot sign in until a password or a passkey is set."""
    if find_person(email):
        raise PersonError(f"there is somebody with the address {email} already")
    person = Person(email=email.strip().lower(), fs_uniquifier=secrets.token_hex(32), **values)
    db.session.add(person)
    db.session.flush()
    return person


def role_of(person: Person, tenant_id: int) -> str | None:
    """The person's role for a tenant; None for somebody who is no member."""
    mine = select(Membership.role).where(
        Membership.tenant_id == tenant_id, Membership.person_id == person.id
    )
    found: str | None = db.session.scalar(mine)
    return found


def sign_out_everywhere(person: Person) -> None:
    """Every session and every link sent so far stops working."""
    person.fs_uniquifier = secrets.token_hex(32)
