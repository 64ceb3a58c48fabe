"""One hostname for all back offices: what answers there, and what tenants' own do no longer."""

import logging
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask import session
from flask.sessions import NullSession
from flask.testing import FlaskClient

from portal.cli.serve import warn_of_conflicts
from portal.cookies.integrations.editing import add_integration
from portal.database import db, writing
from portal.people.accounts import find_person
from portal.people.portals import PAGE
from portal.policy.passages import write_passage
from portal.settings import BadSetting, Settings
from portal.tenants import lifecycle
from portal.tenants.directory import directory
from portal.tenants.embedding import embed
from portal.tenants.lifecycle import BadDetail, HostnameTaken
from portal.tenants.models import Embedding, Hostname
from tests import make
from tests.backoffice.browser import PASSWORD, give_password
from tests.backoffice.member import Member, add_member
from tests.backoffice_host import HOST
from tests.breaking import gone
from tests.client import POLICY, PREFERENCES, Visitor
from tests.waiting import wait_until
from tests.wiring.doors import address, rules

EMAIL = "owner@paris.example"
SIGN_IN = "/backoffice/sign-in/"
IDS = {"uuid": "5a1f0c3e-7f0b-4c4e-9a52-0d8f6b1c2d3e", "other": "nothing", "language": "fr"}
SCRIPTED = "<script src='https://evil.example/x.js'></script><img src=x onerror=alert(1)>"


@pytest.fixture
def backoffice_host():
    return HOST


@pytest.fixture
def paris(app):
    make.tenant(app)
    add_member(app, EMAIL)
    give_password(app, EMAIL)
    return app


@pytest.fixture
def lone_paris(lone_app):
    make.tenant(lone_app)
    add_member(lone_app, EMAIL)
    give_password(lone_app, EMAIL)
    return lone_app


class There:
    """A browser on the hostname of all back offices, or on another one, exactly as it is asked."""

    def __init__(self, app, base=f"https://{HOST}"):
        self.client, self.base = FlaskClient(app, app.response_class), base

    def get(self, path, **headers):
        return self.client.get(path, base_url=self.base, headers=headers)

    def post(self, path, data=(), **headers):
        named = {"Origin": self.base, "Referer": self.base} | headers
        return self.client.post(path, base_url=self.base, data=dict(data), headers=named)

    def sign_in(self, email=EMAIL, path=SIGN_IN):
        return self.post(path, {"email": email, "password": PASSWORD})


def names_no_tenant(answer):
    told = (answer.text + str(answer.headers)).lower()
    return answer.status_code == 404 and "paris" not in told and "set-cookie" not in told


# What answers there


@pytest.mark.parametrize("path", ["/", "/backoffice"])
def test_whoever_comes_by_the_hostname_alone_is_led_to_the_back_office(lone_paris, path):
    answer = There(lone_paris).get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/backoffice/")
    assert "Content-Security-Policy" in answer.headers


def test_no_page_of_visitors_and_no_api_answers_there(lone_paris):
    there = There(lone_paris)
    for door in ("public", "api"):
        for rule in rules(lone_paris, door):
            path = address(rule, IDS)
            for start in ("", "/paris"):
                shown = start and path.startswith(("/logo/", "/look/"))
                if shown or start + path == "/":
                    continue
                for method in rule.methods - {"OPTIONS"}:
                    send = there.client.open(start + path, method=method, base_url=there.base)
                    assert send.status_code == 404, (method, start + path)
                    assert "Set-Cookie" not in send.headers


@pytest.mark.parametrize(
    "path",
    [
        "/paris",
        "/paris/",
        "/nobody/backoffice/",
        "/Paris/backoffice/",
        "/-/backoffice/",
        "/paris//backoffice/",
        "//paris/backoffice/",
        "/paris/backoffices/",
        "/x/paris/backoffice/",
        "/paris/paris/backoffice/",
        "/paris/static/x/portal.css",
        "/backoffice/cookies/nowhere/",
        "/\0/backoffice/",
        "/" + "a" * 64 + "/backoffice/",
    ],
)
def test_everything_else_is_a_plain_404(lone_paris, path):
    answer = There(lone_paris).client.get(
        "/", base_url=f"https://{HOST}", environ_overrides={"PATH_INFO": path}
    )
    assert names_no_tenant(answer)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_the_operators_addresses_answer_as_on_any_hostname(lone_paris, path):
    assert There(lone_paris).get(path).status_code == 200


def test_a_proxy_may_get_a_certificate_for_it(lone_paris):
    asked = {one: There(lone_paris).get(f"/ask?domain={one}") for one in (HOST, f"deep.{HOST}")}
    assert {one: answer.status_code for one, answer in asked.items()} == {
        HOST: 200,
        f"deep.{HOST}": 404,
    }


def test_the_styles_of_its_pages_are_there(lone_paris):
    there = There(lone_paris)
    page = there.get(SIGN_IN).text
    for found in re.findall(r'"(/static/[^"]+)"', page):
        assert there.get(found).status_code == 200


@pytest.mark.parametrize("host", [HOST.upper(), f"{HOST}.", f"{HOST}:443", f"{HOST}:8443"])
def test_the_hostname_is_known_however_it_is_written(lone_paris, host):
    answer = There(lone_paris).get("/paris/backoffice/", Host=host)
    assert answer.headers["Location"] == f"/paris{SIGN_IN}?next=/paris/backoffice/"


def test_a_suspended_tenant_has_no_back_office_there_and_a_new_one_has_at_once(lone_paris):
    there = There(lone_paris)
    assert there.get("/oslo/backoffice/").status_code == 404
    make.tenant(lone_paris, "oslo", "en", ("en",))
    assert there.get("/oslo/backoffice/").status_code == 303
    with lone_paris.app_context(), writing():
        lifecycle.suspend(make.find("oslo"))
    make.heard(lone_paris)
    assert there.get("/oslo/backoffice/").status_code == 404


def test_only_its_own_pages_send_forms_there(lone_paris):
    there = There(lone_paris)
    for origin in ("https://paris.example", "https://evil.example", "null", f"http://{HOST}"):
        for path in (SIGN_IN, f"/paris{SIGN_IN}"):
            answer = there.post(path, {"email": EMAIL, "password": PASSWORD}, Origin=origin)
            assert answer.status_code == 403, (origin, path)
    assert there.sign_in().status_code == 302


# Without a tenant


def test_one_sign_in_opens_every_portal_where_one_is_a_member_and_no_other(paris):
    for slug in ("oslo", "rome"):
        make.tenant(paris, slug, "en", ("en",))
    add_member(paris, EMAIL, "auditor", "oslo")
    there = There(paris)
    assert there.sign_in().headers["Location"] == "/backoffice/"
    page = there.get("/backoffice/")
    assert re.findall(r'href="(/\w+/backoffice/)"', page.text) == [
        "/oslo/backoffice/",
        "/paris/backoffice/",
    ]
    assert "Auditor" in page.text
    assert "rome" not in page.text.lower()
    for slug, status in {"paris": 200, "oslo": 200, "rome": 403}.items():
        assert there.get(f"/{slug}/backoffice/").status_code == status
    assert 'href="/backoffice/"' in there.get("/paris/backoffice/").text


def test_who_has_one_portal_is_led_there(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    there = There(paris)
    there.sign_in()
    answer = there.get("/backoffice/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/paris/backoffice/")
    assert 'href="/backoffice/"' not in there.get("/paris/backoffice/").text


def test_who_is_not_signed_in_is_asked_to_before_anything_is_told(lone_paris):
    answer = There(lone_paris).get("/backoffice/")
    assert answer.headers["Location"] == f"{SIGN_IN}?next=/backoffice/"
    page = There(lone_paris).get(SIGN_IN)
    assert page.status_code == 200
    assert "Paris" not in page.text
    assert HOST in page.text


def test_who_is_a_member_nowhere_does_not_sign_in(paris):
    with paris.app_context(), writing():
        db.session.delete(find_person(EMAIL).memberships[0])
    answer = There(paris).sign_in()
    assert answer.status_code == 200
    assert "The email address or the password is not right." in answer.text


def test_who_is_a_member_of_suspended_portals_alone_is_told_that_there_is_none(paris):
    with paris.app_context(), writing():
        lifecycle.suspend(make.find())
    make.heard(paris)
    there = There(paris)
    there.sign_in()
    assert "You are not a member of any portal" in there.get("/backoffice/").text


def test_an_operator_finds_any_portal_among_many(paris):
    with paris.app_context(), writing():
        find_person(EMAIL).operator = True
        for number in range(PAGE + 1):
            lifecycle.open_tenant(
                f"t{number}", f"Town {number:02}%", f"t{number}.example", "en", []
            )
        lifecycle.suspend(make.find("t7"))
    make.heard(paris)
    there = There(paris)
    there.sign_in()
    found = r'href="/(\w+)/backoffice/"'
    first = re.findall(found, there.get("/backoffice/").text)
    second = re.findall(found, there.get("/backoffice/?page=2").text)
    assert len(first) == PAGE
    assert [*first, *second] == ["paris", *[f"t{n}" for n in range(PAGE + 1) if n != 7]]
    for search, expected in {
        "town 42": ["t42"],
        "PARIS.ex": ["paris"],
        "02%": ["t2"],
        "%%": [],
        "nothing": [],
        "town\0 42": ["t42"],
    }.items():
        page = there.client.get(
            "/backoffice/", base_url=there.base, query_string={"search": search}
        )
        assert re.findall(found, page.text) == expected, search
    for page in ("0", "-1", "x", "9" * 30):
        assert there.get(f"/backoffice/?page={page}").status_code == 200


def test_the_account_is_there_without_a_portal_and_the_rest_is_not(lone_paris):
    there = There(lone_paris)
    there.sign_in()
    for path in ("account/", "account/password/", "account/passkeys/", "account/authenticator/"):
        assert there.get(f"/backoffice/{path}").status_code == 200, path
    for rule in rules(lone_paris, "backoffice"):
        guard = lone_paris.view_functions[rule.endpoint].guard
        if "GET" in rule.methods and not (guard and guard.personal):
            assert there.get(address(rule, IDS)).status_code == 404, rule
    token = re.search('name="csrf_token" value="([^"]+)"', there.get("/backoffice/account/").text)
    form = {"csrf_token": token[1], "name": "Ada", "language": "fr"}
    assert there.post("/backoffice/account/", form).headers["Location"] == "/backoffice/account/"
    assert '<html lang="fr"' in there.get("/backoffice/account/").text
    assert there.post("/backoffice/sign-out/", form).headers["Location"] == "/backoffice/"
    assert there.get("/backoffice/").headers["Location"].startswith(SIGN_IN)


def test_a_passkey_belongs_to_the_hostname_of_all(lone_paris):
    there = There(lone_paris)
    there.sign_in()
    token = re.search('name="csrf_token" value="([^"]+)"', there.get("/backoffice/account/").text)
    for start in ("", "/paris"):
        form = {"csrf_token": token[1], "name": "key", "usage": "first"}
        page = there.post(f"{start}/backoffice/account/passkeys/", form).text
        options = page.replace("&#34;", '"').replace("&quot;", '"')
        assert re.search(r'"rp":\s*{[^}]*"id":\s*"office\.example"', options), start
        assert re.search(r'"rp":\s*{[^}]*"name":\s*"office\.example"', options), start


# On tenants' own hostnames


def test_no_page_of_the_back_office_is_on_a_tenants_own_hostname(lone_paris):
    own = There(lone_paris, "https://paris.example")
    for door in ("backoffice", "security"):
        for rule in rules(lone_paris, door):
            if rule.build_only:
                continue
            path = address(rule, IDS)
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                answer = own.client.open(f"{path}?a=%2F%C3%A9", method=method, base_url=own.base)
                if method == "GET":
                    expected = f"https://{HOST}/paris{path}?a=%2F%C3%A9"
                    assert (answer.status_code, answer.headers["Location"]) == (303, expected)
                else:
                    assert answer.status_code == 404, (method, path)
                assert "Set-Cookie" not in answer.headers


def test_a_session_of_the_back_office_counts_for_nothing_on_a_tenants_hostname(lone_paris):
    there, own = There(lone_paris), There(lone_paris, "https://paris.example")
    there.sign_in()
    stolen = there.client.get_cookie("sessionid", domain=HOST).value
    own.client.set_cookie("sessionid", stolen, domain="paris.example")
    assert own.get("/backoffice/").status_code == 303
    for path in ("/backoffice/", "/backoffice/nowhere/", SIGN_IN):
        with own.client as client:
            client.get(path, base_url=own.base)
            assert type(session._get_current_object()) is NullSession, path
    assert own.post("/backoffice/sign-out/").status_code == 404


def test_visitors_are_served_as_before(lone_paris):
    visitor = Visitor(lone_paris)
    assert visitor.get(POLICY).status_code == 200
    assert visitor.submit().status_code == 303
    assert visitor.get(PREFERENCES).status_code == 200


def test_a_host_that_nobody_has_is_unknown_also_to_the_back_office(lone_paris):
    nobody = There(lone_paris, "https://nobody.example")
    for path in ("/backoffice/", "/paris/backoffice/", SIGN_IN):
        assert names_no_tenant(nobody.get(path))


# Nobody else's


@pytest.mark.parametrize("name", [HOST, HOST.upper(), f"evil.{HOST}", f"{HOST}."])
@pytest.mark.parametrize("canonical", [True, False])
def test_no_tenant_takes_the_hostname_nor_one_beneath_it(lone_paris, name, canonical):
    with lone_paris.app_context(), writing(), pytest.raises(HostnameTaken):
        lifecycle.add_hostname(make.find(), name, canonical=canonical)
    with lone_paris.app_context(), writing(), pytest.raises(HostnameTaken):
        lifecycle.open_tenant("evil", "Evil", name, "en", [])


def held_before(app, hostname, cookie_domain):
    """As a tenant has it who was there before the operator chose the hostname."""
    with app.app_context(), writing():
        tenant = make.find()
        tenant.hostnames.append(Hostname(hostname=hostname, canonical=False))
        tenant.embedding = Embedding(cookie_domain=cookie_domain, sites=[])
    make.heard(app)


@pytest.mark.parametrize("hostname", [HOST, f"deep.{HOST}"])
def test_who_had_it_before_gets_no_answers_on_it_and_the_operator_is_told(
    lone_paris, caplog, hostname
):
    held_before(lone_paris, hostname, "")
    answer = Visitor(lone_paris, hostname).get(POLICY)
    assert names_no_tenant(answer)
    with lone_paris.app_context(), caplog.at_level(logging.WARNING):
        warn_of_conflicts()
    assert f"the hostname {hostname} of tenant paris is not used" in caplog.text


def test_no_shared_cookie_reaches_the_back_office(lone_app, caplog):
    make.tenant(lone_app, hostname="paris.office.com")
    lone = {"PORTAL_BACKOFFICE_HOST": "admin.office.com"}
    lone_app.extensions["portal.settings"] = Settings.read(
        {"PORTAL_DATA": str(lone_app.extensions["portal.settings"].data)} | lone
    )
    with lone_app.app_context(), writing(), pytest.raises(BadDetail):
        embed(make.find(), "office.com", [])
    with lone_app.app_context(), writing():
        make.find().embedding = Embedding(cookie_domain="office.com", sites=[])
    with lone_app.app_context():
        assert directory().find("paris.office.com").cookie_domain == ""
        warn_of_conflicts()
    assert "the cookie domain office.com of tenant paris is not used" in caplog.text


@pytest.mark.parametrize(
    "value", ["https://office.example", "office.example:443", "a b", "é.fr", "/"]
)
def test_the_setting_is_a_hostname_and_nothing_else(value):
    with pytest.raises(BadSetting, match="PORTAL_BACKOFFICE_HOST"):
        Settings.read({"PORTAL_BACKOFFICE_HOST": value})


# What a tenant writes runs nowhere there


@pytest.fixture
def hostile(lone_paris):
    """A tenant whose members wrote scripts wherever text can be written, and load services."""
    make.change(lone_paris, "paris", name=SCRIPTED, controller=SCRIPTED, address=SCRIPTED)
    make.cookie(lone_paris, name="x", purpose=dict.fromkeys(("fr", "en", "ar"), SCRIPTED))
    with lone_paris.app_context(), writing():
        server = {"identifier": "7", "server": "https://evil.example/matomo"}
        add_integration(make.find(), "matomo", server)
        add_integration(make.find(), "google-tag-manager", {"identifier": "GTM-ABC1234"})
        for tag in ("fr", "en", "ar"):
            write_passage(make.find(), "terms", tag, f"# {SCRIPTED}")
    make.publish(lone_paris)
    assert Visitor(lone_paris).decide().status_code in (201, 409, 422)
    return lone_paris


def test_no_page_of_the_back_office_loads_a_script_that_a_tenant_chose(hostile):
    member = owner_there(hostile)
    pages = [address(rule, IDS) for rule in rules(hostile, "backoffice") if "GET" in rule.methods]
    shared = re.search('id="link" value="([^"]+)"', member.get("/backoffice/preview/").text)[1]
    start = urlsplit(shared).path.removeprefix("/paris").removesuffix("home/")
    pages += [f"{start}{one}/" for one in ("home", "policy", "preferences", "terms")]
    pages += sorted(shown_records(member))
    assert any("shown" in one for one in pages)
    for path in pages:
        answer = member.get(path)
        kind = answer.headers.get("Content-Type", "")
        assert "script" not in kind, path
        if answer.status_code == 200 and "html" in kind:
            assert_inert(answer, path)


class Scripts(HTMLParser):
    """What a browser would run of a page, were it not for its policy."""

    def __init__(self):
        super().__init__()
        self.addresses, self.handlers = [], []

    def handle_starttag(self, tag, attrs):
        if tag == "script":
            self.addresses.append(dict(attrs).get("src", "in the page"))
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.handlers += [value for _, value in attrs if (value or "").startswith("javascript:")]


def owner_there(app):
    return Member(app, EMAIL)


def shown_records(member):
    page = member.get("/backoffice/consents/").text
    found = set(re.findall(r'href="/paris(/backoffice/consents/[0-9a-f-]{36}/)"', page))
    return {f"{one}shown/" for one in found}


def assert_inert(answer, path):
    """Scripts come from the product's own files alone, and none stands in the page."""
    policy = answer.headers["Content-Security-Policy"]
    directives = dict(one.split(" ", 1) for one in policy.split("; "))
    assert directives["script-src"] == "'self'", path
    assert directives["default-src"] == "'none'", path
    assert directives["form-action"] == "'self'", path
    assert set(directives.get("frame-src", "'self'").split()) <= {"'self'"}, path
    found = Scripts()
    found.feed(answer.text)
    assert found.addresses, path
    assert all(re.fullmatch(r"/static/[0-9a-f]+/[a-z]+\.js", one) for one in found.addresses), path
    assert not found.handlers, path


def test_what_is_served_under_the_name_of_a_tenant_is_no_script(lone_paris):
    there = There(lone_paris)
    look = There(lone_paris, "https://paris.example").get("/").text
    for found in re.findall(r'"(/(?:look|logo)/[^"]+)"', look):
        answer = there.get(f"/paris{found}")
        assert answer.content_type.startswith(("text/css", "image/")), found
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


# Where pages lead


def test_its_pages_lead_to_the_tenants_own_portal(lone_paris):
    page = owner_there(lone_paris).get("/backoffice/").text
    assert 'href="https://paris.example/"' in page


def test_a_script_that_is_pinned_there_is_the_portals(lone_paris):
    member = owner_there(lone_paris)
    member.post("/backoffice/sites/pin/")
    line = re.search(
        r"https://paris\.example(/embed/\w+\.js)", member.get("/backoffice/sites/").text
    )
    visitor = Visitor(lone_paris, scheme="https")
    assert visitor.get(line[1]).data == visitor.get("/consent.js").data
    assert HOST not in visitor.get(line[1]).text


def test_who_forgot_the_password_gets_a_link_there_without_naming_a_portal(lone_paris, caplog):
    there = There(lone_paris)
    there.post("/backoffice/sign-in/password/", {"email": EMAIL})
    wait_until(lambda: "this was not sent" in caplog.text)
    link = re.search(rf"https://{re.escape(HOST)}(/backoffice/sign-in/password/\S+)", caplog.text)
    other = {"password": "a horse, a battery, a staple"}
    answer = there.post(link[1], other | {"password_confirm": other["password"]})
    assert answer.headers["Location"] == SIGN_IN
    assert there.post(SIGN_IN, {"email": EMAIL} | other).headers["Location"] == "/backoffice/"


def test_a_role_that_does_not_count_yet_opens_nothing_there(paris):
    """Somebody whom Paris let in by its own word, and to whom Oslo then gave a role."""
    make.tenant(paris, "oslo", "en", ("en",))
    add_member(paris, EMAIL, "owner", "oslo")
    with paris.app_context(), writing():
        find_person(EMAIL).vouched_by = make.find("paris").id
    there = There(paris)
    there.sign_in()
    assert there.get("/backoffice/").headers["Location"] == "/paris/backoffice/"
    assert there.get("/oslo/backoffice/").status_code == 403


def test_a_form_that_waited_for_the_password_stays_with_its_portal(lone_paris):
    """It is kept in the session, which is one for all portals."""
    make.tenant(lone_paris, "oslo", "en", ("en",))
    add_member(lone_paris, EMAIL, "owner", "oslo")
    member, secret = owner_there(lone_paris), "ben@city.example"
    with member.client.session_transaction("/backoffice/", base_url=member.base) as held:
        held["fs_paa"] -= 3600
    member.post("/backoffice/members/", {"email": secret, "role": "editor"})
    with member.client.session_transaction("/backoffice/", base_url=member.base) as held:
        held["fs_paa"] += 3600
    elsewhere = member.client.get("/oslo/backoffice/members/", base_url=f"http://{HOST}")
    assert elsewhere.status_code == 200
    assert secret not in elsewhere.text


def test_the_link_of_an_invitation_leads_there(lone_paris):
    member = owner_there(lone_paris)
    form = {"email": "ben@city.example", "role": "editor"}
    page = member.post("/backoffice/members/", form, follow_redirects=True).text
    link = re.search(r"https?://\S+/backoffice/invitation/[\w/-]+/", page)[0]
    assert urlsplit(link).netloc == HOST
    assert urlsplit(link).path.startswith("/paris/backoffice/")


def test_a_form_that_could_not_be_served_is_sent_again_to_its_portal(lone_paris):
    member = owner_there(lone_paris)
    with gone(lone_paris):
        answer = member.post("/backoffice/settings/", {"name": "Paris"})
    assert answer.status_code == 503
    assert 'action="/paris/backoffice/settings/"' in answer.text


def test_a_tenant_that_there_is_not_is_not_found_also_by_who_is_signed_in(lone_paris):
    member = owner_there(lone_paris)
    for path in ("/nope/backoffice/", "/nope/backoffice/account/"):
        assert member.client.get(path, base_url=f"http://{HOST}").status_code == 404
