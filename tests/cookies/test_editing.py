"""Changing the list of a tenant: cookies, providers and categories."""

from threading import Barrier, Thread
from uuid import uuid4

import pytest

from portal.cookies import arranging, categories, editing, providers
from portal.cookies.declared import cookies, declaration, find_cookie, stamp
from portal.cookies.models import Cookie
from portal.cookies.refusals import (
    CategoryWrong,
    Conflict,
    CookieWrong,
    InUse,
    Needed,
    NoSuchCategory,
    NoSuchCookie,
    NoSuchProvider,
    ProviderWrong,
)
from portal.database import writing
from tests import make

MAP = {
    "name": " map_zoom ", "category": "statistics", "provider": "opendatasoft",
    "domain": "Example.ORG",
    "lifetime_count": "3", "lifetime_unit": "month", "function": {"fr": "Cartes"},
    "purpose": {"ar": "يحفظ التكبير.", "fr": "Retient  le zoom."},
}  # fmt: skip


@pytest.fixture
def paris(app):
    make.tenant(app)
    with app.app_context(), writing():
        yield make.find()


def one(tenant, name):
    return next(cookie for cookie in cookies(tenant) if cookie.name == name)


def in_order(tenant, category="necessary"):
    return [cookie.name for cookie in cookies(tenant, Cookie.category == category)]


def test_a_cookie_is_added_as_it_should_have_been_typed(paris):
    cookie = editing.add_cookie(paris, MAP)
    assert (cookie.name, cookie.domain, cookie.path) == ("map_zoom", "example.org", "/")
    assert (cookie.lifetime_count, cookie.lifetime_unit) == (3, "month")
    assert cookie.purpose == {"fr": "Retient le zoom.", "ar": "يحفظ التكبير."}
    assert cookie.sources == {"purpose": {"ar": "Retient le zoom."}}


def test_a_cookie_comes_last_in_its_category(paris):
    for name in ("a", "b"):
        editing.add_cookie(paris, {**MAP, "name": name, "category": "necessary"})
    assert in_order(paris)[-2:] == ["a", "b"]


def test_what_is_wrong_is_said_of_every_field(paris):
    with pytest.raises(CookieWrong) as refused:
        editing.add_cookie(paris, {"name": "sessionid", "provider": "x", "category": "marketing"})
    fields = [finding.field for finding in refused.value.findings]
    assert fields == ["name", "category", "provider", "purpose"]


def test_a_cookie_may_keep_its_own_name(paris):
    cookie = one(paris, "sessionid")
    editing.change_cookie(paris, cookie.id, {"http_only": True})
    assert cookie.http_only
    assert cookie.function == {"en": "Authentication (front and back office)"}


def test_a_cookie_changes_category_and_comes_last_there(paris):
    first = editing.add_cookie(paris, MAP)
    cookie = editing.change_cookie(paris, one(paris, "sessionid").id, {"category": "statistics"})
    assert cookie.position > first.position


def test_who_has_not_seen_the_last_change_changes_nothing(paris):
    cookie = one(paris, "sessionid")
    seen = stamp(cookie, "fr")
    editing.change_cookie(paris, cookie.id, {"lifetime_count": 3}, seen)
    for change in (
        lambda: editing.change_cookie(paris, cookie.id, {"path": "/app"}, seen),
        lambda: editing.remove_cookie(paris, cookie.id, seen),
    ):
        with pytest.raises(Conflict) as conflict:
            change()
        assert conflict.value.current is cookie
    assert (cookie.path, cookie.lifetime_count) == ("/", 3)


def test_moves_and_translations_are_no_reason_for_a_conflict(paris):
    cookie = one(paris, "sessionid")
    seen = stamp(cookie, "fr")
    arranging.step_cookie(paris, cookie.id, 1)
    cookie.purpose = {**cookie.purpose, "ar": "يتذكر"}
    editing.change_cookie(paris, cookie.id, {"path": "/app"}, seen)
    assert cookie.path == "/app"


def test_a_cookie_of_another_tenant_does_not_exist(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    with app.app_context(), writing():
        oslo, theirs = make.find("oslo"), one(make.find("paris"), "sessionid").id
        for act in (
            lambda: editing.change_cookie(oslo, theirs, {}),
            lambda: editing.remove_cookie(oslo, theirs),
            lambda: arranging.step_cookie(oslo, theirs, 1),
            lambda: arranging.move_cookies(oslo, "statistics", [theirs]),
            lambda: arranging.arrange_cookies(oslo, "statistics", [theirs]),
        ):
            with pytest.raises(NoSuchCookie):
                act()


def test_a_removed_cookie_is_gone(paris):
    editing.remove_cookie(paris, one(paris, "csrftoken").id)
    assert "csrftoken" not in in_order(paris)
    with pytest.raises(NoSuchCookie):
        find_cookie(paris, uuid4())


def test_a_step_changes_places_with_the_neighbour_and_ends_at_the_ends(paris):
    cookie = one(paris, "csrftoken").id
    arranging.step_cookie(paris, cookie, -1)
    assert in_order(paris)[:3] == ["sessionid", "csrftoken", "django_language"]
    for _ in range(3):
        arranging.step_cookie(paris, cookie, -1)
    assert in_order(paris)[:2] == ["csrftoken", "sessionid"]
    for _ in range(9):
        arranging.step_cookie(paris, cookie, 1)
    assert in_order(paris)[-1] == "csrftoken"


def test_cookies_are_put_in_an_order_and_may_come_from_elsewhere(paris):
    editing.add_cookie(paris, MAP)
    order = [one(paris, name).id for name in ("csrftoken", "map_zoom", "sessionid")]
    arranging.arrange_cookies(paris, "necessary", order)
    assert in_order(paris)[:4] == ["csrftoken", "map_zoom", "sessionid", "django_language"]
    assert in_order(paris, "statistics") == []


def test_cookies_move_together_and_keep_their_order(paris):
    editing.add_cookie(paris, MAP)
    moving = [one(paris, name).id for name in ("csrftoken", "sessionid", "map_zoom")]
    arranging.move_cookies(paris, "statistics", moving)
    assert in_order(paris, "statistics") == ["map_zoom", "sessionid", "csrftoken"]
    with pytest.raises(NoSuchCategory):
        arranging.move_cookies(paris, "marketing", moving)


def test_a_cookie_that_is_exempt_stays_in_the_statistics(paris):
    cookie = editing.add_cookie(paris, {**MAP, "exempt_measurement": True})
    with pytest.raises(CookieWrong):
        arranging.move_cookies(paris, "necessary", [cookie.id])
    assert cookie.category == "statistics"


def test_a_provider_gets_a_key_and_keeps_it(paris):
    matomo = providers.add_provider(paris, {"name": " Matomo  Cloud "})
    assert (matomo.key, matomo.name) == ("matomo-cloud", "Matomo Cloud")
    providers.change_provider(paris, matomo.key, {"name": "InnoCraft", "key": "other"})
    assert (matomo.key, matomo.name) == ("matomo-cloud", "InnoCraft")
    with pytest.raises(ProviderWrong):
        providers.add_provider(paris, {"name": "innocraft"})
    with pytest.raises(NoSuchProvider):
        providers.change_provider(paris, "other", {"name": "A"})


def test_a_provider_in_use_stays_and_says_by_what(paris):
    with pytest.raises(InUse) as refused:
        providers.remove_provider(paris, "opendatasoft")
    assert "sessionid" in refused.value.names
    providers.remove_provider(paris, providers.add_provider(paris, {"name": "Unused"}).key)
    assert [one.key for one in declaration(paris).providers] == ["opendatasoft"]


def test_a_missing_category_begins_with_the_built_in_texts(paris):
    assert categories.missing_categories(paris) == ["preferences", "marketing"]
    added = categories.add_category(paris, "marketing")
    assert added.title == {"en": "Marketing"}
    assert categories.add_category(paris, "marketing") is added
    with pytest.raises(NoSuchCategory):
        categories.add_category(paris, "other")


def test_a_category_says_what_its_tenant_says(paris):
    changed = categories.change_category(paris, "statistics", {"title": {"fr": "Mesure"}})
    assert changed.title == {"fr": "Mesure"}
    assert set(changed.description) == {"en"}
    with pytest.raises(CategoryWrong):
        categories.change_category(paris, "statistics", {"title": {"fr": " "}})


def test_a_category_in_use_and_the_necessary_one_stay(paris):
    cookie = editing.add_cookie(paris, MAP)
    with pytest.raises(InUse):
        categories.remove_category(paris, "statistics")
    with pytest.raises(Needed):
        categories.remove_category(paris, "necessary")
    editing.remove_cookie(paris, cookie.id)
    categories.remove_category(paris, "statistics")
    assert [one.key for one in declaration(paris).categories] == ["necessary"]


def test_the_necessary_category_stays_first(paris):
    categories.add_category(paris, "marketing")
    arranging.step_category(paris, "marketing", -1)
    keys = [one.key for one in declaration(paris).categories]
    assert keys == ["necessary", "marketing", "statistics"]
    for key, by in (("marketing", -1), ("necessary", 1)):
        with pytest.raises(Needed):
            arranging.step_category(paris, key, by)


def at_once(app, act, times):
    """What `act` made of the tenant in as many transactions at the same time."""
    answers = []

    def once():
        with app.app_context():
            try:
                with writing():
                    act(make.find())
                    answers.append("done")
            except (CookieWrong, Conflict) as refused:
                answers.append(type(refused).__name__)

    threads = [Thread(target=once) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def test_of_those_who_add_the_same_cookie_at_once_the_first_does(app):
    make.tenant(app)
    answers = at_once(app, lambda paris: editing.add_cookie(paris, MAP), 4)
    assert answers == ["CookieWrong"] * 3 + ["done"]


@pytest.mark.parametrize("environ", ["postgresql"], indirect=True)  # SQLite has one writer anyway
def test_of_those_who_have_read_a_cookie_and_change_it_at_once_the_first_does(app):
    make.tenant(app)
    all_have_read = Barrier(4, timeout=10)

    def change(paris):
        cookie = one(paris, "sessionid")
        seen = stamp(cookie, "fr")
        all_have_read.wait()
        editing.change_cookie(paris, cookie.id, {"path": "/app"}, seen)

    assert at_once(app, change, 4) == ["Conflict"] * 3 + ["done"]
