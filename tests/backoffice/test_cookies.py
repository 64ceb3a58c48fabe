"""The cookie list as members keep it, without scripts."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import event

from portal.cookies.declared import cookies, declaration
from portal.cookies.models import Cookie
from portal.database import db
from tests import make
from tests.backoffice.member import Member, add_member, owner

LIST = "/backoffice/cookies/"
NEW = f"{LIST}new/"
MAP = {
    "name": "map_zoom", "match": "exact", "category": "statistics", "provider": "opendatasoft",
    "lifetime_count": "3", "lifetime_unit": "month", "path": "/", "domain": "",
    "function": "Cartes", "purpose": "Retient le zoom.",
}  # fmt: skip


@pytest.fixture
def member(app):
    make.tenant(app)
    return owner(app)


@pytest.fixture
def lone_member(lone_app):
    make.tenant(lone_app)
    return owner(lone_app)


def app_of(member):
    return member.client.application


def stored(member, name="map_zoom"):
    with app_of(member).app_context():
        return next((one for one in cookies(make.find()) if one.name == name), None)


def names(member, category="necessary"):
    with app_of(member).app_context():
        return [one.name for one in cookies(make.find(), Cookie.category == category)]


def page_of(member, name):
    return f"{LIST}{stored(member, name).id}/"


def seen(member, page):
    return re.search(r'name="seen" value="(\w+)"', member.get(page).text)[1]


def queries(app, ask):
    """How many statements a request sends to the database."""
    sent = []

    def note(*_):
        sent.append(1)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    ask()
    event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def test_the_list_shows_categories_cookies_and_providers(member):
    text = member.get(LIST).text
    assert "Nécessaires" in text
    assert "django_language" in text
    assert "Opendatasoft" in text
    assert "12 months" in text


def test_a_cookie_is_added(member):
    answer = member.post(NEW, MAP | {"http_only": "1"})
    cookie = stored(member)
    assert (answer.status_code, answer.location) == (303, f"{LIST}#cookie-{cookie.id}")
    assert (cookie.http_only, cookie.third_party, cookie.purpose["fr"]) == (
        True,
        False,
        "Retient le zoom.",
    )
    assert "map_zoom” is in the list" in member.get(LIST).text


def test_a_cookie_comes_with_a_provider_that_is_new(member):
    member.post(NEW, MAP | {"provider": "", "new_provider": "Carte & Cie"})
    assert stored(member).provider == "carte-cie"


def test_a_wrong_cookie_leaves_no_new_provider_behind(member):
    answer = member.post(NEW, MAP | {"name": "a b", "new_provider": "Carte & Cie"})
    assert answer.status_code == 422
    assert "Carte &amp; Cie" in answer.text
    with app_of(member).app_context():
        assert [one.key for one in declaration(make.find()).providers] == ["opendatasoft"]


def test_errors_stand_at_the_field_and_nothing_typed_is_lost(lone_member):
    wrong = {"name": "a b", "lifetime_count": "900", "purpose": "<i>Zoom</i>", "third_party": "1"}
    answer = lone_member.post(NEW, MAP | wrong)
    assert answer.status_code == 422
    assert '<a href="#name">Name: ' in answer.text
    assert re.search(r'id="lifetime_count"[^>]*value="900"[^>]*aria-invalid="true"', answer.text)
    assert 'id="lifetime_count-error"' in answer.text
    assert "&lt;i&gt;Zoom&lt;/i&gt;" in answer.text
    assert re.search(r'id="third_party"[^>]* checked', answer.text)
    assert stored(lone_member, "a b") is None


def test_a_category_has_to_be_chosen(lone_member):
    assert '<option value="" selected>' in lone_member.get(NEW).text
    assert "Choose one." in lone_member.post(NEW, MAP | {"category": ""}).text


def test_what_is_worth_a_look_is_said_in_the_form(lone_member):
    lone_member.post(NEW, MAP | {"exempt_measurement": "1", "third_party": "1", "function": ""})
    text = lone_member.get(page_of(lone_member, "map_zoom")).text
    assert "a third party rarely does" in text
    assert "&lt;a" not in text
    assert "Visitors may miss this text." in text


def test_a_session_needs_no_number(lone_member):
    lone_member.post(NEW, MAP | {"lifetime_unit": "session"})
    assert stored(lone_member).lifetime_count == 0


def test_a_cookie_is_changed(member):
    page = page_of(member, "sessionid")
    form = MAP | {"name": "session", "category": "necessary", "seen": seen(member, page)}
    assert member.post(page, form).status_code == 303
    changed = stored(member, "session")
    assert (changed.purpose, changed.lifetime_count) == ({"fr": "Retient le zoom."}, 3)


def test_the_second_of_two_editors_sees_both_versions_and_chooses(member):
    page = page_of(member, "sessionid")
    opened = seen(member, page)
    mine = MAP | {"name": "mine", "category": "necessary", "seen": opened}
    member.post(page, mine | {"name": "theirs", "lifetime_count": "5"})
    answer = member.post(page, mine)
    assert answer.status_code == 409
    assert re.search(r'<span class="version">theirs</span>.*<span class="version">mine</span>',
                     answer.text, re.DOTALL)  # fmt: skip
    assert "5 months" in answer.text
    assert "Retient le zoom." in answer.text
    again = re.search(r'name="seen" value="(\w+)"', answer.text)[1]
    chosen = {"seen": again, "keep-name": "mine", "keep-lifetime_count": "theirs"}
    assert member.post(page, mine | chosen).status_code == 303
    assert stored(member, "mine").lifetime_count == 5


def test_what_somebody_else_deleted_meanwhile_can_be_added_again(lone_member):
    page = page_of(lone_member, "sessionid")
    form = MAP | {"seen": seen(lone_member, page)}
    lone_member.post(f"{page}delete/", {"seen": form["seen"]})
    answer = lone_member.post(page, form)
    assert answer.status_code == 404
    assert f'action="{NEW}"' in answer.text
    assert "Retient le zoom." in answer.text


def test_a_cookie_is_deleted_after_a_question_and_only_as_it_was_seen(member):
    page = page_of(member, "sessionid")
    old = seen(member, page)
    assert "Delete “sessionid”?" in member.get(f"{page}delete/").text
    member.post(page, MAP | {"name": "sessionid", "category": "necessary", "seen": old})
    assert member.post(f"{page}delete/", {"seen": old}).status_code == 409
    assert member.post(f"{page}delete/", {"seen": seen(member, page)}).status_code == 303
    assert stored(member, "sessionid") is None


def test_buttons_move_a_cookie_up_and_down(member):
    step, cookie = f"{LIST}step/", str(stored(member, "sessionid").id)
    member.post(step, {"down": cookie})
    assert names(member)[:2] == ["django_language", "sessionid"]
    member.post(step, {"up": cookie})
    assert names(member)[:2] == ["sessionid", "django_language"]


def test_several_cookies_move_to_another_category(member):
    chosen = [str(stored(member, name).id) for name in ("csrftoken", "sessionid")]
    answer = member.post(f"{LIST}move/", {"category": "statistics", "cookie": chosen})
    assert answer.status_code == 303
    assert names(member, "statistics") == ["sessionid", "csrftoken"]
    assert "2 cookies are moved" in member.get(LIST).text


def test_an_order_is_taken_as_it_was_dragged(member):
    order = [str(stored(member, name).id) for name in ("csrftoken", "sessionid")]
    member.post(f"{LIST}order/", {"category": "necessary", "cookie": order})
    assert names(member)[:2] == ["csrftoken", "sessionid"]


def test_an_exempt_cookie_is_not_moved_and_the_page_says_why(lone_member):
    lone_member.post(NEW, MAP | {"exempt_measurement": "1"})
    chosen = {"category": "necessary", "cookie": str(stored(lone_member).id)}
    lone_member.post(f"{LIST}move/", chosen)
    assert names(lone_member, "statistics") == ["map_zoom"]
    assert "“map_zoom” measures the audience" in lone_member.get(LIST).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=LANGUAGE", {"django_language"}),
        ("text=carte", {"map_zoom"}),
        ("category=statistics", {"map_zoom"}),
        ("provider=opendatasoft&text=token", {"csrftoken"}),
        ("party=third", {"map_zoom"}),
        ("party=first&text=map", set()),
        ("party=nonsense&category=%00", set()),
    ],
)
def test_the_list_is_filtered(lone_member, query, found):
    lone_member.post(NEW, MAP | {"third_party": "1"})
    text = lone_member.get(f"{LIST}?{query}").text
    shown = set(re.findall(r'class="name" id="cookie-[^>]*>([^<]+)<', text))
    assert shown == found


def test_a_form_leads_back_to_the_list_as_it_was_filtered(lone_member):
    page = page_of(lone_member, "sessionid")
    text = lone_member.get(f"{LIST}?text=session").text
    assert f'href="{page.removeprefix(LIST)}?text=session"' in text
    form = MAP | {"category": "necessary", "seen": seen(lone_member, page)}
    assert "?text=session#cookie-" in lone_member.post(f"{page}?text=session", form).location


def test_providers_are_added_changed_and_deleted(member):
    form = {"name": "Matomo", "privacy_url": "https://matomo.org/privacy/"}
    member.post(f"{LIST}providers/new/", form)
    page = f"{LIST}provider/matomo/"
    opened = seen(member, page)
    assert member.post(page, form | {"name": "InnoCraft", "seen": opened}).status_code == 303
    assert member.post(page, form | {"name": "Piwik", "seen": opened}).status_code == 409
    assert "InnoCraft" in member.get(LIST).text
    assert member.post(f"{page}delete/").status_code == 303
    assert member.get(page).status_code == 404


def test_a_provider_s_errors_stand_at_the_field(lone_member):
    answer = lone_member.post(f"{LIST}providers/new/", {"name": "A", "privacy_url": "a.b"})
    assert answer.status_code == 422
    assert 'id="privacy_url-error"' in answer.text


def test_a_provider_in_use_says_which_cookies_need_it(lone_member):
    answer = lone_member.post(f"{LIST}provider/opendatasoft/delete/")
    assert answer.status_code == 409
    assert "<code>csrftoken</code>" in answer.text


def test_categories_are_added_changed_moved_and_deleted(member):
    member.post(f"{LIST}categories/", {"key": "marketing"})
    page = f"{LIST}category/marketing/"
    form = {"title": "Publicité", "description": "Mesure la publicité."}
    assert member.post(page, form | {"title": ""}).status_code == 409
    opened = seen(member, page)
    assert member.post(page, form | {"title": "", "seen": opened}).status_code == 422
    assert member.post(page, form | {"seen": opened}).status_code == 303
    member.post(f"{LIST}categories/step/", {"up": "marketing"})
    text = member.get(LIST).text
    assert text.index("Publicité") < text.index('id="category-statistics"')
    assert member.post(f"{page}delete/").status_code == 303
    assert member.post(f"{LIST}category/necessary/delete/").status_code == 409


def test_a_cookie_of_another_tenant_is_one_that_does_not_exist(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    theirs, nobodys = page_of(owner(app), "sessionid"), f"{LIST}{uuid4()}/"
    stranger = owner(app, "oslo")
    for page in (theirs, nobodys):
        assert stranger.get(page).status_code == 404
        assert stranger.get(f"{page}delete/").status_code == 404
        assert stranger.post(page, MAP).status_code == 404
        assert stranger.post(f"{page}delete/").status_code == 404
        one = page.split("/")[-2]
        for act in ("move/", "order/", "step/"):
            form = {"category": "statistics", "cookie": one, "up": one}
            assert stranger.post(f"{LIST}{act}", form).status_code == 404


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("move/", {"category": "\x00", "cookie": "x"}),
        ("step/", {"up": "x"}),
        ("categories/step/", {"down": "\x00"}),
        ("move/", {"category": "\x00", "cookie": str(uuid4())}),
        ("order/", {"category": "marketing"}),
        ("categories/", {"key": "a\x00"}),
        ("category/%00/", {}),
        ("provider/%00/", {}),
        ("provider/UPPER/delete/", {}),
    ],
)
def test_hostile_keys_name_nothing(member, path, form):
    assert member.post(f"{LIST}{path}", form).status_code == 404


def test_hostile_texts_are_refused_at_the_field(member):
    answer = member.post(NEW, MAP | {"purpose": "a\x00b", "provider": "\x00", "category": "\x00"})
    assert answer.status_code == 422


def test_an_auditor_reads_and_changes_nothing(app):
    make.tenant(app)
    add_member(app, "auditor@paris.example", "auditor")
    auditor = Member(app, "auditor@paris.example")
    text = auditor.get(LIST).text
    assert "django_language" in text
    assert "<button" not in text.split('id="cookie-region"')[1]
    assert auditor.get(NEW).status_code == 403
    assert auditor.post(NEW, MAP).status_code == 403


def test_the_number_of_queries_does_not_depend_on_the_number_of_cookies(app):
    make.tenant(app)
    member = owner(app)
    member.get(LIST)
    few = queries(app, lambda: member.get(LIST))
    for number in range(56):
        make.cookie(app, name=f"cookie_{number}")
    assert queries(app, lambda: member.get(LIST)) == few
