"""A tenant takes a copy of a known provider into its draft."""

import pytest
from sqlalchemy import select

from portal.cookies.known.catalogue import UnknownProvider
from portal.cookies.known.shipped import shipped
from portal.cookies.models import Category, Cookie, Provider
from portal.database import db, writing
from portal.policy.completeness import completeness
from tests import make
from tests.cookies.known import cookies, take


def test_adopting_adds_provider_category_and_cookies_to_the_draft(app):
    make.tenant(app)
    done = take(app, "youtube")
    assert (done.provider_added, done.categories, done.kept) == (True, ("marketing",), ())
    found = cookies(app)
    assert set(done.added) <= set(found)
    cookie = found["VISITOR_INFO1_LIVE"]
    assert (cookie.provider, cookie.domain, cookie.third_party) == ("youtube", "youtube.com", True)
    assert cookie.http_only
    with app.app_context():
        tenant = make.find()
        provider = db.session.get(Provider, (tenant.id, "youtube"))
        assert provider.privacy_url == "https://policies.google.com/privacy"
        marketing = db.session.get(Category, (tenant.id, "marketing"))
        assert (marketing.title, marketing.position) == ({"en": "Marketing"}, 2)


def test_adopted_cookies_follow_those_of_their_category_in_their_order(app):
    make.tenant(app)
    make.cookie(app, name="mine")
    take(app, "hotjar")
    order = sorted(cookies(app).values(), key=lambda one: one.position)
    names = [one.name for one in order if one.category == "statistics"]
    assert names == ["mine", "_hjSessionUser_*", "_hjSession_*", "_hjTLDTest"]


def test_adopted_texts_count_as_translated(app):
    make.tenant(app, languages=("fr", "en"))
    take(app, "matomo")
    with app.app_context():
        states = completeness(make.find())
        assert {tag: one.complete for tag, one in states.items()} == {"fr": True, "en": True}


def test_what_was_adopted_can_be_published(app):
    make.tenant(app, languages=("fr", "en"))
    take(app, "youtube")
    assert make.publish(app) == 2


def test_a_cookie_that_is_there_already_stays_as_it_is_and_is_reported(app):
    make.tenant(app)
    make.cookie(app, name="_pk_id.*", match="pattern", lifetime_count=1)
    done = take(app, "matomo")
    assert done.kept == ("_pk_id.*",)
    assert not done.provider_added  # the builder made one
    assert cookies(app)["_pk_id.*"].lifetime_count == 1


def test_a_cookie_of_the_same_name_on_another_domain_is_another_cookie(app):
    make.tenant(app)
    done = take(app, "instagram")  # whose csrftoken is not the portal's
    assert "csrftoken" in done.added
    with app.app_context():
        domains = db.session.scalars(select(Cookie.domain).where(Cookie.name == "csrftoken"))
        assert set(domains) == {"", "instagram.com"}


def test_adopting_twice_is_the_same_as_once(app):
    make.tenant(app)
    take(app, "youtube")
    before = set(cookies(app))
    again = take(app, "youtube")
    assert (again.provider_added, again.categories, again.added) == (False, (), ())
    assert set(cookies(app)) == before


def test_an_adapted_copy_is_the_tenants_own(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    for slug in ("paris", "oslo"):
        take(app, "matomo", slug)
    with app.app_context(), writing():
        mine = select(Cookie).where(Cookie.tenant_id == make.find().id, Cookie.name == "_pk_id.*")
        db.session.scalars(mine).one().purpose = {"en": "Ours."}
    assert cookies(app, "oslo")["_pk_id.*"].purpose["en"] != "Ours."
    assert shipped()["matomo"].cookies[0].purpose["en"] != "Ours."


def test_a_provider_of_the_same_name_gets_the_cookies(app):
    make.tenant(app)
    with app.app_context(), writing():
        db.session.add(Provider(tenant_id=make.find().id, key="piwik", name="MATOMO"))
    assert not take(app, "matomo").provider_added
    assert cookies(app)["_pk_id.*"].provider == "piwik"


def test_a_provider_without_cookies_is_declared_all_the_same(app):
    make.tenant(app)
    done = take(app, "plausible")
    assert (done.provider_added, done.added, done.kept) == (True, (), ())


def test_there_is_nothing_to_adopt_under_an_unknown_key(app):
    make.tenant(app)
    with pytest.raises(UnknownProvider):
        take(app, "nonsense")
