"""Choosing the look: what is weak cannot be saved, nothing typed is lost, nobody is overwritten."""

import re
from html import unescape
from io import BytesIO

import pytest

from portal.banner.look import STANDARD, WORDS
from portal.database import db
from portal.policy.models import Logo, Look, OwnWording
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.backoffice.queries import counted
from tests.backoffice_host import both_ways
from tests.banner.test_logos import png, svg
from tests.client import Visitor

pytestmark = both_ways

PATH = "/backoffice/look/"
CHOSEN = {
    "accent": "#8a1c4a",
    "accent_dark": "#f2a6c6",
    "corner": "3",
    "position": "corner",
    "reopener": "button",
}


@pytest.fixture
def ada(app) -> Member:
    make.tenant(app)
    return owner(app)


def field(page, name):
    """What a field of the form holds."""
    found = re.search(rf'<input[^>]* name="{name}" value="([^"]*)"', page.text)
    return found and unescape(found[1])


def form(member, **changed):
    """The form as it is shown, with other values typed into it."""
    page = member.get(PATH)
    return {"seen": field(page, "seen"), "logo": field(page, "logo")} | CHOSEN | changed


def save(member, **changed):
    return member.post(PATH, form(member, **changed))


def kept(app):
    with app.app_context():
        return db.session.get(Look, make.find().id)


def test_a_look_is_saved_and_shown_again(app, ada):
    assert save(ada).status_code == 303
    look = kept(app)
    kept_values = (look.accent, look.accent_dark, look.corner, look.position, look.reopener)
    assert kept_values == ("#8a1c4a", "#f2a6c6", 3, "corner", "button")
    assert field(ada.get(PATH), "accent") == "#8a1c4a"


def test_visitors_see_the_look_and_the_words_once_published(app, ada, visitor):
    words = {"title-fr": "À vous de choisir", "text-fr": "Rien n'est obligatoire ici :"}
    save(ada, **words)
    assert "/look/" not in visitor.get().text
    make.publish(app)
    page = unescape(visitor.get().text)
    assert "/look/" in page
    assert all(text in page for text in words.values())
    assert "You decide about cookies" in Visitor(app).get("/?lang=en").text


@pytest.mark.parametrize(
    ("changed", "name", "told"),
    [
        ({"accent": "#f7941d"}, "accent", "#aa6006"),
        ({"accent_dark": "#0f5c4d"}, "accent_dark", "2.07"),
        ({"accent": "red"}, "accent", "#0f5c4d"),
        ({"accent": "#fff;}"}, "accent", "#0f5c4d"),
        ({"accent": ""}, "accent", "#0f5c4d"),
        ({"corner": "25"}, "corner", "0 to 24"),
        ({"corner": "-1"}, "corner", "0 to 24"),
        ({"corner": "9" * 5000}, "corner", "0 to 24"),
        ({"position": "everywhere"}, "position", "places offered"),
        ({"reopener": "none"}, "reopener", "ways offered"),
        ({"logo": "0" * 64}, "logo", "choose it again"),
        ({"logo": "a\0b"}, "logo", "choose it again"),
        ({"title-fr": "a\0b"}, "title-fr", "cannot be shown"),
        ({"text-en": "a" * 3000}, "text-en", "At most"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_changes_nothing(app, ada, changed, name, told):
    answer = save(ada, **changed)
    assert answer.status_code == 422
    assert f'href="#{name}"' in answer.text
    assert told in answer.text
    assert kept(app) is None
    with app.app_context():
        assert db.session.query(OwnWording).count() == 0


def test_nothing_typed_is_lost_on_an_error(ada):
    answer = save(ada, accent="#F7941D", corner="7", **{"title-en": "Your <choice>"})
    assert field(answer, "accent") == "#F7941D"
    assert field(answer, "corner") == "7"
    assert field(answer, "title-en") == "Your <choice>"
    assert "<choice>" not in answer.text


def test_a_logo_that_came_with_an_error_is_kept_for_the_next_attempt(app, ada):
    answer = save(ada, accent="red", image=(BytesIO(png()), "logo.png"))
    assert answer.status_code == 422
    digest = field(answer, "logo")
    assert save(ada, logo=digest).status_code == 303
    assert kept(app).logo == digest


@pytest.mark.parametrize("image", [png(), svg()])
def test_a_logo_is_saved_shown_and_taken_away(app, ada, image):
    assert save(ada, image=(BytesIO(image), "a.exe")).status_code == 303
    digest = kept(app).logo
    assert ada.get(f"/logo/{digest}").data == image
    assert f"/logo/{digest}" in ada.get(PATH).text
    save(ada, without_logo="1")
    assert kept(app).logo is None
    with app.app_context():
        assert db.session.query(Logo).count() == 0


def test_logos_that_were_tried_and_not_saved_do_not_pile_up(app, ada):
    for width in (10, 11, 12):
        save(ada, show="1", image=(BytesIO(png(width)), "logo.png"))
    with app.app_context():
        assert db.session.query(Logo).count() == 1


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (svg("<script>alert(1)</script>"), "&lt;script&gt;"),
        (b"%PDF", "broken one"),
        (png(5000, 1), "2000 pixels"),
        (png() + b"\0" * 210_000, "200 KB"),
    ],
)
def test_a_file_that_is_no_logo_is_told_so_at_its_field(app, ada, image, told):
    answer = save(ada, image=(BytesIO(image), "logo.png"))
    assert answer.status_code == 422
    assert told in answer.text
    assert 'aria-describedby="image-hint image-error"' in answer.text


def test_a_file_that_is_far_too_large_is_refused_as_a_whole(app, ada):
    huge = save(ada, image=(BytesIO(b"\0" * 450_000), "logo.png"))
    assert huge.status_code == 413
    assert kept(app) is None


def test_only_showing_saves_nothing(app, ada):
    answer = save(ada, show="1", accent="#0000cc", position="centre", **{"title-fr": "Bonjour"})
    assert answer.status_code == 200
    assert "/backoffice/look/sample/0000cc-f2a6c6-3.css" in answer.text
    assert 'data-position="centre"' in answer.text
    assert answer.text.count(">Bonjour</p>") == 2
    assert kept(app) is None


def test_choosing_what_every_portal_has_keeps_nothing(app, ada):
    save(ada)
    save(
        ada,
        accent=STANDARD.accent,
        accent_dark=STANDARD.accent_dark,
        corner=str(STANDARD.corner),
        position=STANDARD.position,
        reopener=STANDARD.reopener,
    )
    assert kept(app) is None


def test_own_words_are_taken_back_by_emptying_them(app, ada):
    save(ada, **{"title-fr": "Bonjour"})
    with app.app_context():
        (own,) = db.session.query(OwnWording).all()
        assert (own.language, own.source, own.text) == ("fr", WORDS["title"], "Bonjour")
    save(ada, **{"title-fr": " "})
    with app.app_context():
        assert db.session.query(OwnWording).count() == 0


def test_who_comes_second_is_told_and_shown_both(app, ada):
    add_member(app, "bob@paris.example", "editor")
    bob = Member(app, "bob@paris.example")
    opened = form(bob, accent="#1d4ed8", position="bottom", reopener="link")
    save(ada)
    answer = bob.post(PATH, opened)
    assert answer.status_code == 409
    assert "#8a1c4a" in answer.text
    assert '<td data-label="Yours">Bar along the lower edge</td>' in answer.text
    assert '<td data-label="Yours">Link in the foot of each page</td>' in answer.text
    assert field(answer, "accent") == "#1d4ed8"
    assert kept(app).accent == "#8a1c4a"
    again = opened | {"seen": field(answer, "seen")}
    assert bob.post(PATH, again).status_code == 303
    assert kept(app).accent == "#1d4ed8"


def test_the_words_of_the_banner_are_those_that_it_says(app, visitor):
    make.tenant(app)
    page = unescape(visitor.get("/?lang=en").text)
    assert all(text in page for text in WORDS.values())


def test_the_numbers_of_a_colour_are_told_while_it_is_chosen(ada):
    told = ada.get(f"{PATH}measured/?accent=%23f7941d&accent_dark=nonsense").json
    assert set(told) == {"accent"}
    assert told["accent"]["instead"] == "#aa6006"
    assert told["accent"]["pairs"]["link_on_page"] == {
        "ratio": "2.16",
        "least": "4.5",
        "enough": False,
    }
    assert told["accent"]["properties"]["on-accent"] == "#000000"


def test_french_writes_contrasts_with_a_comma(ada):
    ada.client.set_cookie("django_language", "fr", domain="paris.example")
    told = ada.get(f"{PATH}measured/?accent=%23f7941d").json
    assert told["accent"]["pairs"]["link_on_page"] | {"enough": None} == {
        "ratio": "2,16",
        "least": "4,5",
        "enough": None,
    }
    page = save(ada, accent="#f7941d")
    assert "de 2,16\N{NO-BREAK SPACE}:\N{NO-BREAK SPACE}1" in page.text
    assert "il faut 4,5\N{NO-BREAK SPACE}:" in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("8a1c4a-f2a6c6-3.css", 200),
        ("8a1c4a-f2a6c6-99.css", 404),
        ("red;}-f2a6c6-3.css", 404),
        ("8a1c4a-f2a6c-3.css", 404),
    ],
)
def test_the_sample_has_a_stylesheet_of_its_colours(ada, path, status):
    answer = ada.get(f"{PATH}sample/{path}")
    assert answer.status_code == status
    if status == 200:
        assert answer.mimetype == "text/css"
        assert ".sample.light{--corner:3px;--accent:#8a1c4a" in answer.text
        assert ".sample.dark{--corner:3px;--accent:#f2a6c6" in answer.text


def test_an_auditor_sees_the_look_and_changes_nothing(app, ada):
    add_member(app, "eve@paris.example", "auditor")
    eve = Member(app, "eve@paris.example")
    page = eve.get(PATH)
    assert page.status_code == 200
    assert "<button>Save" not in page.text
    assert save(eve).status_code == 403
    assert kept(app) is None


def test_the_queries_of_the_page_do_not_depend_on_the_languages(app):
    make.tenant(app, "oslo", "en", ("en",))
    make.tenant(app, "paris", "fr", ("fr", "en", "ar", "de", "es", "it"))
    few, many = owner(app, "oslo"), owner(app, "paris")
    few.get(PATH)
    many.get(PATH)
    assert counted(app, lambda: few.get(PATH)) == counted(app, lambda: many.get(PATH))
