"""`consent.js`, the pinned scripts and the texts, as any cache or stranger may ask for them."""

import json
import re
from datetime import UTC, datetime

import pytest

from portal.database import db, writing
from portal.policy.document import DeclaredCategory, DeclaredCookie
from portal.public.embed.patterns import names
from portal.public.embed.script import current_script, integrity
from portal.tenants.embedding import embed
from portal.tenants.models import Script
from tests import make
from tests.client import Visitor

SCRIPT = "/consent.js"
OSLO = "oslo.example"


@pytest.fixture
def paris(app) -> Visitor:
    make.tenant(app)
    return Visitor(app)


@pytest.fixture
def lone_paris(lone_app) -> Visitor:
    make.tenant(lone_app)
    return Visitor(lone_app)


def texts(visitor: Visitor) -> str:
    """The folder of the texts, as the script has it."""
    return re.search(r'"texts":"([^"]+)"', visitor.get(SCRIPT).text)[1]


def test_any_page_may_load_it_and_any_cache_keep_it(paris):
    answer = paris.get(SCRIPT)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers


def test_it_is_the_same_for_every_visitor(lone_paris):
    plain = lone_paris.get(SCRIPT)
    lone_paris.remember("x")
    other = lone_paris.get(SCRIPT, Accept_Language="ar", Sec_GPC="1", Origin="https://x.example")
    assert other.data == plain.data
    assert other.headers["ETag"] == plain.headers["ETag"]


def test_it_begins_with_the_hint_that_it_all_runs_at_once(lone_paris):
    assert lone_paris.get("/consent.js").text.startswith("//# allFunctionsCalledOnLoad\n((")


def test_each_encoding_has_a_tag_of_its_own(lone_paris):
    tags = {
        lone_paris.get(SCRIPT, Accept_Encoding=one).headers["ETag"] for one in ("br", "gzip", "")
    }
    assert len(tags) == 3
    for tag in tags:
        others = lone_paris.get(SCRIPT, Accept_Encoding="br", If_None_Match=tag).status_code
        assert others == (304 if tag.endswith('br"') else 200)


def test_who_has_it_is_told_so(paris):
    tag = paris.get(SCRIPT).headers["ETag"]
    again = paris.get(SCRIPT, If_None_Match=tag)
    assert (again.status_code, again.data) == (304, b"")


def test_it_changes_with_what_is_published_and_set(paris, app):
    seen = [paris.get(SCRIPT).headers["ETag"]]
    make.cookie(app)
    make.publish(app)
    seen.append(paris.get(SCRIPT).headers["ETag"])
    with app.app_context(), writing():
        embed(make.find(), "", ["https://www.shop.example"])
    make.heard(app)
    seen.append(paris.get(SCRIPT).headers["ETag"])
    assert len(set(seen)) == 3
    assert "https://www.shop.example" in paris.get(SCRIPT).text


def test_each_tenant_has_its_own(lone_paris, lone_app):
    make.tenant(lone_app, "oslo", "en", ("en",))
    oslo = Visitor(lone_app, OSLO)
    with lone_app.app_context(), writing():
        embed(make.find(), "", ["https://www.shop.example"])
    make.heard(lone_app)
    assert "shop.example" in lone_paris.get(SCRIPT).text
    assert "shop.example" not in oslo.get(SCRIPT).text


def test_a_pinned_script_is_the_tenants_alone(paris, app):
    make.tenant(app, "oslo", "en", ("en",))
    with app.test_request_context(SCRIPT, base_url=paris.base), writing():
        built = current_script(paris.host)
        kept = Script(
            tenant_id=make.find().id,
            digest=built.digest,
            policy=1,
            content=built.text,
            kept_at=datetime.now(UTC),
        )
        db.session.add(kept)
    address = f"/embed/{built.digest}.js"
    answer = paris.get(address)
    assert answer.text == built.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in answer.headers["Cache-Control"]
    assert integrity(built.digest).startswith("sha256-")
    assert Visitor(app, OSLO).get(address).status_code == 404
    assert paris.get(f"/embed/{'0' * 64}.js").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/embed/0-x/fr.json",
        "/embed/2-x/fr.json",
        "/embed/99999999999999999999999999-x/fr.json",
        "/embed/-1-x/fr.json",
        "/embed/1-x/xx.json",
        "/embed/1-x/..%2ffr.json",
        "/embed/1-x/FR.json",
        "/embed/one-x/fr.json",
        "/embed/%00.js",
        "/embed/'.js",
    ],
)
def test_addresses_of_nothing_are_not_found(lone_paris, path):
    assert lone_paris.get(path).status_code == 404


@pytest.mark.parametrize("since", ["1", "0", "-1", "2", "9" * 30, "x", "1.5", "", "%00"])
def test_a_version_that_never_was_asks_about_everything(lone_paris, since):
    found = lone_paris.get(f"/embed/{texts(lone_paris)}/fr.json?since={since}")
    assert found.status_code == 200
    assert "asked" not in found.get_json()


def test_texts_of_this_release_are_kept_for_ever_of_another_briefly(lone_paris):
    own = lone_paris.get(f"/embed/{texts(lone_paris)}/fr.json")
    other = lone_paris.get("/embed/1-0badf00d/fr.json")
    assert "immutable" in own.headers["Cache-Control"]
    assert other.headers["Cache-Control"] == "public, max-age=60"
    assert other.get_json().keys() == own.get_json().keys()
    assert own.headers["Access-Control-Allow-Origin"] == "*"


def test_texts_say_what_is_asked_again(lone_paris, lone_app):
    make.cookie(lone_app, name="_pk_new")
    make.publish(lone_app)
    found = lone_paris.get(f"/embed/{texts(lone_paris)}/en.json?since=1").get_json()
    assert found["asked"] == ["statistics"]
    assert "_pk_new" in json.dumps(found["first"])


NAMES = [
    ("exact", "a.b", "a.b", "axb"),
    ("exact", "a*", "a*", "ab"),
    ("exact", "(?:x)|y", "(?:x)|y", "y"),
    ("exact", "a[1]$^{2}+\\/", "a[1]$^{2}+\\/", "a1"),
    ("prefix", "_ga.", "_ga.1", "_gaX1"),
    ("pattern", "_hj*_x", "_hjAny_x", "_hj_y"),
    ("pattern", "a.*", "a.1", "ab1"),
    ("exact", "yt.innertube::nextId", "yt.innertube::nextId", "yt-innertube::nextId"),
    ("pattern", "</script>*\"'&{x}<!--", "</script>1\"'&{x}<!--", "<script>1\"'&{x}<!--"),
]


@pytest.mark.parametrize(("match", "name", "same", "other"), NAMES)
def test_names_become_regular_expressions_that_mean_them(match, name, same, other):
    values = dict.fromkeys(DeclaredCookie.__dataclass_fields__, "")
    cookie = DeclaredCookie(**(values | {"name": name, "match": match}))
    category = DeclaredCategory("statistics", {}, {}, (cookie,))
    pattern = re.compile(f"(?:{names(category)})")
    assert pattern.fullmatch(same)
    assert not pattern.fullmatch(other)


@pytest.mark.parametrize(
    ("kept", "storages"),
    [
        (["cookie"], []),
        (["cookie", "session_storage"], ["sessionStorage"]),
        (["session_storage", "local_storage"], ["localStorage", "sessionStorage"]),
        (["any"], ["localStorage", "sessionStorage"]),
    ],
)
def test_it_names_the_storages_in_which_something_is_declared(lone_app, lone_paris, kept, storages):
    make.cookie(lone_app, name="needed", category="necessary", storage="local_storage")
    for number, storage in enumerate(kept):
        make.cookie(lone_app, name=f"_{number}", storage=storage)
    make.publish(lone_app)
    named = re.search(r'"storages":(\[[^]]*\])', lone_paris.get(SCRIPT).text)[1]
    assert json.loads(named) == storages
