"""`portal tenant …`: a complete portal by one command, and errors that say what to do."""

import pytest
from sqlalchemy import func, select

from portal.consent.models import consent_records
from portal.cookies.models import Cookie
from portal.database import db
from portal.people.models import AuditEntry
from portal.policy.models import PolicyVersion
from portal.tenants.models import ChangeCounter, Hostname, Tenant
from tests import make
from tests.cli.terminal import complaint, facts, run, say
from tests.client import PREFERENCES, Visitor, has_banner, language_of

LYON = ("lyon", "--name", "Lyon", "--hostname", "lyon.example", "--language", "fr")
STARTER = ("sessionid", "django_language", "csrftoken", "cookies_preferences")
TABLES = (Tenant, Hostname, PolicyVersion, Cookie, ChangeCounter)


def state(app) -> list[list[tuple]]:
    """All that the commands may change."""
    with app.app_context():
        tables = [model.__table__ for model in TABLES]
        return [sorted(map(repr, db.session.execute(select(one)))) for one in tables]


def test_create_makes_a_portal_that_answers_at_once(app):
    assert say(app, "tenant", "create", *LYON) == "lyon is open: https://lyon.example/\n"
    visitor = Visitor(app, "lyon.example")
    for path in ("/", "/terms/cookies-policy/", PREFERENCES):
        assert visitor.get(path).status_code == 200
    page = visitor.get()
    assert language_of(page) == "fr"
    assert has_banner(page)
    for cookie in STARTER:
        assert cookie in page.text
    assert visitor.decide().status_code == 201


def test_create_offers_the_default_language_and_english_unless_told_otherwise(lone_app):
    assert facts(lone_app, "tenant", "create", *LYON)["languages"] == ["fr", "en"]


def test_create_offers_the_languages_it_is_told_and_the_default_one(lone_app):
    created = facts(lone_app, "tenant", "create", *LYON, "--languages", "en, sv")
    assert set(created["languages"]) == {"fr", "en", "sv"}
    assert created["default_language"] == "fr"


def test_create_publishes_the_contact_details(lone_app):
    contact = (
        "--controller",
        "Ville de Lyon",
        "--email",
        "dpo@lyon.example",
        "--authority",
        "CNIL",
    )
    say(lone_app, "tenant", "create", *LYON, *contact)
    page = Visitor(lone_app, "lyon.example").get().text
    for text in ("Ville de Lyon", "dpo@lyon.example", "CNIL"):
        assert text in page


def test_create_answers_programs_with_all_there_is_to_know(app):
    created = facts(app, "tenant", "create", *LYON)
    assert created["slug"] == "lyon"
    assert created["hostnames"] == ["lyon.example"]
    assert (created["state"], created["version"]) == ("open", 1)
    assert facts(app, "tenant", "show", "lyon") == created
    assert facts(app, "tenant", "list") == [created]


def test_create_normalises_the_hostname(lone_app):
    words = ("lyon", "--name", "Lyon", "--hostname", "Données.Lyon.Example.", "--language", "fr")
    created = facts(lone_app, "tenant", "create", *words)
    assert created["hostname"] == "xn--donnes-eva.lyon.example"


def test_list_names_every_tenant_in_order(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en")
    say(app, "tenant", "suspend", "paris")
    header, first, second = say(app, "tenant", "list").splitlines()
    assert header.split() == ["SLUG", "STATE", "HOSTNAME", "NAME"]
    assert first.split() == ["oslo", "open", "oslo.example", "Oslo"]
    assert second.split() == ["paris", "suspended", "paris.example", "Paris"]


def test_list_of_nothing_is_empty(app):
    assert facts(app, "tenant", "list") == []
    assert say(app, "tenant", "list").split() == ["SLUG", "STATE", "HOSTNAME", "NAME"]


def test_show_has_a_line_for_everything(lone_app):
    make.tenant(lone_app)
    text = say(lone_app, "tenant", "show", "paris")
    shown = dict(line.split(maxsplit=1) for line in text.splitlines())
    assert set(shown) == set(facts(lone_app, "tenant", "show", "paris"))
    assert shown["languages"] == "fr, en, ar"
    assert shown["email"] == "–"


def test_publish_freezes_a_changed_draft(app):
    make.tenant(app)
    make.change(app, "paris", name="Ville de Paris")
    published = facts(app, "tenant", "publish", "paris")
    assert (published["tenant"], published["version"]) == ("paris", 2)
    make.heard(app)
    assert "Ville de Paris" in Visitor(app).get().text


def test_publish_of_an_unchanged_draft_makes_no_version(app):
    make.tenant(app)
    first = say(app, "tenant", "publish", "paris")
    assert first.startswith("paris: version 1 is live, SHA-256 ")
    assert say(app, "tenant", "publish", "paris") == first


def test_update_changes_the_draft_and_publish_shows_it(app):
    make.tenant(app)
    say(app, "tenant", "update", "paris", "--email", "dpo@paris.example", "--consent-days", "90")
    assert "dpo@paris.example" not in Visitor(app).get().text
    assert facts(app, "tenant", "publish", "paris")["version"] == 2
    make.heard(app)
    assert "dpo@paris.example" in Visitor(app).get().text
    assert Visitor(app).get("/api/v1/policy").json["consent_days"] == 90


def test_a_suspended_tenant_does_not_answer_until_it_is_resumed(app, visitor):
    make.tenant(app)
    receipt = visitor.decide().json
    assert facts(app, "tenant", "suspend", "paris") == {"tenant": "paris", "state": "suspended"}
    make.heard(app)
    assert visitor.get().status_code == 404
    assert visitor.decide().status_code == 404
    assert say(app, "tenant", "resume", "paris") == "paris answers again\n"
    make.heard(app)
    assert visitor.get().status_code == 200
    assert visitor.get(f"/api/v1/consents/{receipt['id']}").json == receipt


@pytest.mark.parametrize("command", ["suspend", "resume"])
def test_suspending_and_resuming_twice_is_the_same_as_once(lone_app, command):
    make.tenant(lone_app)
    first = facts(lone_app, "tenant", command, "paris")
    assert facts(lone_app, "tenant", command, "paris") == first


def test_suspending_one_tenant_leaves_the_others_open(lone_app):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en")
    say(lone_app, "tenant", "suspend", "paris")
    make.heard(lone_app)
    assert Visitor(lone_app, "oslo.example").get().status_code == 200


def test_a_tenant_answers_on_every_hostname_it_is_given(app):
    make.tenant(app)
    answer = say(app, "tenant", "hostname", "add", "paris", "DATA.Paris.Example.")
    assert answer == "paris answers on paris.example, data.paris.example\n"
    make.heard(app)
    for host in ("paris.example", "data.paris.example"):
        assert Visitor(app, host).get().status_code == 200


def test_a_tenant_stops_answering_on_a_hostname_that_is_removed(app):
    make.tenant(app)
    say(app, "tenant", "hostname", "add", "paris", "data.example")
    make.heard(app)
    assert Visitor(app, "data.example").get().status_code == 200
    left = facts(app, "tenant", "hostname", "remove", "paris", "data.example")
    assert left["hostnames"] == ["paris.example"]
    make.heard(app)
    assert Visitor(app, "data.example").get().status_code == 404


def test_one_hostname_is_canonical_and_another_can_take_its_place(app):
    make.tenant(app)
    added = facts(app, "tenant", "hostname", "add", "paris", "new.example", "--canonical")
    assert added["hostname"] == "new.example"
    assert set(added["hostnames"]) == {"new.example", "paris.example"}
    say(app, "tenant", "publish", "paris")
    make.heard(app)
    assert 'rel="canonical" href="https://new.example/' in Visitor(app).get().text
    assert say(app, "tenant", "hostname", "remove", "paris", "paris.example")


def test_a_hostname_that_is_there_already_can_become_canonical_again(app):
    make.tenant(app)
    say(app, "tenant", "hostname", "add", "paris", "new.example", "--canonical")
    say(app, "tenant", "hostname", "add", "paris", "paris.example", "--canonical")
    assert facts(app, "tenant", "show", "paris")["hostnames"] == ["paris.example", "new.example"]


def test_a_hostname_that_was_removed_is_free_for_another_tenant(lone_app):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en")
    say(lone_app, "tenant", "hostname", "add", "paris", "data.example")
    say(lone_app, "tenant", "hostname", "remove", "paris", "data.example")
    say(lone_app, "tenant", "hostname", "add", "oslo", "data.example")
    make.heard(lone_app)
    assert Visitor(lone_app, "data.example").get("/api/v1/policy").json["tenant"] == "oslo"


def lyon(**changed: str) -> tuple[str, ...]:
    """The words that create Lyon, some of them changed."""
    options = {"name": "Lyon", "hostname": "lyon.example", "language": "fr"}
    slug = changed.pop("slug", "lyon")
    pairs = [(f"--{key.replace('_', '-')}", text) for key, text in (options | changed).items()]
    return ("create", slug, *(word for pair in pairs for word in pair))


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (lyon(slug="paris"), "choose another slug"),
        (lyon(slug="Lyon"), "lower-case letters"),
        (lyon(slug="lyon_2"), "lower-case letters"),
        (lyon(slug="lyon-"), "inner hyphens"),
        (lyon(slug="l" * 64), "1 to 63"),
        (lyon(name=" "), "Give the name that visitors know"),
        (lyon(hostname="PARIS.example."), "belongs to tenant 'paris'"),
        (lyon(hostname="lyon example"), "is not a hostname"),
        (lyon(hostname="https://lyon.example"), "is not a hostname"),
        (lyon(hostname="-lyon.example"), "is not a hostname"),
        (lyon(hostname=""), "is not a hostname"),
        (lyon(hostname="l" * 64 + ".example"), "is not a hostname"),
        (lyon(hostname="xn--.example"), "is not a hostname"),
        (lyon(language="xx"), "there are en, "),
        (lyon(language="FR"), "there are en, "),
        (lyon(languages="fr,tlh"), "no such language: tlh"),
        (("show", "lyon"), "see `portal tenant list`"),
        (("publish", "lyon"), "see `portal tenant list`"),
        (("suspend", "lyon"), "see `portal tenant list`"),
        (("resume", "lyon"), "see `portal tenant list`"),
        (("update", "lyon", "--name", "Lyon"), "see `portal tenant list`"),
        (("update", "paris", "--consent-days", "396"), "1 to 395 days"),
        (("update", "paris", "--consent-days", "0"), "1 to 395 days"),
        (("update", "paris", "--name", ""), "Give the name that visitors know"),
        (("update", "paris", "--name", "P" * 201), "At most 200 characters"),
        (("update", "paris", "--email", "nobody"), "such as name@example.org"),
        (("update", "paris", "--authority-url", "javascript:alert(1)"), "begins with https://"),
        (("hostname", "add", "lyon", "lyon.example"), "see `portal tenant list`"),
        (("hostname", "add", "paris", "oslo.example"), "belongs to tenant 'oslo'"),
        (("hostname", "add", "paris", "paris.example"), "answers on paris.example already"),
        (("hostname", "add", "paris", "a..b"), "is not a hostname"),
        (("hostname", "remove", "lyon", "lyon.example"), "see `portal tenant list`"),
        (("hostname", "remove", "paris", "paris.example"), "make another one canonical first"),
        (("hostname", "remove", "paris", "oslo.example"), "see `portal tenant show`"),
        (("hostname", "remove", "paris", "a..b"), "is not a hostname"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_says_what_to_do_and_changes_nothing(lone_app, words, advice):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en")
    before = state(lone_app)
    for style in ((), ("--json",)):
        assert advice in complaint(lone_app, "tenant", *words, *style)
    assert state(lone_app) == before


def test_what_cannot_be_done_changes_nothing_on_postgresql_either(app):
    make.tenant(app)
    before = state(app)
    for words in (lyon(slug="paris"), lyon(hostname="paris.example"), lyon(language="xx")):
        complaint(app, "tenant", *words)
    assert state(app) == before


@pytest.mark.parametrize("missing", ["--name", "--hostname", "--language"])
def test_create_says_what_is_missing(lone_app, missing):
    words = list(LYON)
    del words[words.index(missing) : words.index(missing) + 2]
    result = run(lone_app, "tenant", "create", *words)
    assert result.exit_code == 2
    assert f"Missing option '{missing}'" in result.stderr


def test_no_command_about_tenants_touches_the_log(app, visitor):
    make.tenant(app)
    visitor.decide()
    count = select(func.count()).select_from(consent_records)
    for words in (("suspend",), ("resume",), ("publish",), ("update", "--name", "Other")):
        say(app, "tenant", words[0], "paris", *words[1:])
        with app.app_context():
            assert db.session.scalar(count) == 1


def test_publish_keeps_who_and_why(app):
    say(app, "tenant", "create", *LYON, "--languages", "en,ar")
    say(app, "tenant", "update", "lyon", "--name", "Lyon!")
    say(app, "tenant", "publish", "lyon", "--note", " A mark. ")
    with app.app_context():
        latest = db.session.get_one(PolicyVersion, (make.find("lyon").id, 2))
        assert (latest.published_by, latest.note) == ("portal tenant publish", "A mark.")


def test_publish_names_what_is_incomplete_until_it_is_left_out(lone_app):
    make.tenant(lone_app, "lyon")
    make.cookie(lone_app, "lyon")
    make.change(lone_app, "lyon", languages=["fr", "en", "ar", "de", "es"])
    line = complaint(lone_app, "tenant", "publish", "lyon")
    assert "de: 2 missing, 0 stale; es: 2 missing" in line
    words = ("--without", "de", "--without", "es")
    assert facts(lone_app, "tenant", "publish", "lyon", *words)["version"] == 2
    assert "fr" in complaint(lone_app, "tenant", "publish", "lyon", *words, "--without", "fr")


def test_what_commands_change_stands_in_the_audit_trail_under_their_names(app):
    say(app, "tenant", "create", *LYON)
    say(app, "tenant", "update", "lyon", "--email", "privacy@lyon.example")
    say(app, "tenant", "hostname", "add", "lyon", "www.lyon.example")
    with app.app_context():
        trail = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert {one.actor for one in trail} == {
        "portal tenant create",
        "portal tenant update",
        "portal tenant hostname add",
    }
    changed = next(one for one in trail if one.actor == "portal tenant update")
    assert (changed.before, changed.after) == ({"email": ""}, {"email": "privacy@lyon.example"})
