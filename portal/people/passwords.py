"""Passwords: what a good one is, and setting one; Flask-Security hashes them."""

import unicodedata
from typing import Final

from flask_security import hash_password, verify_password

from portal.catalogues import said
from portal.people.models import Person
from portal.people.refusals import BadPassword

SHORTEST = 12  # characters
FORM: Final = "NFKD"  # the same letters are the same password, however a keyboard composes them


def set_password(person: Person, password: str) -> None:
    """Raises BadPassword."""
    chosen = unicodedata.normalize(FORM, password)
    if len(chosen) < SHORTEST:
        raise BadPassword(said("Use at least %(number)s characters."), number=SHORTEST)
    person.password = hash_password(chosen)


def has_password(person: Person, password: str) -> bool:
    """Whether this is the person's password."""
    given = unicodedata.normalize(FORM, password)
    return person.password is not None and verify_password(given, person.password)
