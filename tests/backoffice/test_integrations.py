"""The screen of integrations: added by ID, told with their cookies, removed after a question."""

import re
from html import unescape

import pytest

from portal.cookies.integrations.editing import integrations
from portal.cookies.integrations.kinds import KINDS
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.client import Visitor

PATH = "/backoffice/integrations/"
NEW = f"{PATH}new/"
MATOMO = {"identifier": "7", "server": "https://stats.example.org/m"}
FILM = {"identifier": "https://youtu.be/dQw4w9WgXcQ", "title": "A <film>"}


@pytest.fixture
def ada(app) -> Member:
    make.tenant(app, languages=("fr", "en"))
    return owner(app)


def stored(app):
    with app.app_context():
        return [(one.kind, one.identifier) for one in integrations(make.find())]


def removal(member):
    """The addresses that ask before they remove, in the order of the list."""
    return re.findall(rf'href="({PATH}[0-9a-f-]{{36}}/remove/)"', member.get(PATH).text)


def test_every_kind_has_a_form_of_its_own(ada):
    page = ada.get(PATH).text
    for key, kind in KINDS.items():
        assert f'href="{NEW}{key}/"' in page
        form = ada.get(f"{NEW}{key}/").text
        assert ('name="server"' in form) == bool(kind.server)
        assert ('name="title"' in form) == bool(kind.frame)
        assert ("Trusted Types" in form) == kind.own_scripts
    assert ada.get(f"{NEW}nothing/").status_code == 404


def test_one_is_added_told_and_met_by_visitors_once_published(app, ada):
    assert ada.post(f"{NEW}matomo/", MATOMO).status_code == 303
    page = ada.get(PATH).text
    assert "Matomo is in your list. 3 cookies were added." in page
    assert "https://stats.example.org" in page
    visitor = Visitor(app)
    assert "stats.example.org" not in visitor.get("/").text
    make.publish(app)
    assert "stats.example.org" in visitor.get("/").text


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(app, ada):
    answer = ada.post(f"{NEW}youtube/", {"identifier": "<no video>", "title": " "})
    assert answer.status_code == 422
    assert 'href="#identifier"' in answer.text
    assert 'href="#title"' in answer.text
    assert 'value="&lt;no video&gt;"' in answer.text
    assert stored(app) == []


def test_two_who_add_the_same_are_told(app, ada):
    ada.post(f"{NEW}matomo/", MATOMO)
    answer = ada.post(f"{NEW}matomo/", MATOMO)
    assert answer.status_code == 422
    assert "there already" in answer.text
    assert len(stored(app)) == 1


def test_one_is_removed_after_a_question_and_its_cookies_stay(app, ada):
    ada.post(f"{NEW}youtube/", FILM)
    [path] = removal(ada)
    assert "Remove YouTube A <film>?" in unescape(ada.get(path).text)
    assert ada.post(path).status_code == 303
    assert stored(app) == []
    assert "YSC" in ada.get("/backoffice/cookies/").text
    assert ada.get(path).status_code == 404
    assert ada.post(path).status_code == 404


def test_its_cookies_go_with_it_on_request(ada):
    ada.post(f"{NEW}youtube/", FILM)
    [path] = removal(ada)
    ada.post(path, {"tidy": "1"})
    assert "YSC" not in ada.get("/backoffice/cookies/").text


def test_what_changed_is_told_before_it_is_published_and_comes_back_when_restored(app, ada):
    before = make.publish(app)
    ada.post(f"{NEW}matomo/", MATOMO)
    page = ada.get("/backoffice/publish/").text
    assert "Integrations" in page
    assert "Matomo 7" in page
    after = make.publish(app)
    for number, expected in ((before, []), (after, [("matomo", "7")])):
        form = ada.get(f"/backoffice/versions/{number}/restore/").text
        seen = re.search(r'name="seen" value="(\w+)"', form)[1]
        assert (
            ada.post(f"/backoffice/versions/{number}/restore/", {"seen": seen}).status_code == 303
        )
        assert stored(app) == expected


@pytest.mark.parametrize("role", ["auditor", "editor", "publisher"])
def test_only_owners_change_what_runs_on_the_portals_pages(app, ada, role):
    """A service with a server of the member's own could act there as whoever is signed in."""
    ada.post(f"{NEW}matomo/", MATOMO)
    [path] = removal(ada)
    add_member(app, "bob@paris.example", role)
    bob = Member(app, "bob@paris.example")
    page = bob.get(PATH)
    assert "Matomo" in page.text
    assert removal(bob) == []
    assert bob.get(f"{NEW}matomo/").status_code == 403
    assert bob.post(f"{NEW}matomo/", MATOMO).status_code == 403
    assert bob.post(path).status_code == 403
    assert len(stored(app)) == 1


def test_a_publisher_restores_all_but_the_integrations(app, ada):
    """Neither what an owner took away comes back, nor goes what an owner added."""
    ada.post(f"{NEW}matomo/", MATOMO)
    old = make.publish(app)
    [path] = removal(ada)
    ada.post(path, {"tidy": "1"})
    ada.post(f"{NEW}youtube/", FILM)
    add_member(app, "bob@paris.example", "publisher")
    bob, address = Member(app, "bob@paris.example"), f"/backoffice/versions/{old}/restore/"
    page = bob.get(address).text
    assert "Only owners add and remove integrations" in page
    assert "Matomo 7" not in page
    for form in ({"seen": re.search(r'name="seen" value="(\w+)"', page)[1]}, {}):
        assert bob.post(address, form).status_code == 303
        assert stored(app) == [("youtube", "dQw4w9WgXcQ")]
        assert "_pk_id" in bob.get("/backoffice/cookies/").text


def test_what_is_done_is_in_the_trail_in_words(ada):
    ada.post(f"{NEW}matomo/", MATOMO)
    page = ada.get("/backoffice/audit/?kind=integrations").text
    assert "Address of the service" in page
    assert "https://stats.example.org/m/" in page


def test_the_preview_shows_the_videos_of_the_draft(ada):
    ada.post(f"{NEW}youtube/", FILM)
    link = re.search(
        r'value="[^"]*(/backoffice/preview/[^"]+)"', ada.get("/backoffice/preview/").text
    )
    page = ada.get(unescape(link[1]))
    assert page.status_code == 200
    assert "A &lt;film&gt;" in page.text
    assert "youtube-nocookie" not in page.headers["Content-Security-Policy"]
