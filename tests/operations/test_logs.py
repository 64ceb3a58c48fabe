"""The log: JSON lines that tell what happened, and of nobody."""

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from portal import logs
from portal.database import db, owner_engine
from portal.settings import ROOT, BadSetting, Settings
from tests import make
from tests.client import Visitor
from tests.conftest import running

Lines = Callable[[], list[dict]]
SECRET = "jane.doe@example.org"


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What has been logged, each line read as JSON."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger("portal")
    handler.setFormatter(logs.JsonLines())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.setLevel(logging.NOTSET)
    root.removeHandler(handler)


@pytest.fixture
def talkative(sqlite_environ) -> Iterator[Flask]:
    """An application that logs every request, with an address that fails."""
    for app in running(sqlite_environ | {"PORTAL_ACCESS_LOG": "1"}):
        make.tenant(app)
        app.add_url_rule("/broken/<word>", "public.broken", broken)
        yield app


def broken(word: str):
    raise ValueError(f"cannot work with {word}")


def test_a_request_is_one_line_that_tells_of_nobody(talkative, lines):
    Visitor(talkative).client.get(
        f"/api/v1/consents/0190b0a0-0000-7000-8000-000000000001?email={SECRET}",
        base_url="http://paris.example",
        headers={"User-Agent": "Agent", "Referer": "http://x/y", "Accept-Language": "eu"},
        environ_overrides={"REMOTE_ADDR": "192.0.2.77"},
    )
    [line] = lines()
    assert line.pop("milliseconds") > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert re.fullmatch(r"[0-9a-f]{32}", line.pop("request_id"))
    assert line == {
        "level": "info",
        "logger": "portal.measuring",
        "message": "request answered",
        "method": "GET",
        "door": "api",
        "route": "/api/v1/consents/<uuid:record_id>",
        "status": 404,
    }


def test_without_the_access_log_only_failures_are_told(lone_app, lone_visitor, lines):
    make.tenant(lone_app)
    lone_visitor.get()
    lone_visitor.get("/gone")
    assert lines() == []


def test_a_failure_is_told_where_it_happened_but_not_in_its_own_words(talkative, lines):
    answer = Visitor(talkative).get(f"/broken/{SECRET}?token={SECRET}")
    assert answer.status_code == 500
    [line] = lines()
    assert (line["level"], line["message"], line["status"]) == ("error", "request failed", 500)
    assert line["route"] == "/broken/<word>"
    [error] = line["errors"]
    assert error["type"] == "builtins.ValueError"
    assert re.fullmatch(r"tests/operations/test_logs.py:\d+ broken", error["at"][-1])
    assert "jane" not in json.dumps(line)


def test_a_failure_of_the_database_is_told_in_the_words_of_the_database(app, visitor, lines):
    make.tenant(app)
    visitor.get()
    with app.app_context(), owner_engine().begin() as connection:
        connection.execute(text("ALTER TABLE consent_records RENAME TO elsewhere"))
    answer = visitor.decide()
    [line] = lines()
    assert (line["status"], line["door"]) == (503, "api")
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert "consent_records" in line["reason"]


def test_what_a_row_holds_is_not_told(app, lines):
    with app.app_context():
        make_twice = text("INSERT INTO tenants (slug) VALUES (:slug)")
        with pytest.raises(Exception, match="parameters hidden") as failure:
            db.session.execute(make_twice, {"slug": SECRET})
        logging.getLogger("portal").error("failed", exc_info=failure.value)
    assert SECRET not in json.dumps(lines())


@pytest.mark.parametrize("given", ["abc-123", "A.b_c:+/=9", "x" * 64])
def test_the_id_that_a_proxy_gives_is_kept(talkative, lines, given):
    answer = Visitor(talkative).get("/gone", X_Request_Id=given)
    assert answer.headers.getlist("X-Request-Id") == [given]
    assert lines()[0]["request_id"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x" * 65,
        "x" * 10_240,
        "a b",
        "a,b",
        SECRET,
        '"}',
        "<b>",
        "é",
        "a\x00b",
        "\u0661",
        "a\n",
        "a\r\nb: c",
    ],
)
def test_what_is_no_id_is_replaced(talkative, lines, given):
    environ = {"HTTP_X_REQUEST_ID": given}
    answer = talkative.test_client().get("/gone", environ_overrides=environ)
    [made] = answer.headers.getlist("X-Request-Id")
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    assert [line["request_id"] for line in lines()] == [made]


@pytest.mark.parametrize("path", ["/gone", "/api/v1/gone", "/backoffice/gone", "/broken/x"])
def test_every_error_names_its_request(talkative, path):
    assert len(Visitor(talkative).get(path).headers["X-Request-Id"]) == 32


def test_an_answer_that_is_shared_by_many_names_no_request(talkative):
    assert "X-Request-Id" not in Visitor(talkative).get(X_Request_Id="abc").headers


def test_an_unknown_method_is_not_repeated(talkative, lines):
    talkative.test_client().open("/", method="JANEDOE", base_url="http://paris.example")
    assert [line["method"] for line in lines()] == ["other"]


@pytest.mark.parametrize("message", ["one\ntwo", "\u2028", "\ud800", '"', "\0"])
def test_any_message_stays_one_line(message):
    # formatted here, because what is logged goes through pytest, which half a character breaks
    record = logging.LogRecord("portal", logging.WARNING, "", 0, message, None, None)
    [line] = logs.JsonLines().format(record).splitlines()
    line.encode()
    assert json.loads(line)["message"] == message


def test_the_server_writes_json_to_standard_error():
    program = "from portal import logs; import logging; logs.set_up(); logging.warning('well')"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout == ""
    assert json.loads(done.stderr)["message"] == "well"


@pytest.mark.parametrize("value", ["yes", "2", "-1"])
def test_the_access_log_is_on_or_off(value):
    with pytest.raises(BadSetting, match="PORTAL_ACCESS_LOG"):
        Settings.read({"PORTAL_ACCESS_LOG": value})
