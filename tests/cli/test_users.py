"""`portal user …`: letting people in, without ever locking a tenant."""

import re
from contextlib import contextmanager

import pytest

from portal.database import writing
from portal.people.accounts import add_person, find_person
from portal.people.passwords import has_password
from tests import make
from tests.backoffice.browser import PASSWORD, Browser, give_password
from tests.backoffice.member import add_member
from tests.cli.terminal import complaint, facts, run, say
from tests.conftest import running

ADA = "ada@city.example"


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


def path_of(text):
    return re.search(r"https://paris\.example(/\S+)", text)[1]


def test_create_prints_a_link_on_which_the_password_is_chosen_once(paris):
    member = ("--tenant", "paris", "--role", "owner")
    text = say(paris, "user", "create", "Ada@City.example", "--name", "Ada", *member)
    browser, path = Browser(paris), path_of(text)
    browser.submit(path, password=PASSWORD, password_confirm=PASSWORD)
    assert browser.sign_in(ADA).status_code == 302
    assert "Ada" in browser.get("/backoffice/").text
    assert Browser(paris).get(path).status_code == 302


def test_create_takes_a_password_from_standard_input(paris):
    from portal.cli import main

    words = ("user", "create", ADA, "--password-stdin", "--operator")
    result = paris.test_cli_runner().invoke(main, words, input=f"{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    with paris.app_context():
        assert has_password(find_person(ADA), PASSWORD)
        assert find_person(ADA).operator


def test_create_says_what_is_wrong_and_makes_nobody(lone_app):
    assert "is not an email address" in complaint(lone_app, "user", "create", "ada")
    assert "--password-stdin" in complaint(lone_app, "user", "create", ADA)  # no tenant yet
    assert facts(lone_app, "user", "list") == []


def test_an_address_is_taken_once(paris):
    add_member(paris, ADA)
    assert ADA in complaint(paris, "user", "create", ADA.upper())


def test_a_link_can_be_had_again(paris):
    add_member(paris, ADA)
    for words in ((), ("--tenant", "paris")):
        path = path_of(say(paris, "user", "link", ADA, *words))
        assert Browser(paris).get(path).status_code == 200


def test_a_link_leads_to_a_tenant_of_the_person_or_nowhere(paris):
    """What a tenant's hostname is sent, the tenant can read."""
    make.tenant(paris, "oslo", "en", ("en",))
    add_member(paris, ADA, slug="oslo")
    assert "https://oslo.example/" in say(paris, "user", "link", ADA)
    assert "no member of paris" in complaint(paris, "user", "link", ADA, "--tenant", "paris")
    add_member(paris, ADA)
    assert "several tenants" in complaint(paris, "user", "link", ADA)
    assert "https://paris.example/" in say(paris, "user", "link", ADA, "--tenant", "paris")
    say(paris, "user", "operator", ADA)
    for words in ((), ("--tenant", "oslo")):
        assert "PORTAL_BACKOFFICE_HOST" in complaint(paris, "user", "link", ADA, *words)
    for role in ((), ("--operator",)):
        nobody = complaint(paris, "user", "create", "new@city.example", *role)
        assert "--password-stdin" in nobody
    assert run(paris, "user", "create", "new@city.example", "--tenant", "oslo").exit_code == 2
    assert len(facts(paris, "user", "list")) == 1


def test_every_link_leads_to_the_hostname_of_all_back_offices_where_there_is_one(sqlite_environ):
    environ = sqlite_environ | {"PORTAL_BACKOFFICE_HOST": "Office.example."}
    with contextmanager(running)(environ) as app:
        make.tenant(app)
        owner = ("--tenant", "paris", "--role", "owner")
        link = facts(app, "user", "create", ADA, *owner)["link"]
        assert link.startswith("https://office.example/paris/backoffice/sign-in/password/")
        link = facts(app, "user", "create", "op@host.example", "--operator")["link"]
        assert link.startswith("https://office.example/backoffice/sign-in/password/")


def test_a_password_is_set_from_standard_input(paris):
    from portal.cli import main

    add_member(paris, ADA)
    browser, words = Browser(paris), ("user", "password", ADA)
    result = paris.test_cli_runner().invoke(main, words, input=f"{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert browser.sign_in(ADA).status_code == 302
    paris.test_cli_runner().invoke(main, words, input="another of that kind\n")
    assert browser.get("/backoffice/").status_code == 303


def test_list_and_show_tell_who_may_do_what(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    add_member(paris, ADA, "editor", "paris")
    add_member(paris, ADA, "owner", "oslo")
    add_member(paris, "ben@city.example", "auditor", "oslo")
    assert facts(paris, "user", "show", ADA)["roles"] == {"oslo": "owner", "paris": "editor"}
    assert [one["email"] for one in facts(paris, "user", "list", "--tenant", "paris")] == [ADA]
    text = say(paris, "user", "list")
    assert "oslo: owner, paris: editor" in text
    assert "ben@city.example" in text


def test_grant_gives_and_changes_a_role(paris):
    add_member(paris, "first@city.example")
    with paris.app_context(), writing():
        add_person(ADA)
    for role in ("editor", "owner"):
        granted = facts(paris, "user", "grant", ADA, "--tenant", "paris", "--role", role)
        assert granted["roles"] == {"paris": role}


def test_revoke_keeps_the_last_owner(paris):
    add_member(paris, ADA)
    assert "last owner" in complaint(paris, "user", "revoke", ADA, "--tenant", "paris")
    add_member(paris, "ben@city.example")
    assert facts(paris, "user", "revoke", ADA, "--tenant", "paris")["roles"] == {}


def test_operators_are_made_and_unmade(paris):
    add_member(paris, ADA)
    assert facts(paris, "user", "operator", ADA)["operator"] is True
    assert facts(paris, "user", "operator", ADA, "--off")["operator"] is False


@pytest.mark.parametrize("command", ["sign-out", "deactivate", "forget-factor"])
def test_these_end_the_sessions(paris, command):
    add_member(paris, ADA)
    give_password(paris, ADA)
    browser = Browser(paris)
    browser.sign_in(ADA)
    assert browser.get("/backoffice/").status_code == 200
    say(paris, "user", command, ADA)
    assert browser.get("/backoffice/").status_code == 303


def test_a_closed_account_lets_nobody_in_until_it_is_opened(paris):
    add_member(paris, ADA)
    give_password(paris, ADA)
    assert facts(paris, "user", "deactivate", ADA)["state"] == "closed"
    assert Browser(paris).sign_in(ADA).status_code == 200
    assert facts(paris, "user", "deactivate", ADA, "--off")["state"] == "open"
    assert Browser(paris).sign_in(ADA).status_code == 302


@pytest.mark.parametrize(
    "words",
    [
        ("show", "no@city.example"),
        ("grant", "no@city.example", "--tenant", "paris", "--role", "owner"),
        ("sign-out", "no@city.example"),
    ],
)
def test_somebody_unknown_leads_to_the_list(paris, words):
    assert "portal user list" in complaint(paris, "user", *words)


def test_an_unknown_tenant_or_role_is_told(paris):
    add_member(paris, ADA)
    assert "nowhere" in complaint(
        paris, "user", "grant", ADA, "--tenant", "nowhere", "--role", "owner"
    )
    assert run(paris, "user", "grant", ADA, "--tenant", "paris", "--role", "king").exit_code == 2
