"""Making people and finding them; Flask-Security's store stands behind it."""

import secrets
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_security import SQLAlchemyUserDatastore
from sqlalchemy import ColumnElement, and_, func, select

from portal.catalogues import said
from portal.database import db
from portal.people.models import Membership, Passkey, Person
from portal.people.refusals import PersonError
from portal.people.vouching import counting

# nobody has a role of Flask-Security's: permissions come from memberships
store = SQLAlchemyUserDatastore(db, Person, None, Passkey)  # type: ignore[arg-type]


def normalised(email: str) -> str:
    """An email address as it is stored; raises PersonError for what is none."""
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized
    except EmailNotValidError as reason:
        message = said("“%(address)s” is not an email address.")
        raise PersonError(message, address=email[:254]) from reason
    return address.lower()


def find_person(email: str) -> Person | None:
    same = func.lower(Person.email) == email.strip().lower()
    return db.session.scalars(select(Person).where(same)).one_or_none()


def find_active(identity: object) -> Person | None:
    """Whose session it is that holds this identity, as long as the account is open."""
    if not isinstance(identity, str):
        return None
    mine = select(Person).where(Person.fs_uniquifier == identity, Person.active)
    return db.session.scalars(mine).one_or_none()


def add_person(email: str, **values: Any) -> Person:
    """A new person who cannot sign in until a password is set; raises PersonError."""
    address = normalised(email)
    if find_person(address):
        raise PersonError(said("There is somebody with the address %(email)s."), email=address)
    person = Person(email=address, fs_uniquifier=secrets.token_hex(32), **values)
    db.session.add(person)
    db.session.flush()
    return person


def role_of(person: Person, tenant_id: int) -> str | None:
    """The person's role for a tenant; None for somebody who is no member, or not yet for sure."""
    mine = select(Membership.role).join(Person).where(_is_of(person, tenant_id), counting())
    found: str | None = db.session.scalar(mine)
    return found


def has_membership(person: Person, tenant_id: int) -> bool:
    """Whether there is a role for the person, be it one that does not count yet."""
    return db.session.scalar(select(Membership.role).where(_is_of(person, tenant_id))) is not None


def _is_of(person: Person, tenant_id: int) -> ColumnElement[bool]:
    return and_(Membership.tenant_id == tenant_id, Membership.person_id == person.id)


def sign_out_everywhere(person: Person) -> None:
    """Every session and every link sent so far stops working."""
    person.fs_uniquifier = secrets.token_hex(32)


def forget_second_factor(person: Person) -> None:
    """The password alone lets the person in again: for somebody who lost phone and codes."""
    store.tf_reset(person)
    person.mf_recovery_codes = None
