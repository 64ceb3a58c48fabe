"""The script brings the texts of one language along."""

import json
import re

from portal.database import writing
from portal.public.embed.pinning import keep_script
from portal.public.embed.script import FIRST
from portal.public.encodings import Body
from portal.tenants.lifecycle import add_hostname
from tests import make
from tests.client import Visitor


def language_brought(app, address: str) -> str:
    return re.search(r',\{"language":"(\w+)","dir":', Visitor(app).get(address).text)[1]


def test_the_script_brings_the_tenants_language_or_that_which_is_named(app):
    make.tenant(app, "paris", "fr", ("fr", "en"))
    assert language_brought(app, "/consent.js") == "fr"
    assert language_brought(app, "/consent.js?lang=en") == "en"
    assert language_brought(app, "/consent.js?lang=xx") == "fr"


def test_what_the_script_brings_is_what_the_portal_answers(app):
    make.tenant(app, "paris", "fr", ("fr", "en"))
    visitor = Visitor(app)
    for tag in ("fr", "en"):
        script = visitor.get(f"/consent.js?lang={tag}").text
        address = re.search(r'"texts":"([^"]+)"', script)[1]
        brought = json.loads(re.search(r',(\{"language":.*\})\);$', script)[1])
        answered = visitor.get(f"/embed/{address}/{tag}.json").json
        assert brought == {name: answered[name] for name in FIRST}


def test_no_hostname_or_port_that_was_asked_makes_another_script(app):
    make.tenant(app, "paris", "fr", ("fr", "en"))
    with app.app_context(), writing():
        add_hostname(make.find(), "other.example")
    make.heard(app)
    hosts = ("paris.example", "other.example", *(f"paris.example:{port}" for port in range(1, 20)))
    assert len({Visitor(app, host).get("/consent.js").data for host in hosts}) == 1
    assert len(app.extensions["portal.scripts"]) == 1
    for host in hosts:
        Visitor(app, host).get(f"/embed/{address(app)}/fr.json")
        Visitor(app, host).get("/embed/1-older/fr.json")
    assert len(app.extensions["portal.embedded_texts"]) == 2


def test_links_are_whole_only_for_scripts_that_take_them_as_they_are(app):
    make.tenant(app, "paris", "fr", ("fr", "en"))
    for build, start in ((address(app), ""), ("1-older", "https://paris.example")):
        text = Visitor(app, "paris.example:8443").get(f"/embed/{build}/fr.json").text
        links = re.findall(r'"href":"([^"]+)"', text)
        assert {one.partition("/terms/")[0] for one in links} == {start}


def test_a_pinned_script_is_compressed_once(app, monkeypatch):
    make.tenant(app, "paris", "fr", ("fr", "en"))
    with app.test_request_context("/", base_url="http://paris.example"), writing():
        digest = keep_script().digest
    made = []
    monkeypatch.setattr("portal.public.embed.script.Body", lambda *of: made.append(of) or Body(*of))
    for number in range(5):
        answer = Visitor(app).get(f"/embed/{digest}.js?{number}", Accept_Encoding="gzip")
        assert answer.status_code == 200
    assert len(made) == 1


def address(app) -> str:
    return re.search(r'"texts":"([^"]+)"', Visitor(app).get("/consent.js").text)[1]
