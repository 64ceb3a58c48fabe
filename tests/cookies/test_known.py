"""Providers known to all: what is shipped is right, and the operator keeps others beside it."""

from urllib.parse import urlsplit

import pytest

from portal.cookies.known.catalogue import UnknownProvider, find, known, named
from portal.cookies.known.entries import KINDS
from portal.cookies.known.keeping import NotOwn, remove
from portal.cookies.known.reading import BadProviders, read
from portal.cookies.known.shipped import shipped
from portal.cookies.lifetimes import is_over_longest
from portal.cookies.rules import check
from portal.cookies.texts import own_or_built_in
from portal.cookies.tidying import tidied
from portal.database import writing
from tests.cookies.known import BADGE, CITY, counted, file_of, imported

SHIPPED = [pytest.param(one, id=one.key) for one in shipped().values()]


def reasons(content) -> str:
    with pytest.raises(BadProviders) as refused:
        read(content if isinstance(content, bytes) else file_of(*content))
    return str(refused.value)


# What is shipped


def test_every_kind_has_providers_and_there_are_some_forty():
    assert {one.kind for one in shipped().values()} == set(KINDS)
    assert len(shipped()) >= 40


@pytest.mark.parametrize("provider", SHIPPED)
def test_what_is_shipped_passes_the_rules_of_an_import(provider):
    assert read(file_of(provider.values())) == [provider]


@pytest.mark.parametrize("provider", SHIPPED)
def test_every_shipped_cookie_passes_the_rules_of_a_declared_one_without_a_finding(provider):
    others = []
    for cookie in provider.cookies:
        values = {**cookie.values(), "provider": provider.key}
        assert tidied(values) == values
        assert check(values, others=others) == []
        assert not is_over_longest(cookie.lifetime_count, cookie.lifetime_unit)
        others.append(cookie.identity)


@pytest.mark.parametrize("provider", SHIPPED)
def test_what_is_shipped_speaks_every_language_and_says_where_to_read_more(provider):
    assert urlsplit(provider.privacy_url).scheme == "https"
    for cookie in provider.cookies:
        for texts in (cookie.function, cookie.purpose):
            said = {own_or_built_in(texts, tag) for tag in ("en", "fr", "de", "ar")}
            assert len(said) == 4
            assert "" not in said
        assert cookie.purpose["en"].endswith(".")


@pytest.mark.parametrize("provider", SHIPPED)
def test_a_shipped_cookie_has_a_domain_exactly_if_a_third_party_sets_it(provider):
    for cookie in provider.cookies:
        assert bool(cookie.domain) == cookie.third_party


def test_what_is_shipped_asks_the_database_for_the_operators_own_alone(lone_app):
    with lone_app.app_context():
        queries = counted()
        known()
        assert len(queries) == 1
        find("matomo")
        assert len(queries) == 2


# The operator's own


def test_an_own_provider_is_listed_with_the_shipped_ones_in_order(app):
    assert imported(app, CITY).added == ("city",)
    with app.app_context():
        social = [one.name for one in known("social")]
        assert social == sorted(social, key=str.casefold)
        assert "City badge" in social
        assert find("city").own
        assert not find("matomo").own


def test_an_import_tidies_what_it_keeps(app):
    imported(app, CITY)
    with app.app_context():
        [cookie] = find("city").cookies
    assert cookie.purpose == {"en": "Shows the badge"}
    assert (cookie.lifetime_count, cookie.path) == (1, "/")


def test_an_own_provider_replaces_the_shipped_one_until_it_is_removed(app):
    ours = {**shipped()["matomo"].values(), "name": "Matomo of the city", "cookies": []}
    assert imported(app, ours).replaced == ("matomo",)
    with app.app_context():
        assert [one.name for one in known() if one.key == "matomo"] == ["Matomo of the city"]
    with app.app_context(), writing():
        assert remove("matomo").name == "Matomo"
    with app.app_context():
        assert find("matomo") == shipped()["matomo"]


def test_an_import_of_what_is_known_changes_nothing(app):
    everything = [one.values() for one in shipped().values()]
    assert set(imported(app, *everything).unchanged) == set(shipped())
    with app.app_context():
        assert not any(one.own for one in known())


def test_what_comes_with_the_portal_cannot_be_removed(lone_app):
    with lone_app.app_context():
        with pytest.raises(NotOwn, match="comes with the portal"):
            remove("matomo")
        with pytest.raises(UnknownProvider, match="no provider 'nonsense'"):
            remove("nonsense")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"key": "City!"}, "entry 1 ('City!'), key: A key has small letters"),
        ({"name": " "}, "entry 1 ('city'), name: A provider needs a name."),
        ({"kind": "magic"}, "kind: Choose one of these: analytics, "),
        ({"kind": ["maps"]}, "kind: Choose one of these: analytics, "),
        ({"privacy_url": "javascript:alert(1)"}, "privacy_url: Write a full address"),
        ({"privacy_url": None}, "privacy_url: This has to be text."),
        ({"cookies": {}}, "cookies: This has to be a list."),
        ({"cookies": [7]}, "cookie 1: this has to be an object"),
        ({"colour": "red"}, "entry 1 ('city'): there is no 'colour' here; there are key, name"),
    ],
)
def test_a_wrong_provider_is_refused_with_its_entry_and_the_reason(change, reason):
    assert reason in reasons([{**CITY, **change}])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "a b"}, "cookie 1 ('a b'), name: A name has no spaces"),
        ({"match": "exact"}, "cookie 1 ('badge*'), name: Only a pattern may hold a *."),
        ({"lifetime_count": 2}, "lifetime_count: Browsers keep a cookie for 400 days"),
        ({"lifetime_count": "many"}, "lifetime_count: Write a whole number."),
        ({"category": "fun"}, "category: Choose one of these"),
        ({"domain": "bad_domain"}, "domain: Write a hostname"),
        ({"domain": ""}, "domain: A cookie of a third party needs the domain that sets it."),
        ({"purpose": {}}, "purpose: Visitors "),
        ({"purpose": {"xx": "?"}}, "purpose: There is no language “xx”."),
        ({"purpose": {"en": "a\0b"}}, "purpose: This holds a character that cannot be shown."),
        ({"third_party": "yes"}, "third_party: This has to be yes or no."),
        ({"revision": 3}, "cookie 1: there is no 'revision' here"),
    ],
)
def test_a_wrong_cookie_is_refused_with_its_entry_and_the_reason(change, reason):
    found = reasons([{**CITY, "cookies": [{**BADGE, **change}]}])
    assert found.startswith("entry 1 ('city'), cookie 1")
    assert reason in found


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "line 1, column 1: this is no valid JSON"),
        (b'[\n{"key": }]', "line 2, column 9: this is no valid JSON"),
        (b"{}", "has to be a list"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff\xfe[]", "UTF-16"),
        (b'["\xe9"]', "Line 1 is not in UTF-8"),
        (b"[7]", "entry 1: this has to be an object"),
        (b"[{}]", "entry 1: key is missing"),
    ],
)
def test_a_file_that_is_no_list_of_providers_is_refused_with_the_place(content, reason):
    assert reason in reasons(content)


def test_all_that_is_wrong_is_said_at_once():
    found = reasons([CITY, {**CITY, "kind": "magic", "cookies": [BADGE, BADGE]}])
    assert "2 providers have the key 'city'" in found
    assert "entry 2 ('city'), kind" in found
    assert "cookie 2 ('badge*'), name: The list already has a cookie" in found


def test_a_provider_is_found_by_its_name(lone_app):
    with lone_app.app_context():
        assert named(" google MAPS ").key == "google-maps"
        assert named("Google") is None
