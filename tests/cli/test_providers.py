"""`portal cookies providers …`: what all tenants can add, kept by the operator."""

import json

import pytest

from portal.cli import main
from portal.cookies.known.catalogue import known
from portal.cookies.known.shipped import shipped
from tests.cli.terminal import complaint, facts, run, say
from tests.cookies import known as examples

PROVIDERS = ("cookies", "providers")
BADGE = {
    "name": "badge",
    "category": "preferences",
    "domain": "badge.example",
    "third_party": True,
    "lifetime_count": 1,
    "lifetime_unit": "year",
    "function": {"en": "City badge"},
    "purpose": {"en": "Shows the badge.", "fr": "Affiche le badge."},
}
CITY = {**examples.CITY, "cookies": [BADGE]}


@pytest.fixture
def file(tmp_path):
    """A file of providers to import."""

    def write(*entries) -> str:
        path = tmp_path / "providers.json"
        path.write_text(json.dumps(entries))
        return str(path)

    return write


def test_list_names_every_provider_and_who_keeps_it(app, file):
    say(app, *PROVIDERS, "import", file(CITY))
    header, *lines = say(app, *PROVIDERS, "list").splitlines()
    assert header.split() == ["KEY", "KIND", "COOKIES", "KEPT", "BY", "NAME"]
    assert len(lines) == len(shipped()) + 1
    assert "city social 1 you City badge" in [" ".join(line.split()) for line in lines]
    assert "matomo analytics 3 the portal Matomo" in [" ".join(line.split()) for line in lines]


def test_list_can_be_of_one_kind(lone_app):
    kinds = {one["kind"] for one in facts(lone_app, *PROVIDERS, "list", "--kind", "maps")}
    assert kinds == {"maps"}


def test_show_says_what_a_tenant_would_get(lone_app):
    text = say(lone_app, *PROVIDERS, "show", "matomo")
    assert "https://matomo.org/privacy-policy/" in text
    assert "_pk_ses.*" in text
    assert "30 minutes" in text
    told = facts(lone_app, *PROVIDERS, "show", "matomo")
    assert told == {**shipped()["matomo"].values(), "own": False}


def test_show_says_that_there_are_no_cookies(lone_app):
    assert "sets no cookies" in say(lone_app, *PROVIDERS, "show", "plausible")


def test_what_is_exported_can_be_imported_again(app, file, tmp_path):
    say(app, *PROVIDERS, "import", file(CITY))
    exported = say(app, *PROVIDERS, "export")
    assert [one["key"] for one in json.loads(exported)] == ["city"]
    path = tmp_path / "again.json"
    path.write_text(exported)
    again = facts(app, *PROVIDERS, "import", str(path))
    assert again == {"added": [], "replaced": [], "unchanged": ["city"]}


def test_export_writes_the_providers_named(lone_app):
    exported = json.loads(say(lone_app, *PROVIDERS, "export", "hotjar", "matomo"))
    assert [one["key"] for one in exported] == ["hotjar", "matomo"]
    assert exported[1] == shipped()["matomo"].values()


def test_import_says_what_it_did(app, file):
    ours = {**shipped()["matomo"].values(), "name": "Matomo of the city"}
    youtube = shipped()["youtube"].values()
    done = facts(app, *PROVIDERS, "import", file(CITY, ours, youtube))
    assert done == {"added": ["city"], "replaced": ["matomo"], "unchanged": ["youtube"]}


def test_import_of_a_wrong_file_writes_nothing_and_says_all_that_is_wrong(app, file):
    wrong = {**CITY, "key": "other", "cookies": [{**BADGE, "lifetime_count": 9}]}
    result = run(app, *PROVIDERS, "import", file(CITY, wrong, {"key": "third"}))
    assert result.exit_code == 1
    first, *rest = result.stderr.splitlines()
    assert first == (
        "Error: entry 2 ('other'), cookie 1 ('badge'), lifetime_count: "
        "Browsers keep a cookie for 400 days at most: write that."
    )
    assert "entry 3 ('third'): name is missing" in rest
    with app.app_context():
        assert not any(one.own for one in known())


def test_import_reads_standard_input(lone_app):
    words = [*PROVIDERS, "import", "-", "--json"]
    result = lone_app.test_cli_runner().invoke(main, words, input=json.dumps([CITY]))
    assert json.loads(result.stdout)["added"] == ["city"]


def test_remove_forgets_an_own_provider(app, file):
    say(app, *PROVIDERS, "import", file(CITY))
    assert say(app, *PROVIDERS, "remove", "city") == "city is removed\n"
    assert "no provider 'city'" in complaint(app, *PROVIDERS, "show", "city")


def test_remove_brings_the_shipped_one_back(app, file):
    say(app, *PROVIDERS, "import", file({**CITY, "key": "matomo"}))
    assert "is back" in say(app, *PROVIDERS, "remove", "matomo")
    assert facts(app, *PROVIDERS, "show", "matomo")["name"] == "Matomo"


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("show", "nonsense"), "see `portal cookies providers list`"),
        (("export", "nonsense"), "see `portal cookies providers list`"),
        (("remove", "nonsense"), "see `portal cookies providers list`"),
        (("remove", "matomo"), "import a provider with this key to replace it"),
    ],
)
def test_an_error_says_what_to_do(lone_app, words, advice):
    assert advice in complaint(lone_app, *PROVIDERS, *words)
