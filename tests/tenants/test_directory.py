"""From the hostname of a request to its tenant, or to a 404 that says nothing of anybody."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from portal.database import db, writing
from portal.tenants import lifecycle
from portal.tenants.models import Hostname
from tests import make, standing
from tests.client import CONSENTS, POLICY, PREFERENCES, Visitor
from tests.conftest import running

ADDRESSES = [
    ("GET", "/"),
    ("HEAD", "/"),
    ("GET", POLICY),
    ("GET", PREFERENCES),
    ("POST", PREFERENCES),
    ("GET", "/i18n/setlang/"),
    ("POST", "/i18n/setlang/"),
    ("GET", "/api/v1/policy"),
    ("POST", CONSENTS),
    ("GET", f"{CONSENTS}/019ab8f2-5a3c-7d10-8f00-5b6c7d8e9fa0"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/nothing"),
    ("GET", "/nothing"),
]
MALFORMED = [
    "",
    "user@paris.example",
    "paris.example:port",
    "paris_example",
    "-paris.example",
    "paris.example\0",
    "paris.example/",
    "paris.example,oslo.example",
    "[::1]:80",
]


def ask(app: Flask, host: str, method: str = "GET", path: str = "/") -> TestResponse:
    client = app.test_client()
    return client.open(path, method=method, base_url="http://x", headers={"Host": host})


def tells_nothing(response: TestResponse) -> bool:
    """A plain 404: no tenant's name, slug or hostname, no cookie, nothing to keep."""
    said = (response.text + str(response.headers)).lower()
    return (
        response.status_code == 404
        and not any(word in said for word in ("paris", "oslo", "set-cookie"))
        and response.headers["Cache-Control"] == "no-store"
    )


def suspend(app: Flask, slug: str = "paris") -> None:
    with app.app_context(), writing():
        lifecycle.suspend(lifecycle.find(slug))
    make.heard(app)


def add_hostname(app: Flask, hostname: str, slug: str = "paris", *, canonical=False) -> None:
    with app.app_context(), writing():
        lifecycle.add_hostname(lifecycle.find(slug), hostname, canonical=canonical)
    make.heard(app)


# Nobody's hostname


@pytest.fixture(scope="module")
def installation(sqlite_template, tmp_path_factory) -> Iterator[Flask]:
    """Paris is open, Oslo suspended."""
    for app in standing.paris(sqlite_template, tmp_path_factory.mktemp("installation")):
        make.tenant(app, "oslo", "en")
        suspend(app, "oslo")
        yield app


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("host", ["elsewhere.example", "www.paris.example", *MALFORMED])
def test_a_host_that_is_nobodys_gets_a_404_that_names_no_tenant(installation, host, method, path):
    assert tells_nothing(ask(installation, host, method, path))


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_a_suspended_tenant_answers_nothing_anywhere(installation, method, path):
    assert tells_nothing(ask(installation, "oslo.example", method, path))


def test_suspended_and_unknown_cannot_be_told_apart(installation):
    suspended = ask(installation, "oslo.example")
    unknown = ask(installation, "elsewhere.example")
    for answer in (suspended, unknown):
        del answer.headers["X-Request-Id"]  # each has its own
    assert (suspended.data, list(suspended.headers)) == (unknown.data, list(unknown.headers))


@pytest.mark.parametrize("host", ["elsewhere.example", "user@paris.example"])
def test_a_program_is_told_by_a_problem_document(installation, host):
    response = ask(installation, host, path="/api/v1/policy")
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == 404
    assert response.json["code"] == "not_found"


@pytest.mark.parametrize(("accepted", "language"), [("de", "de"), ("ar", "ar"), ("vi", "en")])
def test_a_person_is_told_in_their_language(installation, accepted, language):
    response = Visitor(installation, "elsewhere.example").get("/", Accept_Language=accepted)
    assert response.mimetype == "text/html"
    assert response.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in response.text


def test_other_tenants_answer_while_one_is_suspended(lone_app):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en")
    suspend(lone_app)
    assert ask(lone_app, "oslo.example").status_code == 200


# Somebody's hostname


@pytest.mark.parametrize("host", ["PARIS.example", "paris.example.", "Paris.Example.:8000"])
def test_a_tenant_answers_however_its_hostname_is_written(lone_app, host):
    make.tenant(lone_app)
    assert ask(lone_app, host).status_code == 200


def test_a_hostname_in_letters_answers_in_its_ascii_form(lone_app):
    make.tenant(lone_app, hostname="München.example")
    assert ask(lone_app, "xn--mnchen-3ya.example").status_code == 200


def test_each_hostname_leads_to_its_own_tenant(lone_app):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en")
    for slug in ("paris", "oslo", "paris"):
        assert ask(lone_app, f"{slug}.example", path="/api/v1/policy").json["tenant"] == slug


@pytest.mark.parametrize("host", ["paris.example", "cookies.paris.example"])
def test_a_tenant_with_two_hostnames_answers_on_both_and_names_the_canonical_one(lone_app, host):
    make.tenant(lone_app)
    add_hostname(lone_app, "cookies.paris.example")
    response = ask(lone_app, host, path=POLICY)
    assert response.status_code == 200
    assert f'<link rel="canonical" href="https://paris.example{POLICY}?lang=fr">' in response.text


def test_another_hostname_can_become_the_canonical_one(app):
    make.tenant(app)
    add_hostname(app, "cookies.paris.example", canonical=True)
    make.publish(app)
    policy = ask(app, "paris.example", path="/api/v1/policy").json
    assert policy["hostname"] == "cookies.paris.example"


def test_the_database_refuses_a_second_canonical_hostname(app):
    tenant_id = make.tenant(app)
    with app.app_context(), pytest.raises(IntegrityError), writing():
        db.session.add(Hostname(tenant_id=tenant_id, hostname="b.example", canonical=True))


@pytest.mark.parametrize("written", ["paris.example", "PARIS.example."])
def test_a_hostname_belongs_to_one_tenant(app, written):
    make.tenant(app)
    make.tenant(app, "oslo", "en")
    with pytest.raises(lifecycle.TenantError, match="belongs to tenant 'paris'"):
        add_hostname(app, written, "oslo")


# Behind proxies


@pytest.fixture
def behind(sqlite_environ) -> Iterator[Callable[[int], Visitor]]:
    """A visitor of an installation that believes so many proxies."""
    with ExitStack() as stack:

        def visitor(proxies: int) -> Visitor:
            environ = sqlite_environ | {"PORTAL_PROXIES": str(proxies)}
            app = stack.enter_context(contextmanager(running)(environ))
            make.tenant(app)
            return Visitor(app, "inner.example")

        yield visitor


@pytest.mark.parametrize(
    ("proxies", "forwarded", "status"),
    [
        (0, "paris.example", 404),
        (1, "paris.example", 200),
        (1, "evil.example, paris.example", 200),
        (1, "paris.example, evil.example", 404),
        (2, "paris.example, middle.example", 200),
        (2, "evil.example, paris.example, middle.example", 200),
        (2, "paris.example", 404),
    ],
)
def test_a_forwarded_host_is_believed_as_far_as_the_setting_says(
    behind, proxies, forwarded, status
):
    assert behind(proxies).get("/", X_Forwarded_Host=forwarded).status_code == status


@pytest.mark.parametrize(
    ("proxies", "forwarded", "secure"),
    [
        (0, "https", False),
        (1, "https", True),
        (1, "http, https", True),
        (1, "https, http", False),
        (1, "", False),
    ],
)
def test_a_forwarded_scheme_is_believed_as_far_as_the_setting_says(
    behind, proxies, forwarded, secure
):
    headers = {"Host": "paris.example", "X-Forwarded-Proto": forwarded}
    chosen = behind(proxies).client.post(
        "/i18n/setlang/", data={"language": "en"}, headers=headers, base_url="http://paris.example"
    )
    assert ("Secure" in chosen.headers["Set-Cookie"]) is secure


def test_a_forwarded_host_is_ignored_where_no_proxy_is_believed(behind):
    visitor = behind(0)
    visitor.host, visitor.base = "paris.example", "http://paris.example"
    assert visitor.get("/", X_Forwarded_Host="evil.example").status_code == 200


# Without asking the database

WARM = ["/", POLICY, "/api/v1/policy"]


@pytest.fixture
def asked(lone_app) -> Iterator[list[str]]:
    """Every statement that the database gets to see."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_) -> None:
        statements.append(statement)

    with lone_app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_a_first_request_asks_the_database(lone_app, lone_visitor, asked):
    make.tenant(lone_app)
    asked.clear()
    assert lone_visitor.get("/").status_code == 200
    assert asked


@pytest.mark.parametrize("path", WARM)
def test_a_visitor_who_has_not_decided_costs_no_query(lone_app, lone_visitor, asked, path):
    make.tenant(lone_app)
    lone_visitor.get(path)
    asked.clear()
    assert lone_visitor.get(path, Accept_Encoding="br").status_code == 200
    assert asked == []


@pytest.mark.parametrize("path", WARM)
def test_a_visitor_who_decided_costs_no_query(lone_app, lone_visitor, asked, path):
    make.tenant(lone_app)
    lone_visitor.submit("reject_all")
    lone_visitor.get(path)
    asked.clear()
    assert lone_visitor.get(path).status_code == 200
    assert asked == []


@pytest.mark.parametrize("path", WARM)
def test_a_page_that_did_not_change_costs_no_query(lone_app, lone_visitor, asked, path):
    make.tenant(lone_app)
    tag = lone_visitor.get(path).headers["ETag"]
    asked.clear()
    assert lone_visitor.get(path, If_None_Match=tag).status_code == 304
    assert asked == []


@pytest.mark.parametrize("host", ["elsewhere.example", "user@paris.example"])
def test_a_host_that_is_nobodys_costs_no_second_query(lone_app, asked, host):
    ask(lone_app, host)
    asked.clear()
    assert ask(lone_app, host).status_code == 404
    assert asked == []


def test_the_change_of_another_tenant_costs_no_query(lone_app, lone_visitor, asked):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo", "en")
    lone_visitor.get("/")
    make.change(lone_app, "oslo", name="Oslo!")
    make.publish(lone_app, "oslo")
    asked.clear()
    assert lone_visitor.get("/").status_code == 200
    assert asked == []
