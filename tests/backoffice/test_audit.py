"""The trail can be read by who may, in words, page by page."""

import re
from html import unescape

import pytest

from portal.backoffice.audit_words import FIELDS, SUBJECTS
from portal.cookies.arranging import arrange_cookies, step_category
from portal.cookies.categories import add_category
from portal.cookies.declared import cookies
from portal.database import Base, writing
from portal.people.accounts import find_person
from portal.people.members import change_role
from portal.people.trail import PAGE
from portal.tenants import lifecycle
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.backoffice.queries import counted

PATH = "/backoffice/audit/"


@pytest.fixture
def ada(app) -> Member:
    make.tenant(app)
    return owner(app)


def text_of(page):
    """What is read, without tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


def after(page):
    """The new values on the page, from top to bottom."""
    return re.findall(r'after: </span><span class="value">(\w+)<', page.text)


def entries(page):
    return page.text.count('class="deed"')


def test_a_change_is_told_in_words_with_what_was_and_what_is(app, ada):
    make.change(app, "paris", consent_days=90)
    page = text_of(ada.get(PATH))
    assert "Changed Settings" in page
    assert "Days that a decision lasts before: 182 → after: 90" in page
    assert "the portal itself" in page


def test_who_made_a_change_here_is_named(app, ada):
    values = {
        "accent": "#8a1c4a",
        "accent_dark": "#f2a6c6",
        "corner": "3",
        "position": "corner",
        "reopener": "link",
    }
    seen = re.search(r'name="seen" value="(\w+)"', ada.get("/backoffice/look/").text)[1]
    assert ada.post("/backoffice/look/", values | {"seen": seen}).status_code == 303
    page = text_of(ada.get(f"{PATH}?kind=looks"))
    assert "Added Look" in page
    assert "owner@paris.example" in page
    assert "#8a1c4a" in page


def test_the_newest_comes_first(app, ada):
    for days in (90, 91):
        make.change(app, "paris", consent_days=days)
    assert after(ada.get(f"{PATH}?kind=tenants")) == ["91", "90"]


def test_of_texts_the_languages_that_changed_are_told(app, ada):
    make.cookie(app, name="_id", purpose={"fr": "Compter", "en": "Count"})
    with app.app_context(), writing():
        tenant = lifecycle.find("paris")
        cookie = next(one for one in cookies(tenant) if one.name == "_id")
        cookie.purpose = cookie.purpose | {"fr": "Compter les visites"}
    page = text_of(ada.get(f"{PATH}?kind=cookies"))
    assert "Purpose (français) before: Compter → after: Compter les visites" in page
    assert "Changed Cookie _id" in page


def test_a_member_is_told_by_address(app, ada):
    add_member(app, "bob@paris.example", "editor")
    page = text_of(ada.get(f"{PATH}?kind=memberships"))
    assert "Added Member bob@paris.example" in page
    assert "Role Editor" in page


def test_a_new_role_is_told_with_whose_it_is(app, ada):
    add_member(app, "bob@paris.example", "editor")
    with app.app_context(), writing():
        change_role(lifecycle.find("paris").id, find_person("bob@paris.example").id, "auditor")
    page = text_of(ada.get(f"{PATH}?kind=memberships"))
    assert "Changed Member bob@paris.example" in page


def test_orders_are_told_once_in_words(app, ada):
    with app.app_context(), writing():
        tenant = lifecycle.find("paris")
        add_category(tenant, "marketing")
        step_category(tenant, "statistics", 1)
        names = {one.name: one.id for one in cookies(tenant)}
        arrange_cookies(tenant, "necessary", [names["csrftoken"], names["django_language"]])
    before, after = "sessionid, django_language, csrftoken", "csrftoken, django_language, sessionid"
    page = text_of(ada.get(f"{PATH}?kind=categories"))
    assert "Changed Category Necessary" in page
    assert f"cookies before: {before}, cookies_preferences → after: {after}, cookies_pref" in page
    page = text_of(ada.get(f"{PATH}?kind=tenants"))
    assert "before: Necessary, Statistics, Marketing → after: Necessary, Marketing, Stat" in page


def test_french_names_the_portal_in_french(app, ada):
    make.change(app, "paris", consent_days=90)
    assert "le portail lui-même" in ada.get(PATH, headers={"Accept-Language": "fr"}).text


def test_pages_follow_one_another_without_gaps(app, ada):
    with app.app_context():
        for days in range(1, PAGE + 20):
            with writing():
                lifecycle.find("paris").consent_days = days
    page, found = ada.get(f"{PATH}?kind=tenants"), []
    while True:
        found += after(page)
        link = re.search(r'href="([^"]+before=[^"]+)"', page.text)
        if not link:
            break
        page = ada.get(unescape(link[1]))
    assert found == [str(days) for days in range(PAGE + 19, 0, -1)]


@pytest.mark.parametrize(
    ("query", "some"),
    [
        ("person=the+portal+itself", True),
        ("person=nobody", False),
        ("kind=tenants", True),
        ("kind=looks", False),
        ("day=1999-12-31", False),
        ("day=9999-12-31", True),  # no day that could be looked for
        ("day=0001-01-01", False),
        ("day=yesterday", True),
        ("kind=people", True),
        ("person=%00", True),
        ("before=00000000-0000-7000-8000-000000000000", False),
    ],
)
def test_the_trail_can_be_filtered(ada, query, some):
    page = ada.get(f"{PATH}?{query}")
    assert page.status_code == 200
    assert bool(entries(page)) is some


def test_today_is_a_day_of_the_trail(ada):
    day = re.search(r'<time datetime="(\d{4}-\d\d-\d\d)">', ada.get(PATH).text)[1]
    assert entries(ada.get(f"{PATH}?day={day}"))


@pytest.mark.parametrize("before", ["x", "1", "%00", "' OR 1=1"])
def test_a_page_that_is_none_is_not_found(ada, before):
    assert ada.get(f"{PATH}?before={before}").status_code == 404


def test_what_somebody_wrote_is_shown_as_text(app, ada):
    make.change(app, "paris", controller="<script>alert(1)</script>")
    assert "<script>alert" not in ada.get(PATH).text


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("auditor", 200), ("editor", 403), ("publisher", 403)]
)
def test_owners_and_auditors_read_it_and_nobody_else(app, role, status):
    make.tenant(app)
    add_member(app, "bob@paris.example", role)
    assert Member(app, "bob@paris.example").get(PATH).status_code == status


def test_another_tenants_trail_is_not_shown(app, ada):
    make.tenant(app, "oslo", "en", ("en",))
    make.change(app, "oslo", controller="Oslo kommune")
    assert "Oslo kommune" not in ada.get(PATH).text


def test_the_queries_of_the_page_do_not_depend_on_its_length(app, ada):
    ada.get(PATH)
    few = counted(app, lambda: ada.get(f"{PATH}?kind=memberships"))
    for number in range(5):
        add_member(app, f"p{number}@paris.example", "editor")
    assert counted(app, lambda: ada.get(f"{PATH}?kind=memberships")) == few


def test_everything_that_is_audited_has_words():
    audited = [one.class_ for one in Base.registry.mappers if hasattr(one.class_, "__audited__")]
    assert {one.__tablename__ for one in audited} == set(SUBJECTS)
    orders = {"categories", "cookies"}
    assert {name for one in audited for name in one.__audited__} | orders == set(FIELDS)
