"""Suggestions while a cookie is declared: name and domain agree, or there are none."""

import pytest

from portal.cookies.known.suggesting import MOST, suggest
from tests import make
from tests.cookies.known import CITY, counted, imported, suggested, take


def test_a_name_alone_suggests_nothing(app):
    make.tenant(app)
    for name in ("uid", "_ga", "_ga_ABC123", "NID", "csrftoken", "IDE"):
        assert suggested(app, name) == []


@pytest.mark.parametrize(
    ("name", "domain", "found"),
    [
        ("uid", "criteo.com", [("criteo", "uid")]),
        ("uid", "adform.net", [("adform", "uid")]),
        ("uid", "notcriteo.com", []),
        ("uid", "criteo.com.evil.example", []),
        ("IDE", ".doubleclick.net", [("doubleclick", "IDE")]),
        ("IDE", "Stats.G.DoubleClick.NET", [("doubleclick", "IDE")]),
        ("ide", "doubleclick.net", []),
        ("csrftoken", "paris.example", []),
        ("csrftoken", "instagram.com", [("instagram", "csrftoken")]),
        ("bscookie", "linkedin.com", []),  # set on www.linkedin.com alone
        ("IDE", "not a domain", []),
        ("", "doubleclick.net", []),
        ("x" * 5000, "doubleclick.net", []),
    ],
)
def test_on_another_partys_domain_name_and_domain_have_to_agree(lone_app, name, domain, found):
    make.tenant(lone_app)
    assert suggested(lone_app, name, domain) == found


@pytest.mark.parametrize(
    "domain", ["paris.example", ".paris.example", "data.paris.example", "PARIS.example"]
)
def test_a_first_party_cookie_is_suggested_on_the_tenants_own_domain(lone_app, domain):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en", ("en",))
    assert suggested(lone_app, "_fbp", domain) == [("facebook", "_fbp")]
    assert suggested(lone_app, "_fbp", domain, "oslo") == []


def test_the_domain_above_the_hostname_is_the_tenants_own_but_not_the_top_one(lone_app):
    make.tenant(lone_app, hostname="data.city.example")
    assert suggested(lone_app, "_fbp", "city.example") == [("facebook", "_fbp")]
    assert suggested(lone_app, "_fbp", "example") == []
    assert suggested(lone_app, "_fbp", "ty.example") == []


def test_without_a_domain_a_first_party_cookie_of_a_declared_provider_is_suggested(app):
    make.tenant(app)
    take(app, "google-analytics")
    assert ("google-analytics", "_ga") in suggested(app, "_ga")
    assert suggested(app, "_fbp") == []


def test_without_a_domain_no_cookie_of_another_domain_is_suggested(app):
    make.tenant(app)
    take(app, "doubleclick")
    assert suggested(app, "IDE") == []


@pytest.mark.parametrize("name", ["_ga_ABC123", "_ga_*", "_ga_"])
def test_a_pattern_stands_for_the_names_that_it_matches(lone_app, name):
    make.tenant(lone_app)
    assert suggested(lone_app, name, "paris.example") == [("google-analytics", "_ga_*")]


def test_a_beginning_suggests_what_it_may_become_whole_names_first(lone_app):
    make.tenant(lone_app)
    found = [name for _, name in suggested(lone_app, "_ga", "paris.example")]
    assert found[0] == "_ga"
    assert set(found) == {"_ga", "_ga_*", "_gac_*"}
    assert len(suggested(lone_app, "_", "paris.example")) == MOST


def test_own_providers_are_suggested_too(app):
    make.tenant(app)
    imported(app, CITY)
    assert suggested(app, "badge7", "badge.example") == [("city", "badge*")]
    assert suggested(app, "badge7", "cdn.badge.example") == [("city", "badge*")]


def test_the_number_of_queries_does_not_grow_with_what_is_known(lone_app):
    make.tenant(lone_app)
    imported(lone_app, *({**CITY, "key": f"city-{number}"} for number in range(50)))
    with lone_app.app_context():
        tenant, queries = make.find(), counted()
        assert suggest(tenant, "badge1", "badge.example")
        assert len(queries) == 2
