"""A visitor is asked again only where it matters, and keeps every other answer."""

import json
import re
import time
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from portal.consent.preferences import NAME
from tests import make
from tests.client import PREFERENCES, Visitor, has_banner
from tests.consent import drafts
from tests.consent.records import stored

DAY = 86400
AGAIN = "Our cookies have changed"
BETTER = {"en": "In better words.", "fr": "Mieux dit.", "ar": "بكلمات أفضل."}


def banner(visitor: Visitor) -> str:
    page = visitor.get(Accept_Language="en").text
    found = re.search(r'<section id="ask-first".*?</section>', page, re.DOTALL)
    return unescape(found[0]) if found else ""


def asked(visitor: Visitor) -> list[str]:
    """The categories that the banner asks about."""
    return re.findall(r"<strong>(.*?)</strong>", banner(visitor))


def press(visitor: Visitor, button: str) -> TestResponse:
    """Send the form of a button of the banner, as a browser without JavaScript does."""
    forms = re.findall(r"<form.*?</form>", banner(visitor), re.DOTALL)
    [form] = [one for one in forms if f'id="ask-{button}"' in one]
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'name="([^"]*)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(value)
    return visitor.submit(**fields)


def ago(visitor: Visitor, seconds: float) -> None:
    """Let the visitor's decision have been made so long ago."""
    value = visitor.preferences | {"at": int(time.time() - seconds)}
    visitor.remember(quote(json.dumps(value)))


@pytest.fixture
def paris(lone_app, lone_visitor):
    """A visitor of a tenant with statistics and marketing, who has decided nothing yet."""
    make.tenant(lone_app)
    drafts.add_category(lone_app, "marketing")
    make.publish(lone_app)
    return lone_visitor


def test_who_has_not_decided_is_asked_about_everything(paris):
    assert asked(paris) == ["Statistics", "Marketing"]
    assert AGAIN not in banner(paris)


@pytest.mark.parametrize("button", ["accept-all", "reject-all"])
def test_who_has_decided_is_asked_nothing(paris, button):
    assert press(paris, button).status_code == 303
    assert not has_banner(paris.get())


def test_after_the_lifetime_everything_is_asked_anew(paris):
    paris.decide(policy=2)
    ago(paris, 182 * DAY - 60)
    assert not has_banner(paris.get())
    ago(paris, 182 * DAY + 1)
    assert asked(paris) == ["Statistics", "Marketing"]
    assert AGAIN not in banner(paris)


def test_the_tenant_says_how_long_a_decision_lasts(paris, lone_app):
    paris.decide(policy=2)
    ago(paris, 31 * DAY)
    assert not has_banner(paris.get())
    make.change(lone_app, "paris", consent_days=30)
    make.publish(lone_app)
    assert has_banner(paris.get())


def test_a_decision_from_the_future_does_not_count(paris):
    paris.decide(policy=2)
    ago(paris, -240)  # clocks of two servers may differ a little
    assert not has_banner(paris.get())
    ago(paris, -3600)
    assert has_banner(paris.get())


def test_an_expired_decision_keeps_its_consent_id_when_it_is_renewed(paris, lone_app):
    paris.decide(policy=2)
    ago(paris, 400 * DAY)
    press(paris, "reject-all")
    first, second = stored(lone_app)
    assert (second.consent_id, second.previous) == (first.consent_id, first.id)
    assert not has_banner(paris.get())


def test_a_changed_category_alone_is_asked_again(app):
    make.tenant(app)
    drafts.add_category(app, "marketing")
    make.publish(app)
    visitor = Visitor(app)
    visitor.decide(policy=2)
    make.cookie(app)
    make.publish(app)
    assert asked(visitor) == ["Statistics"]
    assert AGAIN in banner(visitor)


@pytest.mark.parametrize("path", ["/", "/terms/cookies-policy/", PREFERENCES])
def test_every_page_names_what_changed(paris, lone_app, path):
    make.cookie(lone_app, name="_old")
    make.cookie(lone_app, name="_longer")
    paris.decide(policy=make.publish(lone_app))
    drafts.remove_cookie(lone_app, "_old")
    drafts.change_cookie(lone_app, "_longer", lifetime_count=14)
    make.cookie(lone_app, name="_new")
    make.publish(lone_app)
    page = unescape(paris.get(path, Accept_Language="en").text)
    assert AGAIN in page
    for change in ("New: _new", "Changed: _longer", "No longer used: _old"):
        assert change in page


def test_the_changes_are_named_in_the_visitors_language(paris, lone_app):
    paris.decide(policy=2)
    make.cookie(lone_app)
    make.publish(lone_app)
    assert "Nouveau : _pk_id" in unescape(paris.get().text).replace("\u202f", " ").replace(
        "\xa0", " "
    )


@pytest.mark.parametrize(
    ("fact", "value"),
    [("lifetime_count", 14), ("lifetime_unit", "week"), ("third_party", True),
     ("provider", "opendatasoft"), ("domain", ".paris.example"), ("path", "/data")],
)  # fmt: skip
def test_every_fact_that_matters_asks_again(paris, lone_app, fact, value):
    make.cookie(lone_app)
    paris.decide(policy=make.publish(lone_app))
    drafts.change_cookie(lone_app, "_pk_id", **{fact: value})
    make.publish(lone_app)
    assert asked(paris) == ["Statistics"]
    assert "_pk_id" in banner(paris)


@pytest.mark.parametrize("kept", [["marketing"], []])
@pytest.mark.parametrize(("button", "answer"), [("accept-all", ["statistics"]), ("reject-all", [])])
@pytest.mark.parametrize("before", [["statistics"], []])
def test_both_answers_keep_what_was_answered_before(paris, lone_app, kept, button, answer, before):
    paris.decide("save", policy=2, accepted=before + kept)
    make.cookie(lone_app)
    make.publish(lone_app)
    press(paris, button)
    latest = stored(lone_app)[-1]
    assert latest.policy == 3
    assert latest.accepted == ["necessary", *answer, *kept]
    assert not has_banner(paris.get())


def test_until_it_is_answered_again_a_changed_category_is_not_preselected(paris, lone_app):
    paris.decide(policy=2)
    make.cookie(lone_app)
    make.publish(lone_app)
    page = paris.get(PREFERENCES).text
    boxes = dict(re.findall(r'name="category" value="(\w+)"( checked)?', page))
    assert boxes == {"statistics": "", "marketing": " checked"}


@pytest.mark.parametrize(
    "change",
    [
        lambda app: make.change(app, "paris", name="Another name", email="dpo@paris.example"),
        lambda app: make.change(app, "paris", languages=["fr", "en"]),
        lambda app: drafts.change_cookie(app, "_pk_id", purpose=BETTER),
        lambda app: drafts.change_cookie(app, "_pk_ses", position=1),
        lambda app: drafts.change_cookie(app, "sessionid", lifetime_count=3),
        lambda app: drafts.remove_category(app, "marketing"),
    ],
    ids=["contact", "languages", "wording", "order", "necessary", "category gone"],
)
def test_what_changes_no_answer_asks_nobody(paris, lone_app, change):
    make.cookie(lone_app)
    make.cookie(lone_app, name="_pk_ses")
    drafts.change_cookie(lone_app, "_pk_id", position=8)  # the other has 9
    paris.decide(policy=make.publish(lone_app))
    change(lone_app)
    assert make.publish(lone_app) == 4
    assert not has_banner(paris.get())


def test_a_new_category_alone_is_asked(paris, lone_app):
    paris.decide(policy=2)
    drafts.add_category(lone_app, "preferences")
    make.cookie(lone_app, name="map_style", category="preferences")
    make.publish(lone_app)
    assert asked(paris) == ["Preferences"]
    press(paris, "reject-all")
    assert stored(lone_app)[-1].accepted == ["necessary", "statistics", "marketing"]


def test_a_change_that_is_undone_asks_nobody_who_decided_before_it(paris, lone_app):
    paris.decide(policy=2)
    make.cookie(lone_app)
    make.publish(lone_app)
    drafts.remove_cookie(lone_app, "_pk_id")
    make.publish(lone_app)
    assert not has_banner(paris.get())


def test_a_change_that_is_undone_asks_who_decided_on_it(paris, lone_app):
    make.cookie(lone_app)
    paris.decide(policy=make.publish(lone_app))
    drafts.remove_cookie(lone_app, "_pk_id")
    make.publish(lone_app)
    assert asked(paris) == ["Statistics"]


def test_a_late_answer_to_an_older_version_leaves_the_change_to_be_asked(paris, lone_app):
    make.cookie(lone_app)
    make.publish(lone_app)
    assert paris.decide(policy=2).status_code == 201
    assert asked(paris) == ["Statistics"]


def test_changes_over_several_versions_are_asked_together(paris, lone_app):
    paris.decide(policy=2)
    make.cookie(lone_app, name="_one")
    make.publish(lone_app)
    make.cookie(lone_app, name="_two", category="marketing")
    make.publish(lone_app)
    assert asked(paris) == ["Statistics", "Marketing"]
    assert "_one" in banner(paris)
    assert "_two" in banner(paris)


def test_an_expired_decision_is_asked_about_as_if_it_had_never_been(paris, lone_app):
    paris.decide(policy=2)
    ago(paris, 400 * DAY)
    make.cookie(lone_app)
    make.publish(lone_app)
    assert asked(paris) == ["Statistics", "Marketing"]
    assert AGAIN not in banner(paris)


def test_what_one_visitor_is_asked_shows_to_nobody_else(paris, lone_app):
    paris.decide(policy=2)
    make.cookie(lone_app)
    make.publish(lone_app)
    assert asked(paris) == ["Statistics"]
    assert "private" in paris.get().headers["Cache-Control"]
    stranger = Visitor(lone_app)
    assert asked(stranger) == ["Statistics", "Marketing"]
    assert NAME not in {cookie.key for cookie in stranger.client._cookies.values()}
