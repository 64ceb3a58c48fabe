"""Requests that no well-meaning browser sends get a clear answer, and nothing more."""

import pytest

from portal.policy.current import current_policy
from portal.tenants.changes import feed
from portal.tenants.current import current_site
from tests import make
from tests.client import CONSENTS, POLICY, Visitor
from tests.conftest import running
from tests.public.test_like_django import Ask, django_answers, paris, portal_answers

__all__ = ["paris"]  # the fixture

LIKE_DJANGO = {
    "a region of a language": Ask("language=fr-CA&next=/p/"),
    "a script of a language": Ask("language=ar-Arab-EG&next=/p/"),
    "next twice": Ask("language=en&next=/a/&next=/b/"),
    "next twice in the query": Ask(query="next=/a/&next=/b/"),
    "language twice": Ask("language=en&language=ar"),
    "no next with xml": Ask(headers={"Accept": "application/xml"}),
    "no next with html refused": Ask(headers={"Accept": "text/html;q=0"}),
    "no next with all refused": Ask(headers={"Accept": "*/*;q=0"}),
    "no next with nothing accepted": Ask(headers={"Accept": ""}),
    "next with a line": Ask("language=en&next=/p/%0AX:y"),
    "next with a header": Ask("language=en&next=/p/%0D%0ASet-Cookie:%20a=b"),
    "next with a line in the query": Ask(query="next=/p/%0Ax"),
    "get with a form": Ask("next=/b/", query="next=/q/", method="GET"),
}
MALFORMED = ["a..b", "paris.example..", ".paris.example", "a" * 64 + ".example", "a." * 150]
NOT_FOUND_FIRST = [
    ("GET", POLICY.rstrip("/")),
    ("GET", "/i18n/setlang"),
    ("GET", "/terms//cookies-policy/"),
    ("POST", "/"),
    ("PUT", "/i18n/setlang/"),
    ("POST", "/api/v1/policy"),
]


@pytest.mark.parametrize("ask", LIKE_DJANGO.values(), ids=LIKE_DJANGO)
def test_an_odd_choice_of_language_is_answered_as_django_answers(paris, ask):
    assert portal_answers(paris, ask) == django_answers(ask)


@pytest.mark.parametrize("host", [*MALFORMED, "paris.example\x1f", " paris.example"])
@pytest.mark.parametrize("path", ["/", "/api/v1/policy", "/nothing"])
def test_a_malformed_host_is_an_unknown_one(paris, host, path):
    answer = paris.test_client().get(path, base_url="http://x", headers={"Host": host})
    assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), NOT_FOUND_FIRST)
def test_an_unknown_host_is_told_nothing_else(paris, method, path):
    answer = paris.test_client().open(path, method=method, base_url="http://elsewhere.example")
    assert answer.status_code == 404
    assert "elsewhere" not in answer.text


@pytest.mark.parametrize("address", ["/p\nx", "/p\r\nSet-Cookie: a=b"])
def test_a_line_break_in_next_adds_no_header(paris, address):
    answer = Visitor(paris).submit("accept_all", next=address)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/p%0")
    assert [value.partition("=")[0] for value in answer.headers.getlist("Set-Cookie")] == [
        "cookies_preferences"
    ]


def test_a_host_may_be_sent_in_letters(sqlite_environ):
    for app in running(sqlite_environ):
        make.tenant(app, hostname="münchen.example")
        host = "münchen.example".encode().decode("latin-1")  # as WSGI hands it over
        answer = app.test_client().get("/", base_url="http://x", headers={"Host": host})
        assert answer.status_code == 200


def test_a_tls_proxy_that_is_believed_brings_strict_transport_security(sqlite_environ):
    for app in running(sqlite_environ | {"PORTAL_PROXIES": "1"}):
        make.tenant(app)
        answer = Visitor(app).get("/", X_Forwarded_Proto="https")
        assert "Strict-Transport-Security" in answer.headers


def test_a_change_in_the_middle_of_a_request_is_not_remembered_as_the_old_state(app, environ):
    make.tenant(app)
    for operator in running(environ):
        with app.test_request_context("/", base_url="http://paris.example"):
            current_site()
            make.change(operator, "paris", name="New")
            make.publish(operator)
            feed().catch_up()
            current_policy()
        with app.test_request_context("/", base_url="http://paris.example"):
            assert current_policy().number == 2


@pytest.mark.parametrize("path", ["/backoffice/", "/backoffice/sign-in/"])
def test_an_unknown_host_has_no_back_office(paris, path):
    answer = paris.test_client().get(path, base_url="http://elsewhere.example")
    assert answer.status_code == 404
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert 'class="error"' in answer.text


def test_a_decision_with_more_slashes_is_one(paris):
    visitor = Visitor(paris)
    body = {"decision": "accept_all", "policy": 1}
    answer = visitor.client.post(f"{visitor.base}//{CONSENTS}", json=body)
    assert answer.status_code == 201
    assert visitor.preferences["policy"] == 1


@pytest.mark.parametrize(("port", "status"), [(":65535", 200), (":", 200), (":65536", 404)])
def test_a_port_beyond_the_last_one_makes_a_host_malformed(paris, port, status):
    headers = {"Host": f"paris.example{port}"}
    answer = paris.test_client().get("/", base_url="http://x", headers=headers)
    assert answer.status_code == status
