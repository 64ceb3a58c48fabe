"""Passwords are long enough, and the same however they are typed."""

import pytest

from portal.database import writing
from portal.people.accounts import add_person, find_person
from portal.people.passwords import has_password, set_password
from portal.people.refusals import BadPassword

ADA = "ada@paris.example"


@pytest.fixture
def ada(lone_app):
    with lone_app.app_context():
        with writing():
            add_person(ADA)
        yield find_person(ADA)


def test_a_password_is_known_by_its_hash(ada):
    set_password(ada, "zwölf Zeichen")
    assert ada.password.startswith("$argon2id$")
    assert has_password(ada, "zwo\u0308lf Zeichen")
    assert not has_password(ada, "zwolf Zeichen")


def test_a_short_password_is_refused(ada):
    with pytest.raises(BadPassword, match="12"):
        set_password(ada, "elf Zeichen")
    assert not has_password(ada, "")
