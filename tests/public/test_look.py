"""A tenant's own look is published like everything else, and served so that browsers keep it."""

import re

import pytest
from sqlalchemy import delete

from portal.banner.logos import keep_logo
from portal.database import db, writing
from portal.policy.document import DeclaredLook
from portal.policy.models import Logo, Look
from portal.public.look import look_url, stylesheet
from tests import make
from tests.banner.test_logos import png, svg
from tests.client import Visitor

LOOK = {"accent": "#8a1c4a", "accent_dark": "#f2a6c6", "corner": 3, "position": "corner"}
A_YEAR = "public, max-age=31536000, immutable"


def dressed(app, slug="paris", image=None, **changed):
    """Give a tenant a look and publish it; the digest of its logo."""
    with app.app_context(), writing():
        tenant = make.find(slug)
        digest = keep_logo(tenant.id, image) if image else None
        db.session.merge(Look(tenant_id=tenant.id, logo=digest, **(LOOK | changed)))
    make.publish(app, slug)
    return digest


def address(page):
    """Of the page's own stylesheet, if it has one."""
    found = re.search(r'href="(/look/[^"]+)"', page.text)
    return found and found[1]


@pytest.fixture
def paris(lone_app, lone_visitor) -> Visitor:
    make.tenant(lone_app)
    return lone_visitor


@pytest.fixture
def published(app, visitor) -> Visitor:
    make.tenant(app)
    dressed(app, image=svg())
    return visitor


def test_without_a_look_nothing_is_loaded_for_it(paris):
    assert "/look/" not in paris.get().text
    assert "/logo/" not in paris.get().text


def test_a_look_is_shown_once_it_is_published(lone_app, paris):
    with lone_app.app_context(), writing():
        db.session.add(Look(tenant_id=make.find().id, **LOOK))
    assert address(paris.get()) is None
    make.publish(lone_app)
    assert address(paris.get())


def test_the_stylesheet_holds_both_accents_the_text_on_them_and_the_corner(published):
    answer = published.get(address(published.get()))
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    light, dark = answer.text.split("@media (prefers-color-scheme:dark)")
    assert "--accent:#8a1c4a;--on-accent:#ffffff" in light
    assert "--accent:#f2a6c6;--on-accent:#000000" in dark
    assert "--corner:3px" in light


def test_the_stylesheet_comes_after_the_one_that_it_changes(published):
    page = published.get().text
    assert page.index("/portal.css") < page.index("/look/")


@pytest.mark.parametrize(("position", "moved"), [("bottom", 0), ("corner", 1), ("centre", 1)])
def test_the_banner_is_moved_on_wide_screens_alone(position, moved):
    text = stylesheet("#8a1c4a", "#f2a6c6", 3, position)
    outside = text.partition("@media screen and (min-width: ")
    assert outside[0].count("#ask-first") == 0
    assert bool(outside[2].count("#ask-first")) == bool(moved)


def test_browsers_keep_the_stylesheet_for_ever(published):
    answer = published.get(address(published.get()), Accept_Encoding="br")
    assert answer.headers["Cache-Control"] == A_YEAR
    assert answer.headers["Content-Encoding"] == "br"


def test_another_look_has_another_address(lone_app, paris):
    addresses = set()
    for changed in ({}, {"corner": 4}, {"accent": "#0f5c4d"}, {"position": "centre"}):
        dressed(lone_app, **changed)
        addresses.add(address(paris.get()))
    assert len(addresses) == 4


@pytest.mark.parametrize(
    "part",
    [
        "0000000000000000/8a1c4a-f2a6c6-3-corner.css",  # another digest
        "{digest}/8a1c4b-f2a6c6-3-corner.css",
        "{digest}/8a1c4a-f2a6c6-3-..%2Fpage.css",
        "{digest}/8a1c4a-f2a6c6-25-corner.css",
        "{digest}/8A1C4A-f2a6c6-3-corner.css",
        "{digest}/red;}}body{{-f2a6c6-3-corner.css",
        "{digest}/8a1c4a-f2a6c6-3-elsewhere.css",
    ],
)
def test_a_stylesheet_that_nobody_published_is_not_served(paris, part):
    look = DeclaredLook(**LOOK, logo="")
    with paris.client.application.app_context():
        digest = look_url(look).split("/")[2]
    assert paris.get(f"/look/{part.format(digest=digest)}").status_code == 404


def test_the_logo_stands_for_the_name(published):
    page = published.get("/").text
    found = re.search(r'<a class="name" href="/"><img src="(/logo/\w+)" alt="Paris"></a>', page)
    answer = published.get(found[1])
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/svg+xml", svg())


def test_a_logo_can_do_nothing_even_where_it_is_opened_by_itself(published):
    link = re.search(r'src="(/logo/\w+)"', published.get().text)[1]
    answer = published.get(link)
    policies = answer.headers.getlist("Content-Security-Policy")
    assert "sandbox; default-src 'none'" in policies
    assert len(policies) == 2  # browsers hold it to both
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == A_YEAR
    assert "Set-Cookie" not in answer.headers


def test_a_logo_belongs_to_its_tenant(app, visitor):
    make.tenant(app)
    make.tenant(app, "oslo", "en")
    digest = dressed(app, "oslo", image=png())
    assert Visitor(app, "oslo.example").get(f"/logo/{digest}").status_code == 200
    assert visitor.get(f"/logo/{digest}").status_code == 404


@pytest.mark.parametrize("digest", ["0" * 64, "x", "..%2Fpage.css", "%00", "é" * 100])
def test_a_logo_that_is_not_there_is_not_found(published, digest):
    assert published.get(f"/logo/{digest}").status_code == 404


def test_a_logo_that_was_served_once_needs_no_database(lone_app, paris):
    digest = dressed(lone_app, image=png())
    assert paris.get(f"/logo/{digest}").data == png()
    with lone_app.app_context(), writing():
        db.session.execute(delete(Logo))
    assert paris.get(f"/logo/{digest}").data == png()


def test_old_pages_keep_the_look_that_they_were_published_with(lone_app, paris):
    dressed(lone_app)
    before = address(paris.get())
    dressed(lone_app, corner=24)
    assert paris.get(before).status_code == 200
