"""The preview: the draft as visitors would see it, for whoever holds the link, for seven days."""

import re
import time
from html import unescape
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from portal.backoffice.preview_links import LASTS
from portal.consent.models import consent_records
from portal.database import db
from portal.policy.models import Look, Passage
from tests import make
from tests.backoffice.member import Member, owner
from tests.backoffice_host import both_ways
from tests.client import POLICY, PREFERENCES, Visitor, has_banner, language_of
from tests.consent.drafts import remove_cookie

pytestmark = both_ways

PREVIEW = "/backoffice/preview/"
REAL = {"home": "/", "policy": POLICY, "preferences": PREFERENCES}
BAR = "Preview of the draft. Nothing that you choose here is kept."


@pytest.fixture
def ada(app) -> Member:
    """The owner of Paris, whose draft has a cookie that is not published."""
    make.tenant(app)
    make.cookie(app)
    return owner(app)


def link(member: Member, query: str = "") -> str:
    """The address to share, without its host."""
    page = member.get(PREVIEW + query).text
    parts = urlsplit(unescape(re.search('id="link" value="([^"]+)"', page)[1]))
    return f"{parts.path.removeprefix('/paris')}?{parts.query}"


class Friend(Visitor):
    """Somebody who was given the link, and is not signed in."""

    def press(self, page: str, **form: str) -> TestResponse:
        return self.client.post(page, base_url=self.base, data=form, headers={"Origin": self.base})


@pytest.fixture
def friend(app) -> Friend:
    return Friend(app)


def shown(page: str) -> str:
    """What is inside a page, without what says where its links and forms lead."""
    inside = page[page.index("<body>") :]
    bar, where = r'<aside class="preview-bar".*?</aside>', r' (?:action|href|value)="/[^"]*"'
    return re.sub(r"\s+", " ", re.sub(f"{bar}|{where}", "", inside))


@pytest.mark.parametrize("name", ["home", "policy", "preferences"])
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_it_shows_exactly_what_visitors_see_after_publishing(app, ada, friend, name, language):
    preview = friend.get(link(ada, f"?page={name}&lang={language}"))
    make.publish(app)
    real = friend.get(f"{REAL[name]}?lang={language}")
    assert shown(preview.text) == shown(real.text)
    assert "_pk_id" in shown(real.text)


@pytest.mark.parametrize("name", ["home", "policy", "preferences"])
def test_whoever_holds_the_link_needs_no_sign_in(app, ada, friend, name):
    answer = friend.get(link(ada, f"?page={name}"))
    assert answer.status_code == 200
    assert BAR in answer.text
    assert "_pk_id" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_nobody_finds_or_keeps_it(ada, friend):
    headers = friend.get(link(ada)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"


def test_visitors_still_see_what_is_published(app, ada, friend):
    friend.get(link(ada))
    assert "_pk_id" not in friend.get().text


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_it_speaks_every_language_of_the_draft(ada, friend, language):
    assert language_of(friend.get(link(ada, f"?lang={language}"))) == language


@pytest.mark.parametrize("language", ["de", "", "x" * 3000, "%00"])
def test_another_language_is_the_default_one(ada, friend, language):
    assert language_of(friend.get(link(ada) + f"&lang={language}")) == "fr"


def test_the_choices_go_along_from_page_to_page(ada, friend):
    page = friend.get(link(ada, "?lang=ar&scheme=dark&dir=ltr")).text
    assert '<html lang="ar" dir="ltr"' in page
    targets = re.findall(r'href="(?:/paris)?(/backoffice/preview/[^"]+/)\?([^"]+)"', page)
    assert len(targets) >= 3
    assert all("lang=ar&amp;scheme=dark&amp;dir=ltr" in query for _, query in targets)


def test_its_links_lead_nowhere_but_through_the_preview(ada, friend):
    page = friend.get(link(ada)).text
    own = re.findall(r'(?:href|action)="(?:/paris)?(/[^"]*)"', page)
    assert own
    allowed = ("/backoffice/preview/", "/static/", "/logo/")
    assert [one for one in own if not one.startswith(allowed)] == []


@pytest.mark.parametrize("decision", ["accept_all", "reject_all", "save", "withdraw", "nonsense"])
def test_an_answer_closes_the_banner_and_is_recorded_nowhere(app, ada, friend, decision):
    address = link(ada)
    assert has_banner(friend.get(address))
    answer = friend.press(address, decision=decision, language="fr", policy="2")
    assert answer.status_code == 200
    assert not has_banner(answer)
    assert "Set-Cookie" not in answer.headers
    with app.app_context():
        assert not db.session.execute(consent_records.select()).all()


def test_the_preference_centre_shows_what_was_chosen(ada, friend):
    address = link(ada, "?page=preferences")
    box = r'name="category" value="statistics"( checked)?'
    for form, ticked in (
        ({"decision": "save", "category": "statistics"}, True),
        ({"decision": "accept_all"}, True),
        ({"decision": "save"}, False),
        ({"decision": "reject_all", "category": "statistics"}, False),
    ):
        found = re.search(box, friend.press(address, **form).text)
        assert bool(found[1]) is ticked


def test_a_language_is_chosen_without_a_cookie(ada, friend):
    answer = friend.press(link(ada, "?scheme=dark"), language="ar", next="//evil.example/")
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    assert "evil" not in answer.location
    assert language_of(friend.get(answer.location)) == "ar"
    assert "scheme=dark" in answer.location


def test_another_site_cannot_press_its_buttons(ada, friend):
    answer = friend.client.post(
        link(ada), base_url=friend.base, data={"decision": "save"}, headers={"Origin": "null"}
    )
    assert answer.status_code == 403


def travel(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    later = time.time() + seconds
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)


def test_the_link_expires_after_seven_days(app, ada, friend, monkeypatch):
    address = link(ada)
    style = re.search(r'href="([^"]+/portal\.css[^"]*)"', friend.get(address).text)[1]
    travel(monkeypatch, LASTS.total_seconds() - 60)
    assert friend.get(address).status_code == 200
    travel(monkeypatch, LASTS.total_seconds() + 120)
    answer = friend.get(address)
    assert answer.status_code == 410
    assert "This link has expired" in answer.text
    assert "_pk_id" not in answer.text
    assert friend.get(style).status_code == 410


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "x" + token,
                                    lambda _: "nothing", lambda _: "Mg.x.y"])  # fmt: skip
def test_a_link_that_was_never_given_out_is_not_found(ada, friend, change):
    _, _, _, token, rest = link(ada).split("/", 4)
    address = f"/backoffice/preview/{change(token)}/{rest}"
    assert friend.get(address).status_code == 404


def test_a_link_is_good_for_its_own_tenant_alone(app, ada):
    make.tenant(app, "oslo", "en", ("en",))
    assert Friend(app, "oslo.example").get(link(ada)).status_code == 404


def test_a_session_is_no_link(app, ada):
    assert ada.get("/backoffice/preview/nothing/home/").status_code == 404


@pytest.mark.parametrize("page", ["nothing", "terms", "cookies_policy", "..", "errors"])
def test_there_are_no_other_pages(ada, friend, page):
    address = link(ada).replace("/home/", f"/{page}/")
    assert friend.get(address).status_code == 404


def test_own_pages_and_the_look_of_the_draft_are_shown(app, ada, friend):
    with app.app_context():
        tenant_id = make.find().id
        db.session.add(Passage(tenant_id=tenant_id, key="terms", text={"fr": "# Nos règles"}))
        db.session.add(
            Look(tenant_id=tenant_id, accent="#114488", accent_dark="#aaccff", corner=3,
                 position="corner")
        )  # fmt: skip
        db.session.commit()
    page = friend.get(link(ada).replace("/home/", "/terms/"))
    assert "Nos règles" in page.text
    assert "--corner:3px" in style_of(friend, page).text


def style_of(friend: Friend, page: TestResponse) -> TestResponse:
    address = re.search(r'rel="stylesheet" href="([^"]+)"', page.text)[1]
    return friend.get(unescape(address))


@pytest.mark.parametrize(("scheme", "asked"), [("light", 0), ("dark", 0), ("", 3), ("nonsense", 3)])
def test_a_colour_scheme_is_shown_whatever_the_browser_asks_for(ada, friend, scheme, asked):
    css = style_of(friend, friend.get(link(ada, f"?scheme={scheme}")))
    assert css.mimetype == "text/css"
    assert len(re.findall("prefers-color-scheme", css.text)) == asked
    assert ("color-scheme: light dark" in css.text) is bool(asked)
    assert ".preview-bar" in css.text


def test_only_the_portals_own_pages_may_frame_it(ada, friend):
    headers = friend.get(link(ada)).headers
    assert headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]
    [policy] = headers.getlist("Content-Security-Policy")
    assert "frame-ancestors 'self'" in policy
    assert "frame-src" not in policy


def test_the_screen_frames_the_portal_alone_and_is_framed_by_nobody(ada):
    headers = ada.get(PREVIEW).headers
    assert headers.getlist("X-Frame-Options") == ["DENY"]
    [policy] = headers.getlist("Content-Security-Policy")
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_screen_shows_a_phone_and_a_desk(ada):
    page = ada.get(f"{PREVIEW}?page=policy&lang=ar&scheme=dark").text
    frames = re.findall(r'<iframe src="([^"]+)"[^>]*width="(\d+)"', page)
    assert [width for _, width in frames] == ["390", "1280"]
    for address, _ in frames:
        assert "/policy/?lang=ar&amp;scheme=dark" in address


def test_the_preview_says_the_number_that_publishing_would_give(app, ada, friend):
    assert "Version 2" in friend.get(link(ada, "?page=policy&lang=en")).text
    remove_cookie(app, "_pk_id")
    with app.app_context():
        db.session.execute(db.text("DELETE FROM providers WHERE key = 'matomo'"))
        db.session.commit()
    assert "Version 1" in friend.get(link(ada, "?page=policy&lang=en")).text
