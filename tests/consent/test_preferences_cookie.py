"""The cookie is a hint that anybody may have written: exactly of the format, or no decision."""

import itertools
import json
import re
import string
import time
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from portal.consent.erasing import erase
from portal.consent.preferences import LONGEST, NAME, Preferences, read, write
from portal.cookies.models import CATEGORIES
from portal.database import writing
from tests import make
from tests.client import Visitor, has_banner
from tests.consent import documented, drafts
from tests.consent.records import keep, record

ID = "0b57cd54-12f0-4576-83d7-e1ec66c01eef"
GOOD: dict[str, Any] = {
    "v": 1,
    "id": ID,
    "policy": 3,
    "at": 1795362323,
    "accepted": ["necessary", "statistics"],
    "rejected": ["marketing"],
}
DOCUMENTED = documented.code()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
thoroughly = settings(max_examples=200)


def encoded(value: Any) -> str:
    return quote(json.dumps(value, separators=(",", ":")))


def is_refused(value: str | None) -> bool:
    """By the portal and by the reader that its documentation offers to back ends."""
    assert not DOCUMENTED["has_consent"](value, "statistics")
    assert DOCUMENTED["has_consent"](value, "necessary")
    return read(value) is None and DOCUMENTED["read_consent"](value) is None


def test_a_cookie_of_the_format_says_what_was_decided():
    expected = Preferences(UUID(ID), 3, 1795362323, ("necessary", "statistics"), ("marketing",))
    assert read(encoded(GOOD)) == expected


def test_a_cookie_may_come_with_other_spacing_and_order():
    value = json.dumps(dict(reversed(GOOD.items())), indent=1)
    assert read(quote(value)) == read(encoded(GOOD))


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=1100))
@thoroughly
def test_no_text_is_too_odd_to_read(text):
    assert is_refused(text)


@given(st.text(alphabet="%" + string.hexdigits + '{}[]":,', max_size=60))
@thoroughly
def test_no_percent_encoding_is_too_odd_to_read(text):
    assert is_refused(text)


@given(JSON)
@thoroughly
def test_no_json_of_another_shape_counts(value):
    assert is_refused(encoded(value))


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(GOOD, JSON)))
@thoroughly
def test_no_object_with_members_of_any_kind_counts(value):
    assert is_refused(encoded(value))


@given(st.sampled_from(list(GOOD)), JSON)
@thoroughly
def test_one_member_of_any_kind_counts_only_if_it_is_of_its_type(name, value):
    found = read(encoded(GOOD | {name: value}))
    assert (found is None) == (DOCUMENTED["read_consent"](encoded(GOOD | {name: value})) is None)
    assert found is None or type(value) is type(GOOD[name])


@given(st.text(max_size=100))
@thoroughly
def test_no_text_but_a_uuid_is_a_consent_id(text):
    assert is_refused(encoded(GOOD | {"id": text}))


@given(
    st.sets(st.sampled_from(CATEGORIES[1:])),
    st.sets(st.sampled_from(CATEGORIES[1:])),
    st.uuids(),
    st.integers(1, 2**31 - 1),
)
@thoroughly
def test_what_is_written_is_read_again(accepted, others, consent_id, policy):
    decided = record(
        1,
        consent_id=consent_id,
        policy=policy,
        accepted=["necessary", *accepted],
        rejected=[*(others - accepted)],
    )
    value = write(decided)
    assert len(value) < LONGEST
    assert read(value) == Preferences(
        consent_id,
        policy,
        int(decided.given_at.timestamp()),
        tuple(decided.accepted),
        tuple(decided.rejected),
    )
    found = DOCUMENTED["read_consent"](value)
    assert (found["id"], found["policy"]) == (str(consent_id), policy)
    assert (found["accepted"], found["rejected"]) == (decided.accepted, decided.rejected)


@pytest.mark.parametrize("name", GOOD)
def test_a_cookie_without_one_of_its_members_is_no_decision(name):
    assert is_refused(encoded({key: value for key, value in GOOD.items() if key != name}))


@pytest.mark.parametrize(
    "members",
    [
        {"v": 2},
        {"v": 0},
        {"v": True},
        {"v": 1.0},
        {"v": "1"},
        {"v": None},
        {"id": ""},
        {"id": None},
        {"id": 1},
        {"id": [ID]},
        {"id": ID.upper()},
        {"id": ID.replace("-", "")},
        {"id": "{" + ID + "}"},
        {"id": "urn:uuid:" + ID},
        {"more": 1},
        {"id": "0b57cd54-12f0-4576-83d7"},
        {"id": ID + "\0"},
        {"policy": True},
        {"policy": -1},
        {"policy": 3.0},
        {"policy": "3"},
        {"policy": None},
        {"at": True},
        {"at": 10**400},
        {"at": -1},
        {"at": 1795362323.5},
        {"at": "1795362323"},
        {"at": float("nan")},
        {"at": float("inf")},
        {"accepted": None},
        {"accepted": []},
        {"accepted": "necessary"},
        {"accepted": {"necessary": True}},
        {"accepted": ["statistics"]},
        {"accepted": ["necessary", 1]},
        {"accepted": ["necessary", None]},
        {"accepted": ["necessary", ["statistics"]]},
        {"accepted": ["necessary", "statistics", "statistics"]},
        {"accepted": ["necessary", "marketing"]},
        {"rejected": None},
        {"rejected": "marketing"},
        {"rejected": [False]},
        {"rejected": ["marketing", "marketing"]},
        {"rejected": ["necessary"]},
    ],
    ids=repr,
)
def test_a_member_of_the_wrong_kind_makes_it_no_decision(members):
    assert is_refused(encoded(GOOD | members))


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "null",
        "1",
        encoded([GOOD]),
        encoded(GOOD) + "x",
        encoded(GOOD) + "%00",
        encoded(GOOD) + "\0",
        encoded(GOOD)[:-3],
        quote(encoded(GOOD)),  # encoded twice
        "%ff" + encoded(GOOD),
        quote("[" * 300),
        encoded(GOOD | {"rejected": ["m" * LONGEST]}),
        quote(json.dumps(GOOD) + " " * LONGEST),
    ],
    ids=repr,
)
def test_a_damaged_or_oversized_value_is_no_decision(value):
    assert is_refused(value)


def test_the_cookie_of_a_real_decision_is_read_as_the_documentation_says(app, visitor):
    make.tenant(app)
    visitor.decide("accept_all")
    value = visitor.client.get_cookie(NAME, domain=visitor.host).value
    assert DOCUMENTED["read_consent"](value) == visitor.preferences
    assert DOCUMENTED["has_consent"](value, "statistics")
    assert not DOCUMENTED["has_consent"](value, "marketing")
    assert "/visits.js" in DOCUMENTED["page"]({NAME: value})[0]
    visitor.decide("withdraw")
    value = visitor.client.get_cookie(NAME, domain=visitor.host).value
    assert not DOCUMENTED["has_consent"](value, "statistics")
    assert "/visits.js" not in DOCUMENTED["page"]({NAME: value})[0]


def test_the_documented_example_is_a_cookie_of_the_format():
    example = re.search(r'\{"v":1.*?\}', documented.TEXT, re.DOTALL)[0]
    assert read(quote(example)) == read(encoded(json.loads(example)))
    assert json.loads(example) == GOOD


def decided(app, *slugs: str) -> None:
    """The browser with our number has decided at these tenants."""
    with app.app_context():
        keep(*(record(make.find(slug).id, consent_id=UUID(ID)) for slug in slugs or ["paris"]))


def told(visitor, **members: Any) -> bool:
    """Whether a visitor with a fresh cookie of these members is shown the banner."""
    fresh = {"v": 1, "id": ID, "policy": 1, "at": int(time.time())}
    answers = {"accepted": ["necessary"], "rejected": ["statistics"]}
    visitor.remember(encoded(fresh | answers | members))
    return has_banner(visitor.get())


def test_a_decision_on_what_the_tenant_has_is_not_asked_again(lone_app, lone_visitor):
    make.tenant(lone_app)
    assert has_banner(lone_visitor.get())
    decided(lone_app)
    assert not told(lone_visitor)


def test_a_decision_of_which_the_log_knows_nothing_is_none(app, visitor):
    make.tenant(app)
    assert told(visitor)
    receipt = visitor.decide("reject_all").json
    assert receipt["consent_id"] != ID
    assert not told(visitor, id=receipt["consent_id"])


def test_the_decision_of_another_tenant_is_none(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en")
    paris, oslo = Visitor(app), Visitor(app, "oslo.example")
    paris.decide("accept_all")
    oslo.remember(paris.client.get_cookie(NAME, domain=paris.host).value)
    assert has_banner(oslo.get())
    assert oslo.decide("reject_all").json["consent_id"] != paris.preferences["id"]


def test_a_decision_that_was_erased_is_none(app, visitor):
    make.tenant(app)
    number = visitor.decide("accept_all").json["consent_id"]
    assert not has_banner(visitor.get())
    with app.app_context(), writing():
        erase(make.find().id, UUID(number), "operator", "asked by letter")
    make.heard(app)
    assert has_banner(visitor.get())


def test_of_several_cookies_of_the_name_the_newest_decision_counts(app, visitor):
    make.tenant(app)
    visitor.decide("reject_all")
    own, at = visitor.preferences, int(time.time())
    ways = {
        "own": encoded(own),
        "older": encoded(own | {"at": at - 100, "accepted": ["necessary"], "rejected": []}),
        "unknown": encoded(own | {"at": at + 100, "id": ID}),
        "none": "nonsense",
    }
    for order in itertools.permutations(ways.values()):
        header = "; ".join(f"{NAME}={value}" for value in order)
        assert not has_banner(
            visitor.client.get("/", base_url=visitor.base, headers={"Cookie": header})
        )


def test_while_the_log_cannot_be_asked_a_cookie_is_no_decision(lone_app, lone_visitor, monkeypatch):
    make.tenant(lone_app)
    decided(lone_app)

    def fail(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as away:
        away.setattr("portal.consent.browsers._has_record", fail)
        assert told(lone_visitor)
    assert not told(lone_visitor)


@pytest.mark.parametrize(
    "members",
    [
        {"policy": 0},
        {"policy": 2},
        {"policy": 10**300},
        {"at": 10**400},
        {"id": 1},
        {"rejected": []},
        {"rejected": ["marketing"]},
        {"rejected": ["statistics", "marketing"]},
        {"rejected": ["statistics", "nonsense"]},
        {"rejected": ["statistics", "\0"]},
        {"rejected": ["statistics", "\ud800"]},
        {"v": 2},
    ],
    ids=repr,
)
def test_a_decision_on_what_the_tenant_does_not_have_is_none(lone_app, lone_visitor, members):
    make.tenant(lone_app)
    decided(lone_app)
    assert told(lone_visitor, **members)


def test_the_cookie_of_a_tenant_with_other_categories_is_no_decision_here(lone_app, lone_visitor):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en")
    drafts.add_category(lone_app, "marketing", "oslo")
    make.publish(lone_app, "oslo")
    make.change(lone_app, "paris", name="Second version")
    make.publish(lone_app)
    decided(lone_app, "paris", "oslo")
    assert told(lone_visitor, policy=2, rejected=["statistics", "marketing"])
