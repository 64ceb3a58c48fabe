"""A page from memory is the page that Flask would have answered with, and memory is bounded."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.test import create_environ

from portal.consent.figures.reading import read_figures
from portal.database import writing
from portal.headers import SecurityHeaders
from portal.middleware import escape_query
from portal.public.pages import pages
from portal.tenants.lifecycle import suspend
from tests import make, standing
from tests.client import CONSENTS, POLICY, PREFERENCES, Visitor, has_banner, language_of
from tests.conftest import running
from tests.consent.test_figures import LONG_AGO, TODAY

LANGUAGES = ("fr", "en", "ar", "ar;q=0.5, fr;q=0", "nonsense,,", "fr-CA, en;q=0.9")
PATHS = (
    "/", "/", POLICY, POLICY, PREFERENCES, "/gone", "/terms/cookies-policy", "//", "",
    "/terms/privacy-policy/",
    CONSENTS, "/api/v1/policy", "/api/v1/records", "/consent.js", "/embed/1-x/fr.json",
    "/embed/carry", "/embed/carried/x", "/i18n/setlang/", "/logo/x", "/static/x/ask.js",
    "/backoffice/", "/backoffice/sign-in/", "/healthz", "/.well-known/gpc.json",
)  # fmt: skip
DECIDED = "DECIDED"  # stands for the cookie of somebody who did
ANYTHING = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=30)


def either(*usual: str) -> st.SearchStrategy[str]:
    """Mostly what is sent, sometimes any text that WSGI can hand over."""
    return st.sampled_from(usual) | ANYTHING


requests = st.fixed_dictionaries(
    {
        "wsgi.url_scheme": st.sampled_from(["http", "https"]),
        "REQUEST_METHOD": either("GET", "GET", "GET", "HEAD", "get", "POST", "post", "OPTIONS"),
        "PATH_INFO": either(*PATHS),
        "QUERY_STRING": either("", "lang=en", "lang=ar&lang=fr", "x=%00", "l%61ng=ar", "lang", "&"),
        "HTTP_HOST": either("paris.example", "PARIS.example.", "paris.example:8443", "x.example"),
    },
    optional={
        "HTTP_COOKIE": either(
            DECIDED,
            f"a=b; {DECIDED}; c=d",
            "django_language=en",
            f"{DECIDED}; django_language=ar",
            "cookies_preferences=nonsense",
        ),
        "HTTP_ACCEPT_LANGUAGE": either(*LANGUAGES),
        "HTTP_ACCEPT_ENCODING": either("br", "gzip", "identity", "br;q=0, *"),
        "HTTP_IF_NONE_MATCH": either("*", '"other"'),
        "HTTP_SEC_GPC": either("1", "0", "true", "0, 1"),
        "HTTP_ORIGIN": either("http://paris.example", "null"),
        "HTTP_X_FORWARDED_HOST": either("oslo.example"),
        "HTTP_REFERER": either("http://paris.example/", "http://["),
        "HTTP_AUTHORIZATION": either("Bearer x", "Basic eDp5"),
        "CONTENT_TYPE": either("application/json", "application/x-www-form-urlencoded"),
        "CONTENT_LENGTH": either("0", "9" * 30, "-1"),
        "HTTP_TRANSFER_ENCODING": either("chunked"),
    },
)


@pytest.fixture(scope="module")
def paris(sqlite_template, tmp_path_factory) -> Iterator[Flask]:
    yield from standing.paris(sqlite_template, tmp_path_factory.mktemp("paris"))


class Refused(Exception):
    """Flask was asked."""


def refuse(*_: object, **__: object) -> None:
    raise Refused


def is_handed(visitor: Visitor, path: str = "/", **headers: str) -> bool:
    """Whether a page is answered without asking Flask."""
    app = visitor.client.application
    with pytest.MonkeyPatch.context() as without:
        without.setattr(app, "full_dispatch_request", refuse)
        without.setattr(app, "handle_exception", refuse)
        try:
            return visitor.get(path, **headers).status_code == 200
        except Refused:
            return False


def answer(app, environ: dict[str, object]) -> tuple[object, ...]:
    """An answer, whole, but for the id that errors get."""
    told: list[object] = []

    def start(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        told[:] = [status, sorted(line for line in headers if line[0] != "X-Request-Id")]

    sent = app(dict(environ, **{"wsgi.input": BytesIO()}), start)
    body = b"".join(sent)
    getattr(sent, "close", bool)()
    return *told, body


@pytest.fixture(scope="module")
def cookie(paris) -> str:
    visitor = Visitor(paris)
    visitor.decide("reject_all")
    kept = visitor.client.get_cookie("cookies_preferences", domain=visitor.host)
    return f"cookies_preferences={kept.value}"


@settings(max_examples=400)
@given(asked=requests)
@example({"wsgi.url_scheme": "http", "REQUEST_METHOD": "GET", "PATH_INFO": "/",
          "QUERY_STRING": "\x80=é", "HTTP_HOST": "paris.example"})  # fmt: skip
@example({"wsgi.url_scheme": "http", "REQUEST_METHOD": "post", "PATH_INFO": CONSENTS,
          "QUERY_STRING": "", "HTTP_HOST": "paris.example"})  # fmt: skip
def test_what_memory_answers_is_what_flask_answers(paris, cookie, asked):
    if "HTTP_COOKIE" in asked:
        asked["HTTP_COOKIE"] = asked["HTTP_COOKIE"].replace(DECIDED, cookie)
    environ = create_environ() | asked
    escape_query(environ)
    flask = SecurityHeaders(lambda environ, start: Flask.wsgi_app(paris, environ, start))
    first, again = (answer(paris.wsgi_app, environ | asked) for _ in range(2))
    assert first == again == answer(flask, environ)
    assert not str(first[0]).startswith("5")


@pytest.mark.parametrize("path", ["/", POLICY])
def test_the_second_visitor_does_not_reach_flask(paris, path):
    Visitor(paris).get(path, Accept_Encoding="br")
    assert is_handed(Visitor(paris), path, Accept_Encoding="br")


@pytest.mark.parametrize(
    "cookies", ["{}", "{}; _ga=GA1.1.2; theme=dark", "theme=dark; {}", "{}; {}", "theme=dark"]
)
def test_nor_does_one_who_decided_or_sends_other_cookies(paris, cookie, cookies):
    header = cookies.format(cookie, cookie)
    Visitor(paris).get("/", Cookie=header)
    assert is_handed(Visitor(paris), "/", Cookie=header)


def test_each_who_decided_alike_gets_the_same_page(lone_app, lone_visitor):
    make.tenant(lone_app)
    other = Visitor(lone_app)
    for one in (lone_visitor, other):
        one.decide("reject_all")
    lone_visitor.get("/")
    assert is_handed(other)


def kept(app: Flask) -> int:
    with app.app_context():
        return len(pages())


@pytest.mark.parametrize(
    "variations",
    [
        [{"Accept_Language": f"fr, en;q=0.{number:03}"} for number in range(50)],
        [{"Accept_Encoding": f"gzip;q=0.{number:03}"} for number in range(1, 50)],
        [{"Host": f"paris.example:{number}"} for number in range(1, 50)],
        [{"Cookie": f"_ga={number}"} for number in range(50)],
        [{"If_None_Match": f'"{number}"'} for number in range(50)],
        [{"Sec_GPC": str(number)} for number in range(50)],
        [{"User_Agent": str(number)} for number in range(50)],
        [{"path": f"/?utm_source={number}&x={'x' * 5000}"} for number in range(50)],
    ],
    ids=lambda one: next(iter(one[1])),
)
def test_words_that_mean_the_same_make_no_other_page(paris, variations):
    before = kept(paris)
    for words in variations:
        Visitor(paris).get(**({"path": "/"} | words))
    assert kept(paris) <= before + 1


def test_what_means_something_else_is_another_page(lone_app):
    make.tenant(lone_app)
    Visitor(lone_app).get("/", Accept_Language="fr")
    for other in ({"Accept_Language": "ar"}, {"Accept_Encoding": "br"}):
        assert not is_handed(Visitor(lone_app), "/", **({"Accept_Language": "fr"} | other))


def test_one_visitors_decision_is_nobody_elses(paris):
    decided = Visitor(paris)
    decided.get("/")
    decided.submit("reject_all")
    assert not has_banner(decided.get("/"))
    assert has_banner(Visitor(paris).get("/"))
    assert not has_banner(decided.get("/"))


def test_nobody_else_gets_the_language_that_a_visitor_chose(paris):
    chose = Visitor(paris)
    chose.client.set_cookie("django_language", "ar", domain=chose.host)
    assert language_of(chose.get("/")) == "ar"
    assert language_of(Visitor(paris).get("/")) == "fr"


def test_a_new_version_is_shown_to_the_next(lone_app, lone_visitor):
    make.tenant(lone_app)
    before = lone_visitor.get().text
    make.cookie(lone_app, name="_new_one")
    make.publish(lone_app)
    assert "_new_one" not in before
    assert "_new_one" in lone_visitor.get().text


def test_a_suspended_portal_answers_nobody(lone_app, lone_visitor):
    make.tenant(lone_app)
    make.tenant(lone_app, "oslo")
    others = Visitor(lone_app, "oslo.example")
    assert (lone_visitor.get("/").status_code, others.get("/").status_code) == (200, 200)
    with lone_app.app_context(), writing():
        suspend(make.find("paris"))
    make.heard(lone_app)
    assert lone_visitor.get("/").status_code == 404
    assert is_handed(others)


def test_everybody_to_whom_a_page_is_handed_is_counted(lone_app):
    make.tenant(lone_app)
    for _ in range(5):
        Visitor(lone_app).get("/")
    lone_app.extensions["portal.impressions"].write()
    with lone_app.app_context():
        assert read_figures(make.find().id, LONG_AGO, TODAY).shown == 5


def test_a_failure_is_nothing_to_hand_on(lone_app, lone_visitor):
    make.tenant(lone_app)
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("portal.public.pages.render", refuse)
        assert lone_visitor.get("/").status_code == 500
    assert lone_visitor.get("/").status_code == 200


def test_whatever_visitors_say_memory_is_bounded(sqlite_environ):
    """Pages that ask again are as many as there are versions: here each is another page."""
    for app in running(sqlite_environ | {"PORTAL_PAGE_CACHE_MB": "1"}):
        make.tenant(app, languages=("fr", "en"))
        most = 0
        for number in range(40):
            make.change(app, "paris", name=f"Paris {number}")
            make.publish(app)
            for words in ({}, {"Accept_Encoding": "br"}, {"Accept_Encoding": "gzip"}):
                for path in ("/", POLICY, "/?lang=en", f"{POLICY}?lang=en"):
                    Visitor(app).get(path, **words)
            with app.app_context():
                weights = [page.weight for page in pages()._values.values()]
            most = max(most, len(weights))
            assert sum(weights) <= 1024 * 1024
        assert kept(app) < 40 * 12
        assert is_handed(Visitor(app), POLICY)
