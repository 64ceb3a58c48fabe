"""Choosing a language by the form of a page: what is better than in Django, on purpose."""

from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from tests import make
from tests.public.django_site import HOST

SETLANG = "/i18n/setlang/"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def choose(lone_app):
    """Send the form of a page of Paris."""
    make.tenant(lone_app)

    def send(scheme="http", form="language=en", method="POST", **headers) -> TestResponse:
        return lone_app.test_client().open(
            SETLANG,
            method=method,
            base_url=f"{scheme}://{HOST}",
            data=form,
            content_type=FORM,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    return send


def attributes(response: TestResponse) -> set[str]:
    return {one.strip() for one in response.headers["Set-Cookie"].split(";")[1:]}


def test_the_cookie_is_for_the_whole_portal_this_site_alone_and_twelve_months(choose):
    kept = {one for one in attributes(choose()) if not one.startswith("Expires=")}
    assert kept == {"Path=/", "SameSite=Lax", "Max-Age=31536000"}


def test_the_cookie_is_secure_on_https(choose):
    assert "Secure" in attributes(choose("https"))


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_caches_hear_that_the_answer_depends_on_language_and_cookie(choose, accept):
    assert choose(Accept=accept).headers["Vary"] == "Accept-Language, Cookie"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/p/?lang=fr", "/p/"),
        ("/p/?a=1&lang=fr&b=#there", "/p/?a=1&b=#there"),
        ("/p/?lang=fr&lang=ar", "/p/"),
        ("/p/?language=fr", "/p/?language=fr"),
    ],
)
def test_a_language_in_the_address_gives_way_to_the_one_chosen(choose, before, after):
    form = f"language=en&next={quote(before, safe='')}"
    assert choose(form=form).headers["Location"] == after


def test_a_language_in_the_address_stays_where_none_was_chosen(choose):
    form = f"language=xx&next={quote('/p/?lang=fr', safe='')}"
    assert choose(form=form).headers["Location"] == "/p/?lang=fr"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://{HOST}.evil.example"},
        {"Origin": f"ftp://{HOST}"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "http://evil.example", "Sec_Fetch_Site": "same-origin"},
    ],
)
def test_the_form_of_another_site_is_refused_and_chooses_nothing(choose, headers):
    response = choose(**headers)
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": f"http://{HOST}"},
        {"Origin": f"http://{HOST.upper()}:8000"},
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": f"http://{HOST}", "Sec_Fetch_Site": "same-origin"},
    ],
)
def test_the_portals_own_form_chooses(choose, headers):
    assert "django_language=en" in choose(**headers).headers["Set-Cookie"]


def test_a_form_on_http_does_not_choose_on_https(choose):
    assert choose("https", Origin=f"http://{HOST}").status_code == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_other_method_chooses_a_language(choose, method):
    response = choose(method=method)
    assert response.status_code == 405
    assert "Set-Cookie" not in response.headers
    assert {"GET", "POST"} <= response.allow.as_set(preserve_casing=True)


def test_a_language_that_was_chosen_is_the_language_of_the_next_page(lone_visitor):
    make.tenant(lone_visitor.client.application)
    lone_visitor.client.post(SETLANG, base_url=lone_visitor.base, data={"language": "ar"})
    assert lone_visitor.get().headers["Content-Language"] == "ar"
