"""The people that Flask-Security finds: those whom this back office lets in."""

from typing import Any, cast

from flask import session
from flask_security import SQLAlchemyUserDatastore

from portal.backoffice.admission import admits
from portal.database import db
from portal.people.models import Passkey, Person


class PeopleLetIn(SQLAlchemyUserDatastore):
    """To others, every way in answers as to somebody who does not exist.

    Password, passkey, second factor, recovery code and the session itself look people up here.
    """

    def __init__(self) -> None:
        # nobody has a role of Flask-Security's: permissions come from memberships
        super().__init__(db, Person, None, Passkey)  # type: ignore[arg-type]

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Person | None:  # noqa: FBT002
        found = cast("Person | None", super().find_user(case_insensitive, **wanted))
        return found if found and admits(found, session) else None
