"""Which cookies may be declared, and what is said of the others."""

from http.cookies import Morsel, SimpleCookie

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cookies.lifetimes import seconds
from portal.cookies.list_rules import check_category, check_provider, key_of
from portal.cookies.rules import FIELDS, check
from portal.cookies.tidying import tidied

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def findings(others=(), providers=None, **values):
    """What is said of a cookie that is right but for these values: `{(field, wrong)}`."""
    right = {
        "name": "_pk_id", "category": "statistics", "provider": "matomo", "domain": ".example.org",
        "lifetime_count": 13, "lifetime_unit": "month", "exempt_measurement": True,
        "function": {"en": "Counting visits"}, "purpose": {"en": "Tells visits apart."},
    }  # fmt: skip
    found = check(tidied(right | values), others=others, providers=providers)
    return {(one.field, one.wrong) for one in found}


def test_a_complete_cookie_is_right():
    assert findings() == set()


@pytest.mark.parametrize(
    "name", ["", "a b", "a;b", "a=b", 'a"b', "é", "a\x00", "x" * 257, "*", "**"]
)
def test_a_name_that_browsers_would_not_take_is_refused(name):
    assert ("name", True) in findings(name=name)


@pytest.mark.parametrize(
    ("match", "name", "right"),
    [
        ("exact", "_ga", True),
        ("exact", "_ga*", False),
        ("prefix", "_ga_", True),
        ("prefix", "_ga_*", False),
        ("pattern", "_ga_*", True),
        ("pattern", "_ga_", False),
        ("pattern", "***", False),
        ("regex", "_ga", False),
    ],
)
def test_a_star_stands_for_any_text_in_patterns_alone(match, name, right):
    assert (findings(match=match, name=name) == set()) is right


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"domain": ""}, None),
        ({"domain": "", "path": "/app"}, "path"),
        ({"domain": "example.org"}, "domain"),
        ({"domain": ".example.org", "third_party": True}, "domain"),
    ],
)
def test_a_host_cookie_has_the_whole_host_and_no_other(values, field):
    found = findings(name="__host-id", exempt_measurement=False, **values)
    assert found == ({(field, True)} if field else set())


def test_a_third_party_s_host_cookie_names_its_host():
    values = {"domain": "accounts.example.org", "third_party": True, "exempt_measurement": False}
    assert findings(name="__Host-id", **values) == set()


@pytest.mark.parametrize(
    "domain", ["exa mple.org", "a..b", "..a.b", "https://a.b", "a.b:80", "-a.b"]
)
def test_a_domain_is_a_hostname(domain):
    assert findings(domain=domain) == {("domain", True)}


def test_a_domain_gets_its_one_form():
    assert tidied({"domain": " .Bücher.Example. "})["domain"] == ".xn--bcher-kva.example"


@pytest.mark.parametrize("path", ["app", "/a;b", "/a\nb", "/é", "/" + "a" * 1024])
def test_a_path_is_one_that_a_cookie_can_have(path):
    assert findings(path=path) == {("path", True)}


@pytest.mark.parametrize(
    ("count", "unit", "right"),
    [
        (400, "day", True), (401, "day", False), (57, "week", True), (58, "week", False),
        (13, "month", True), (14, "month", False), (1, "year", True), (2, "year", False),
        (576_000, "minute", True), (9601, "hour", False), (0, "day", False), (-1, "day", False),
        (0, "session", True), (1, "session", False), ("", "session", True), ("", "day", False),
        (" 7 ", "day", True), ("7.5", "day", False), (True, "day", False), (10**400, "day", False),
    ],
)  # fmt: skip
def test_a_lifetime_is_a_session_or_at_most_400_days(count, unit, right):
    found = findings(lifetime_count=count, lifetime_unit=unit, exempt_measurement=False)
    assert found == (set() if right else {("lifetime_count", True)})


@pytest.mark.parametrize(
    "kept",
    [
        {"storage": "local_storage"},
        {"storage": "session_storage", "lifetime_unit": "session", "lifetime_count": 0},
    ],
)
def test_a_key_of_a_storage_has_signs_that_no_cookie_has(kept):
    for name in ("yt.innertube::nextId", "a/b?c=[1]", "{}"):
        assert findings(name=name, **kept) == set()
        assert findings(name=name) == {("name", True)}
    for name in ("a b", "é", "a\x7f", "", "*"):
        assert ("name", True) in findings(name=name, **kept)


def test_a_key_is_a_pattern_under_the_same_rules_as_a_name():
    kept = {"storage": "local_storage"}
    assert findings(name="hj:*", match="pattern", **kept) == set()
    assert findings(name="hj:*", match="exact", **kept) == {("name", True)}
    assert findings(name="hj:", match="pattern", **kept) == {("name", True)}
    assert findings(name="***", match="pattern", **kept) == {("name", True)}


def test_only_scripts_reach_a_storage():
    assert findings(storage="cookie", http_only=True) == set()
    assert findings(storage="local_storage", http_only=True) == {("http_only", True)}


def test_a_session_storage_lasts_for_a_session_and_a_local_one_beyond_400_days():
    longest = {"lifetime_count": 401, "lifetime_unit": "day", "exempt_measurement": False}
    assert findings(storage="local_storage", **longest) == set()
    assert findings(storage="session_storage", **longest) == {("lifetime_unit", True)}
    for count in (36_526, 10**400):
        century = longest | {"lifetime_count": count}
        assert findings(storage="local_storage", **century) == {("lifetime_count", True)}
    for storage in ("any", "cookie"):
        assert findings(storage=storage, **longest) == {("lifetime_count", True)}


def test_a_local_storage_that_lasts_for_a_session_is_worth_a_look():
    session = {"lifetime_count": 0, "lifetime_unit": "session"}
    assert findings(storage="local_storage", **session) == {("lifetime_unit", False)}
    for storage in ("any", "cookie", "session_storage"):
        assert findings(storage=storage, **session) == set()


def test_where_a_cookie_is_kept_is_one_of_four_places():
    assert findings(storage="disk") == {("storage", True)}
    assert tidied({})["storage"] == "any"


def test_a_number_that_is_none_hides_no_other_finding():
    found = findings(lifetime_count="many", lifetime_unit="day", name="")
    assert found == {("name", True), ("lifetime_count", True)}


def test_an_exempt_cookie_counts_visits_for_13_months_at_most():
    assert findings(lifetime_count=395, lifetime_unit="day") == set()
    assert findings(lifetime_count=396, lifetime_unit="day") == {("lifetime_count", True)}
    assert findings(category="marketing") == {("exempt_measurement", True)}


def test_an_exempt_cookie_of_a_third_party_is_worth_a_look():
    assert findings(third_party=True) == {("exempt_measurement", False)}


def test_two_cookies_differ_in_name_domain_or_path():
    others = {("_pk_id", ".example.org", "/")}
    assert findings(others) == {("name", True)}
    assert findings(others, path="/app") == set()


def test_a_provider_stands_in_the_list():
    assert findings(provider="") == {("provider", True)}
    assert findings(providers={"other"}) == {("provider", True)}


def test_a_purpose_is_needed_and_a_function_only_missed():
    assert findings(purpose={"en": " \n"}) == {("purpose", True)}
    assert findings(function={}) == {("function", False)}


@pytest.mark.parametrize("text", ["a\x00", "a\ud800", "a\x1b[31m", "x" * 2001])
def test_a_text_can_be_shown_and_stored(text):
    assert findings(purpose={"en": text}) == {("purpose", True)}


def test_a_text_is_in_a_language_that_there_is():
    assert findings(purpose={"en": "Yes.", "tlh": "HIja'."}) == {("purpose", True)}


@given(st.dictionaries(st.sampled_from(FIELDS), ANY_JSON))
def test_whatever_is_imported_is_answered(values):
    tidy = tidied(values)
    assert check(tidy)
    assert tidied(tidy) == tidy


@given(st.text(max_size=8))
def test_a_name_that_is_right_can_be_set(name):
    if findings(name=name) == set() and name.lower() not in Morsel._reserved:
        cookie = SimpleCookie()
        cookie[tidied({"name": name})["name"]] = "value"
        assert len(cookie) == 1


@given(st.integers(-5, 10**6), st.sampled_from(["minute", "hour", "day", "week", "month", "year"]))
def test_no_unit_lets_a_lifetime_over_400_days_through(count, unit):
    found = findings(lifetime_count=count, lifetime_unit=unit, exempt_measurement=False)
    assert (not found) == (0 < seconds(count, unit) <= 34_560_000)


def provider(others=(), **values):
    right = {"key": "matomo", "name": "Matomo", "privacy_url": "https://matomo.org/privacy/"}
    found = check_provider(right | values, others=dict(others))
    return {(one.field, one.wrong) for one in found}


def test_a_complete_provider_is_right():
    assert provider() == provider(privacy_url="") == set()


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "matomo.org", "https://", "https://a b/", "http://[", "//a.b", "ftp://a.b",
     "https://me@a.b", "https://a.b/é", "https://a.b/\n", "https://a.b/" + "x" * 500],
)  # fmt: skip
def test_a_privacy_address_is_a_web_address(url):
    assert provider(privacy_url=url) == {("privacy_url", True)}


def test_two_providers_differ_in_key_and_name():
    assert provider({"matomo": "Piwik"}) == {("key", True)}
    assert provider({"piwik": "MATOMO"}) == {("name", True)}


@pytest.mark.parametrize(
    "values", [{"name": ""}, {"name": "a\x00"}, {"name": "x" * 201}, {"name": 1}]
)
def test_a_provider_has_a_name_that_can_be_shown(values):
    assert provider(**values) == {("name", True)}


@given(st.text(), st.sets(st.sampled_from(["provider", "provider-2", "a", "a-2"])))
def test_a_key_is_found_for_any_name(name, taken):
    key = key_of(name, dict.fromkeys(taken, ""))
    assert provider(dict.fromkeys(taken, ""), key=key) == set()


def test_a_category_has_a_title_and_a_description():
    assert check_category({"title": {"en": "Maps"}, "description": {"en": "Show maps."}}) == []
    found = check_category({"title": {}, "description": {}})
    assert [one.field for one in found] == ["title", "description"]
