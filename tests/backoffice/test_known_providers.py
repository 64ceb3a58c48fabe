"""The known providers in the back office: looked through, added, suggested."""

import re
from html import unescape

import pytest
from sqlalchemy import event, select

from portal.cookies.known.shipped import shipped
from portal.cookies.models import Cookie, Provider
from portal.cookies.texts import own_or_built_in
from portal.database import db
from portal.languages import AVAILABLE
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.backoffice.test_publishing import PUBLISH, seen
from tests.client import POLICY, Visitor

KNOWN = "/backoffice/cookies/known/"
SUGGESTIONS = f"{KNOWN}suggestions/"


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


def shown(page) -> set[str]:
    """The keys of the providers that can be seen."""
    found = re.findall(r'<li id="known-([^"]+)" data-search="[^"]*"( hidden)?>', page.text)
    return {key for key, hidden in found if not hidden}


def names(app, slug="paris") -> set[str]:
    with app.app_context():
        mine = select(Cookie.name).where(Cookie.tenant_id == make.find(slug).id)
        return set(db.session.scalars(mine))


def test_the_page_shows_every_known_provider_and_what_it_would_add(paris):
    page = owner(paris).get(KNOWN)
    assert shown(page) == set(shipped())
    for text in ("Google Maps", "_pk_id.*", "Estimates the speed of the connection", "13 months"):
        assert text in page.text


def test_the_page_speaks_french(paris):
    page = owner(paris).get(KNOWN, headers={"Accept-Language": "fr"})
    assert "Estime la vitesse de connexion" in page.text
    assert "13\N{NO-BREAK SPACE}mois" in page.text


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("matomo", {"matomo"}),
        ("  YOUTUBE ", {"youtube"}),
        ("_gcl_au", {"google-ads"}),
        ("doubleclick.net", {"doubleclick"}),
        ('"><b>', set()),
    ],
)
def test_the_search_finds_providers_cookies_and_domains(paris, words, found):
    page = owner(paris).get(KNOWN, query_string={"q": words})
    assert shown(page) == found
    assert '"><b>' not in page.text


def test_one_click_adds_a_provider_with_its_cookies_and_says_so(paris):
    member = owner(paris)
    answer = member.post(KNOWN, {"key": "youtube", "q": "tube"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{KNOWN}?q=tube#known-youtube"
    page = member.get(f"{KNOWN}?q=tube")
    assert "YouTube is in your list. 5 cookies were added." in page.text
    assert "Categories that are new in your list: Marketing." in page.text
    assert "In your list" in page.text
    assert 'value="youtube"' not in page.text
    assert {"YSC", "PREF"} <= names(paris)


def test_what_was_added_is_published_in_every_language_as_it_is(app):
    make.tenant(app, languages=AVAILABLE)
    member = owner(app)
    member.post(KNOWN, {"key": "youtube"})
    draft = seen(member.get(PUBLISH).text)
    assert member.post(PUBLISH, {"seen": draft}).status_code == 303
    make.heard(app)
    [cookie] = [one for one in shipped()["youtube"].cookies if one.name == "YSC"]
    for tag in AVAILABLE:
        page = Visitor(app).get(f"{POLICY}?lang={tag}").text
        assert own_or_built_in(cookie.purpose, tag) in unescape(page)


def test_what_is_missing_can_be_added_later(paris):
    member = owner(paris)
    make.cookie(paris, name="_pk_id.*", match="pattern")
    assert "Add the 2 missing" in member.get(KNOWN).text
    member.post(KNOWN, {"key": "matomo"})
    page = member.get(KNOWN)
    assert "These were there already and stay as they are: _pk_id.*." in page.text
    assert "missing" not in page.text


def test_adding_twice_adds_nothing_twice(paris):
    member = owner(paris)
    for _ in range(2):
        assert member.post(KNOWN, {"key": "matomo"}).status_code == 303
    with paris.app_context():
        assert len(db.session.scalars(select(Cookie).where(Cookie.provider == "matomo")).all()) == 3


@pytest.mark.parametrize("key", ["", "nonsense", "../matomo", "no\0t"])
def test_an_unknown_provider_cannot_be_added(paris, key):
    assert owner(paris).post(KNOWN, {"key": key}).status_code == 404


def test_an_auditor_looks_but_does_not_add(paris):
    add_member(paris, "eye@paris.example", "auditor")
    auditor = Member(paris, "eye@paris.example")
    page = auditor.get(KNOWN)
    assert shown(page) == set(shipped())
    assert "add-known" not in page.text
    assert auditor.post(KNOWN, {"key": "matomo"}).status_code == 403


def test_adding_touches_the_own_list_alone(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    before = names(paris, "oslo")
    owner(paris).post(KNOWN, {"key": "matomo"})
    assert names(paris, "oslo") == before
    with paris.app_context():
        assert db.session.get(Provider, (make.find("oslo").id, "matomo")) is None


def test_suggestions_fill_the_form_of_a_cookie(paris):
    found = owner(paris).get(f"{SUGGESTIONS}?name=_ga_X1&domain=paris.example").json
    assert found["announcement"] == "One known cookie fits."
    [one] = found["suggestions"]
    assert (one["name"], one["facts"]) == (
        "_ga_*",
        "Google Analytics 4 · Statistics · 400 days",
    )
    assert one["values"] == {
        "name": "_ga_*",
        "match": "pattern",
        "category": "statistics",
        "storage": "cookie",
        "path": "/",
        "lifetime_unit": "day",
        "lifetime_count": 400,
        "third_party": False,
        "http_only": False,
        "exempt_measurement": False,
        "provider": "",
        "new_provider": "Google Analytics 4",
    }
    assert (
        one["texts"]["function"] == "Mesure d’audience"
    )  # the tenant's language, not the reader's


def test_suggestions_name_the_tenants_own_provider(paris):
    member = owner(paris)
    member.post(KNOWN, {"key": "youtube"})
    found = member.get(f"{SUGGESTIONS}?name=YSC&domain=.youtube.com").json
    [one] = found["suggestions"]
    assert (one["values"]["provider"], one["values"]["new_provider"]) == ("youtube", "")
    assert one["values"]["domain"] == "youtube.com"
    assert one["values"]["lifetime_count"] == ""


def test_a_name_alone_suggests_nothing(paris):
    member = owner(paris)
    for query in (
        "",
        "?name=_ga",
        "?name=uid&domain=",
        "?domain=criteo.com",
        "?name=%00&domain=%00",
    ):
        assert member.get(f"{SUGGESTIONS}{query}").json["suggestions"] == []


def test_suggestions_are_for_members(paris):
    answer = paris.test_client().get(SUGGESTIONS, base_url="http://paris.example")
    assert answer.status_code == 303


def test_the_number_of_queries_does_not_depend_on_the_list(lone_app):
    make.tenant(lone_app)
    member = owner(lone_app)
    member.get(KNOWN)
    before = queries(lone_app, member)
    for key in ("matomo", "youtube", "linkedin", "cloudflare"):
        member.post(KNOWN, {"key": key})
    member.get(KNOWN)
    assert queries(lone_app, member) == before


def queries(app, member) -> int:
    statements = []

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    assert member.get(KNOWN).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(statements)
