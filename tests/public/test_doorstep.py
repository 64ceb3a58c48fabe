"""A page handed out at the doorstep is the page that Flask would have answered with."""

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consent.figures.reading import read_figures
from portal.database import writing
from portal.tenants.lifecycle import suspend
from tests import make, standing
from tests.client import POLICY, PREFERENCES, Visitor, has_banner, language_of
from tests.conftest import running
from tests.consent.test_figures import LONG_AGO, TODAY

NO_CHOICE = {"Cookie": "theme=dark"}  # says nothing to us, but leads past the doorstep
LANGUAGES = ("fr", "en", "ar", "ar;q=0.5, fr;q=0", "nonsense,,", "fr-CA, en;q=0.9")

words = st.fixed_dictionaries(
    {
        "scheme": st.sampled_from(["http", "https"]),
        "host": st.sampled_from(["paris.example", "PARIS.example.", "paris.example:8443"]),
        "path": st.sampled_from(["/", POLICY, PREFERENCES, "/gone", "/terms/cookies-policy"]),
        "query": st.sampled_from(["", "?lang=en", "?lang=ar&lang=fr", "?x=%00"]),
    },
    optional={
        "Accept-Language": st.sampled_from(LANGUAGES),
        "Accept-Encoding": st.sampled_from(["br", "gzip", "identity", "br;q=0, *"]),
        "If-None-Match": st.sampled_from(["*", '"other"']),
        "Sec-GPC": st.sampled_from(["1", "0", "true"]),
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


def seen(app: Flask, asked: dict[str, str], **more: str) -> tuple[object, ...]:
    """An answer, whole, but for the id that errors get."""
    headers = {name: asked[name] for name in asked if name[0].isupper()}
    base = f"{asked['scheme']}://{asked['host']}"
    answer = app.test_client(use_cookies=False).get(
        asked["path"] + asked["query"], base_url=base, headers=headers | more
    )
    lines = [line for line in answer.headers if line[0] != "X-Request-Id"]
    return answer.status, lines, answer.data


@pytest.mark.parametrize("path", ["/", POLICY])
def test_the_second_stranger_does_not_reach_flask(paris, path):
    Visitor(paris).get(path, Accept_Encoding="br")
    assert is_handed(Visitor(paris), path, Accept_Encoding="br")


def test_who_asks_in_other_words_is_let_in(paris):
    Visitor(paris).get("/", Accept_Language="fr")
    for other in ({"Accept_Language": "ar"}, {"Accept_Encoding": "br"}, {"Sec_GPC": "1"}):
        assert not is_handed(Visitor(paris), "/", **({"Accept_Language": "fr"} | other))


@settings(max_examples=200)
@given(asked=words)
def test_what_is_handed_out_is_what_flask_answers(paris, asked):
    assert seen(paris, asked) == seen(paris, asked) == seen(paris, asked, **NO_CHOICE)


def test_one_visitors_decision_is_nobody_elses(paris):
    decided = Visitor(paris)
    decided.get("/")
    decided.submit("reject_all")
    assert not has_banner(decided.get("/"))
    assert has_banner(Visitor(paris).get("/"))
    assert not has_banner(decided.get("/"))


def test_a_stranger_never_gets_the_language_that_a_visitor_chose(paris):
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


def test_whatever_strangers_say_memory_is_bounded(sqlite_environ):
    for app in running(sqlite_environ | {"PORTAL_PAGE_CACHE_MB": "1"}):
        make.tenant(app)
        for number in range(300):
            Visitor(app).get("/", Accept_Language=f"fr, en;q=0.{number:03}")
        assert not is_handed(Visitor(app), "/", Accept_Language="fr, en;q=0.000")
        assert is_handed(Visitor(app), "/", Accept_Language="fr, en;q=0.299")
