"""The script brings the texts of one language along."""

import json
import re

from portal.database import writing
from portal.public.embed.script import FIRST
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


def test_links_of_the_texts_lead_to_the_hostname_that_was_asked(app):
    make.tenant(app, "paris", "fr", ("fr", "en"))
    with app.app_context(), writing():
        add_hostname(make.find(), "other.example")
    make.heard(app)
    for host in ("paris.example", "other.example"):
        script = Visitor(app, host).get("/consent.js").text
        assert set(re.findall(r'"href":"http://([^/"]+)/', script)) == {host}
