"""`portal demo`: example portals, and somebody who owns them."""

import pytest

from portal.cli.demo import OWNER_EMAIL, PORTALS, demo_sign_in
from tests import make
from tests.backoffice.browser import Browser, give_password
from tests.backoffice.member import add_member
from tests.cli.terminal import facts, say


@pytest.fixture
def loaded(lone_app):
    say(lone_app, "demo")
    make.heard(lone_app)
    return lone_app


def sign_in(app):
    with app.app_context():
        return demo_sign_in()


def test_the_demo_person_owns_every_example_and_can_sign_in(loaded):
    email, password = sign_in(loaded)
    roles = facts(loaded, "user", "show", email)["roles"]
    assert roles == {slug: "owner" for slug, *_ in PORTALS}
    browser = Browser(loaded, "paris.localhost")
    assert browser.sign_in(email, password).status_code == 302
    assert browser.get("/backoffice/").status_code == 200


def test_the_password_is_random_and_for_the_eyes_of_the_operator(loaded, tmp_path):
    _, password = sign_in(loaded)
    kept = tmp_path / "demo-password"
    assert kept.read_text() == password
    assert kept.stat().st_mode & 0o777 == 0o600
    assert len(password) >= 16


def test_loading_again_changes_nothing(loaded):
    before = sign_in(loaded)
    say(loaded, "demo")
    assert sign_in(loaded) == before
    assert len(facts(loaded, "user", "list")) == 1


def test_a_password_that_was_changed_is_not_shown(loaded):
    give_password(loaded, OWNER_EMAIL)
    assert sign_in(loaded) is None


def test_where_people_sign_in_already_no_demo_person_is_made(lone_app):
    make.tenant(lone_app)
    add_member(lone_app, "ada@city.example")
    say(lone_app, "demo")
    assert [one["email"] for one in facts(lone_app, "user", "list")] == ["ada@city.example"]
