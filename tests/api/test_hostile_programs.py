"""Whatever a program with a token sends, it gets a clear refusal and nothing changes."""

import json
from collections.abc import Iterator
from itertools import product

import pytest
from flask import Flask

from portal.people.tokens import PREFIX
from tests import make
from tests.api.program import API, Program, token
from tests.api.test_problems import assert_problem
from tests.backoffice.member import Member, add_member
from tests.conftest import running
from tests.wiring.doors import everything_of

MANY = ",".join(f'"x{number}":"a"' for number in range(3000))
PURPOSE = '"purpose":{"fr":"x"}'
COOKIE = f'{{"name":"a","category":"statistics","provider":"opendatasoft",{PURPOSE}}}'


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def hostile(request, sqlite_template, tmp_path_factory) -> Iterator[Program]:
    """One portal for all of these, since none of them changes it."""
    folder = tmp_path_factory.mktemp("hostile")
    environ = {"PORTAL_DATA": str(folder)}
    if request.param == "postgresql":
        cluster = request.getfixturevalue("cluster")
        cluster.create(name := f"hostile_{folder.name}", "portal_template")
        environ |= cluster.environ(name)
    else:
        (folder / "portal.sqlite3").write_bytes(sqlite_template.read_bytes())
    for app in running(environ):
        make.tenant(app)
        add_member(app, "api@paris.example")
        app.extensions["portal.limits"]._of_token.amount = 10**9
        app.extensions["portal.limits"]._of_failures.amount = 10**9
        program = Program(app, token(app))
        program.app = app
        yield program


@pytest.fixture(autouse=True)
def unchanged(hostile) -> Iterator[None]:
    before = all_but_use(hostile.app)
    yield
    assert all_but_use(hostile.app) == before


def all_but_use(app: Flask) -> dict[str, list]:
    found = everything_of(app, "paris")
    return {name: rows for name, rows in found.items() if name != "api_tokens"}


def send(program: Program, path: str, body: bytes | str, kind: str = "application/json"):
    return program.ask("POST", path, data=body, content_type=kind)


@pytest.mark.parametrize("path", ["/cookies", "/providers", "/versions", "/erasures"])
@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "\ufeff{}",
        "[" * 60_000,
        '{"name":' * 8_000,
        b"\xff\xfe",
        b'{"name":"\xff"}',
        '{"name":"\\ud800"}',
        '{"name":"a"}\0',
        '{"name":%s}' % ("9" * 60_000),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_is_not_understood(hostile, path, body):
    assert_problem(send(hostile, path, body), 400, "bad_request")


@pytest.mark.parametrize("path", ["/cookies", "/providers", "/versions", "/erasures"])
def test_a_body_is_json_and_not_too_large(hostile, path):
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert_problem(send(hostile, path, "{}", kind), 415, "unsupported_media_type")
    large = json.dumps({"name": "x" * 10_000_000})
    assert_problem(send(hostile, path, large), 413, "too_large")


@pytest.mark.parametrize(
    "member",
    [
        '"name":"a\\u0000b"',
        '"name":null',
        '"name":{"a":[[[]]]}',
        '"domain":"a\\u0000.example"',
        '"domain":"\\u202e.example"',
        '"path":"/\\u0000"',
        '"path":"/;x"',
        '"provider":"\\u0000"',
        '"provider":"../../x"',
        '"lifetime_unit":"month","lifetime_count":1%s' % ("0" * 300),
        '"lifetime_unit":"month","lifetime_count":-1',
        '"lifetime_unit":"month","lifetime_count":1e400',
        '"lifetime_unit":"month","lifetime_count":true',
        '"lifetime_unit":"age","lifetime_count":1',
        '"purpose":{"fr":"a\\u0000b"}',
        '"purpose":{"\\u0000":"a"}',
        '"purpose":{"xx":"a"}',
        '"purpose":{"fr":{"fr":"a"}}',
        '"purpose":{"fr":"%s"}' % ("x" * 5000),
        f'"purpose":{{{MANY}}}',
        '"purpose":[]',
        '"third_party":"yes"',
        '"id":"019ab8f2-5a3c-7d10-8f00-5b6c7d8e9fa0"',
        '"tenant_id":2',
        '"\\u0000":1',
    ],
    ids=lambda member: member[:40],
)
def test_a_cookie_that_cannot_be_is_refused(hostile, member):
    body = f"{COOKIE[:-1]},{member}}}"
    answer = send(hostile, "/cookies", body)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.mimetype == "application/problem+json"
    assert answer.json["errors"]


@pytest.mark.parametrize(
    "member",
    [
        '"name":"\\u0000"',
        '"name":""',
        '"name":"a","key":"A B"',
        '"name":"a","key":"a\\u0000"',
        '"name":"a","privacy_url":"javascript:alert(1)"',
        '"name":"a","privacy_url":"https://a:b@c.example/"',
        '"name":"a","privacy_url":"https://[::1/"',
        '"name":"a","privacy_url":"https://a.example/\\u0000"',
        '"name":"Opendatasoft"',
        '"name":"%s"' % ("x" * 201),
    ],
)
def test_a_provider_that_cannot_be_is_refused(hostile, member):
    answer = send(hostile, "/providers", f"{{{member}}}")
    assert answer.status_code == 422, answer.text
    assert answer.json["errors"]


ODD = [
    "", "0", "-1", "1.5", "1e3", "٣", "99999999999999999999", "9" * 5000, "null", "NaN", "%00",
    "a%00", "%ff%fe", "%ED%A0%80", "'%20OR%201=1--", "../../etc/passwd", "2026-13-45",
    "2026-02-30", "0000-00-00", "10000-01-01", "-0001-01-01", "2026-11-22T25:00:00Z",
    "2026-11-22T10:00:00",
    "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2026-W01-1", "1700000000",
    "20261122", "🍪", "x" * 4000, "019ab8f2-5a3c-7d10-8f00-5b6c7d8e9fa", "%5B%5D", "&&&===",
]  # fmt: skip
PARAMETERS = {
    "/records": ("since", "until", "consent_id", "decision", "category", "language", "policy",
                 "surface", "cursor", "limit"),
    "/records/export.csv": ("since", "until", "consent_id", "policy", "cursor"),
    "/versions": ("before", "limit"),
    "/versions/1/changes": ("since",),
    "/figures": ("since", "until"),
}  # fmt: skip


@pytest.mark.parametrize("path", PARAMETERS)
def test_an_odd_parameter_is_refused_or_finds_nothing(hostile, path):
    for name, value in product(PARAMETERS[path], ODD):
        answer = hostile.get(f"{path}?{name}={value}")
        assert answer.status_code in (200, 404, 422), (name, value, answer.text)
        if answer.status_code == 422:
            assert_problem(answer, 422, "bad_query")
            [error, *_] = answer.json["errors"]
            assert error["detail"]
            assert len(answer.data) < 20_000


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday",
        "since=2026-11-22T10:00:00",
        "sinse=2026-11-22",
        "limit=0",
        "limit=101",
        "limit=10&limit=20",
        "cursor=",
        "policy=0",
        "policy=2147483648",
        "language=f%00r",
        "decision=ACCEPT_ALL",
    ],
)
def test_a_filter_that_is_none_never_widens_what_is_found(hostile, query):
    assert_problem(hostile.get(f"/records?{query}"), 422, "bad_query")


@pytest.mark.parametrize(
    "path",
    [
        "/cookies/not-an-id",
        "/cookies/019ab8f2-5a3c-7d10-8f00-5b6c7d8e9fa",
        "/cookies/%00",
        "/providers/%00",
        "/providers/A",
        "/providers/..%2f..",
        "/providers/" + "a" * 5000,
        "/categories/%00",
        "/categories/everything",
        "/categories/%ff",
        "/versions/0",
        "/versions/-1",
        "/versions/2147483648",
        "/versions/" + "9" * 5000,
        "/versions/2147483647/changes",
        "/records/%00",
        "/records/export.xml",
    ],
)
def test_an_address_of_nothing_is_not_found(hostile, path):
    for method in ("GET", "PATCH", "DELETE"):
        answer = hostile.ask(method, path, None if method == "GET" else {})
        assert answer.status_code in ({404} if method == "GET" else {404, 405}), (method, path)
        assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "bearer x",
        "Basic eDp4",
        "Bearer a b c",
        "Bearer \x00",
        "Bearer \xff\xfe",
        "Bearer é",
        f"Bearer {PREFIX}",
        f"Bearer {PREFIX}{'0' * 49}",
        f"Bearer {'x' * 30_000}",
        "Bearer ' OR 1=1--",
        "Negotiate",
        ",,,",
    ],
    ids=lambda header: repr(header[:20]),
)
def test_what_is_no_token_opens_nothing(hostile, header):
    answer = hostile.client.get(
        f"{API}/cookies", base_url=hostile.base, headers={"Authorization": header}
    )
    assert_problem(answer, 401, "unknown_token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_session_of_the_back_office_is_no_token(hostile):
    member = Member(hostile.app, "api@paris.example")
    assert member.get().status_code == 200
    assert member.get(f"{API}/cookies").status_code == 401


def test_a_token_in_the_address_is_no_token(hostile):
    secret = hostile.headers["Authorization"].partition(" ")[2]
    nobody = Program(hostile.app)
    for query in (f"?token={secret}", f"?access_token={secret}"):
        assert nobody.get(f"/cookies{query}").status_code == 401


@pytest.mark.parametrize("tag", ["", '"', "*, *", "W/", '"a", "b", W/"c"', "\xff", "x" * 9000])
def test_an_odd_tag_is_one_that_does_not_match(hostile, tag):
    answer = hostile.patch("/providers/opendatasoft", {}, headers={"If-Match": tag})
    assert answer.status_code in (200, 412)


def test_another_page_cannot_use_a_token_that_it_does_not_have(hostile):
    headers = {"Origin": "https://evil.example"}
    answer = hostile.post("/providers", {"name": "Evil"}, headers=headers)
    assert_problem(answer, 403, "forbidden")
