"""Services by ID: what is typed is read, the cookies come along, and go on request."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.cookies.integrations.editing import (
    IntegrationWrong,
    NoSuchIntegration,
    add_integration,
    find_integration,
    integrations,
    leftover,
    remove_integration,
    server_address,
)
from portal.cookies.integrations.kinds import KINDS
from portal.cookies.known.catalogue import find
from portal.cookies.models import Category, Cookie, Provider
from portal.database import db, writing
from portal.tenants.models import SIGNALS
from tests import make

MATOMO = {"identifier": "7", "server": "https://stats.example.org/matomo"}
VIDEO = {"identifier": "https://youtu.be/dQw4w9WgXcQ", "title": "A film"}


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


def add(app, kind, slug="paris", **values):
    with app.app_context(), writing():
        return add_integration(make.find(slug), kind, values)


def stored(app):
    with app.app_context():
        return [(one.kind, one.identifier, one.server, one.title) for one in listed()]


def listed():
    return integrations(make.find())


def keys(app, model, column):
    with app.app_context():
        mine = select(column).where(model.tenant_id == make.find().id)
        return set(db.session.scalars(mine))


@pytest.mark.parametrize(
    ("kind", "typed", "identifier"),
    [
        ("matomo", " 7 ", "7"),
        ("google-analytics", "g-ab12cd34ef", "G-AB12CD34EF"),
        ("google-tag-manager", "gtm-ab12cd3", "GTM-AB12CD3"),
        ("piano-analytics", "123456789", "123456789"),
        ("plausible", "Data.Example.ORG", "data.example.org"),
        ("hotjar", "1234567", "1234567"),
        ("youtube", "dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("youtube", "https://youtu.be/dQw4w9WgXcQ?t=42", "dQw4w9WgXcQ"),
        ("youtube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1s", "dQw4w9WgXcQ"),
        ("youtube", "youtube.com/watch?app=desktop&v=dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("youtube", "https://www.youtube.com/shorts/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("vimeo", "76979871", "76979871"),
        ("vimeo", "https://vimeo.com/76979871", "76979871"),
        ("vimeo", "https://player.vimeo.com/video/76979871?h=8272103f6e", "76979871"),
    ],
)
def test_an_id_is_found_in_what_people_paste(lone_app, kind, typed, identifier):
    make.tenant(lone_app)
    server = "https://stats.example.org" if KINDS[kind].server else ""
    add(lone_app, kind, identifier=typed, server=server, title="A film")
    assert [one[1] for one in stored(lone_app)] == [identifier]


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("matomo", MATOMO | {"identifier": "0"}, "identifier"),
        ("matomo", MATOMO | {"identifier": "seven"}, "identifier"),
        ("matomo", MATOMO | {"server": ""}, "server"),
        ("matomo", MATOMO | {"server": "http://stats.example.org"}, "server"),
        ("matomo", MATOMO | {"server": "javascript:alert(1)"}, "server"),
        ("matomo", MATOMO | {"server": "https://stats.example.org/?a"}, "server"),
        ("matomo", MATOMO | {"server": "https://stats.example.org/;script-src *"}, "server"),
        ("google-analytics", {"identifier": "UA-12345-1"}, "identifier"),
        ("google-tag-manager", {"identifier": "GTM-"}, "identifier"),
        ("piano-analytics", {"identifier": "123456789"}, "server"),
        ("plausible", {"identifier": 'a.example" onload="x'}, "identifier"),
        ("hotjar", {"identifier": "1234567'"}, "identifier"),
        ("youtube", {"identifier": "https://evil.example/dQw4w9WgXcQ", "title": "A"}, "identifier"),
        ("youtube", {"identifier": "dQw4w9WgXcQ", "title": " "}, "title"),
        ("youtube", {"identifier": "dQw4w9WgXcQ", "title": "A" * 201}, "title"),
        ("youtube", {"identifier": "dQw4w9WgXcQ", "title": "A\0"}, "title"),
        ("vimeo", {"identifier": "https://vimeo.com/", "title": "A"}, "identifier"),
        ("vimeo", {"identifier": "", "title": "A"}, "identifier"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(lone_app, kind, values, field):
    make.tenant(lone_app)
    with pytest.raises(IntegrationWrong) as refused:
        add(lone_app, kind, **values)
    assert {one.field for one in refused.value.findings} == {field}
    assert stored(lone_app) == []


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("stats.example.org", "https://stats.example.org/"),
        ("https://Stats.Example.org:8443/a/b/", "https://stats.example.org:8443/a/b/"),
        ("http://stats.localhost:8000", "http://stats.localhost:8000/"),
        ("http://localhost.example.org", None),
        ("https://user@stats.example.org", None),
        ("https://stats.example.org:port", None),
        ("https://stats.example.org/a b", None),
        ("https://", None),
    ],
)
def test_an_address_is_secure_and_has_a_final_slash(typed, address):
    assert server_address(typed) == address


def test_every_kind_loads_something_from_somewhere_and_reads_its_example():
    for kind in KINDS.values():
        assert bool(kind.scripts) != bool(kind.frame)
        assert kind.sources
        assert kind.read(kind.example)
        assert kind.signal in ("", *SIGNALS)


@pytest.mark.parametrize("kind", KINDS)
def test_its_cookies_and_their_categories_are_declared_with_it(app, kind):
    make.tenant(app)
    example = KINDS[kind].example
    add(app, kind, identifier=example, server="https://stats.example.org", title="A film")
    with app.app_context():
        wanted = {one.name for one in find(kind).cookies}
    assert wanted <= keys(app, Cookie, Cookie.name)
    assert KINDS[kind].category in keys(app, Category, Category.key)
    assert kind in keys(app, Provider, Provider.key)


def test_the_same_is_not_added_twice_but_another_site_is(paris):
    add(paris, "matomo", **MATOMO)
    with pytest.raises(IntegrationWrong, match="there already"):
        add(paris, "matomo", **MATOMO)
    add(paris, "matomo", **(MATOMO | {"identifier": "8"}))
    assert [one[1] for one in stored(paris)] == ["7", "8"]


def test_one_that_is_taken_away_leaves_its_cookies_unless_told_otherwise(paris):
    add(paris, "youtube", **VIDEO)
    with paris.app_context(), writing():
        remove_integration(make.find(), listed()[0].id)
    assert stored(paris) == []
    assert "YSC" in keys(paris, Cookie, Cookie.name)


def test_it_takes_its_provider_and_cookies_along_on_request(paris):
    add(paris, "youtube", **VIDEO)
    with paris.app_context(), writing():
        remove_integration(make.find(), listed()[0].id, tidy=True)
    assert "YSC" not in keys(paris, Cookie, Cookie.name)
    assert "youtube" not in keys(paris, Provider, Provider.key)


def test_what_another_of_its_kind_needs_stays(paris):
    add(paris, "youtube", **VIDEO)
    add(paris, "youtube", identifier="aaaaaaaaaaa", title="Another")
    with paris.app_context(), writing():
        first, second = listed()
        assert leftover(make.find(), first) is None
        remove_integration(make.find(), first.id, tidy=True)
        assert leftover(make.find(), second).provider.key == "youtube"
    assert "YSC" in keys(paris, Cookie, Cookie.name)


def test_one_of_another_tenant_is_like_one_that_does_not_exist(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    add(paris, "matomo", slug="oslo", **MATOMO)
    with paris.app_context(), writing():
        [foreign] = integrations(make.find("oslo"))
        for identifier in (foreign.id, uuid4()):
            with pytest.raises(NoSuchIntegration):
                find_integration(make.find(), identifier)
            with pytest.raises(NoSuchIntegration):
                remove_integration(make.find(), identifier, tidy=True)
