"""A tenant takes a copy of a known provider into its draft."""

import pytest
from sqlalchemy import select

from portal.cookies.declared import cookies as declared_cookies
from portal.cookies.editing import add_cookie
from portal.cookies.known.catalogue import UnknownProvider
from portal.cookies.known.shipped import shipped
from portal.cookies.models import Category, Cookie, Provider
from portal.cookies.rules import TEXTS
from portal.cookies.texts import own_or_built_in, translated
from portal.database import db, writing
from portal.languages import AVAILABLE
from portal.policy.completeness import completeness
from portal.policy.document import Document
from portal.policy.publishing import latest_version
from portal.policy.translating import choose_languages
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


def test_what_was_adopted_is_published_in_every_language(app):
    make.tenant(app, languages=AVAILABLE)
    for key in shipped():
        take(app, key)
    make.publish(app)
    [known] = [c for c in shipped()["youtube"].cookies if c.name == "VISITOR_INFO1_LIVE"]
    published = shown(app, known.name).purpose
    assert published == {tag: own_or_built_in(known.purpose, tag) for tag in AVAILABLE}
    assert list(published.values()).count(known.purpose["en"]) == 1


def test_a_language_that_is_added_later_finds_what_was_adopted(app):
    make.tenant(app, languages=("fr",))
    take(app, "matomo")
    make.publish(app)
    before = shown(app, "_pk_id.*").purpose
    with app.app_context(), writing():
        choose_languages(make.find(), ["fr", "de"], "fr")
    make.publish(app)
    after = shown(app, "_pk_id.*").purpose
    assert set(after) == {"fr", "de"}
    assert after["fr"] == before["fr"] != after["de"]


@pytest.mark.parametrize("default", ["en", "de"])
def test_what_a_suggestion_filled_into_a_form_is_known_in_every_language(app, default):
    make.tenant(app, "paris", default, (default, "fr", "pl"))
    known = shipped()["matomo"].cookies[0]
    texts = {name: {default: own_or_built_in(getattr(known, name), default)} for name in TEXTS}
    with app.app_context(), writing():
        values = {**known.values(), **texts, "provider": "opendatasoft"}
        cookie = add_cookie(make.find(), values)
        assert (cookie.function, cookie.purpose) == (known.function, known.purpose)


def test_own_words_for_what_was_adopted_take_the_place_of_the_others(app):
    make.tenant(app, languages=("fr", "de"))
    take(app, "matomo")
    with app.app_context(), writing():
        tenant = make.find()
        [cookie] = [one for one in declared_cookies(tenant) if one.name == "_pk_id.*"]
        translated(cookie, "purpose", "fr", "Le nôtre.", "fr")
        assert cookie.purpose == {"fr": "Le nôtre."}
        assert completeness(tenant)["de"].missing == 1


def shown(app, name):
    """A cookie as visitors are shown it."""
    with app.app_context():
        document = Document.read(latest_version(make.find().id).document)
        return next(c for one in document.categories for c in one.cookies if c.name == name)


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
