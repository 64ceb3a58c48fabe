"""Other sites: where the script may ask, the lines to copy, and versions that can be pinned."""

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape

import pytest

from portal.tenants.embedding import embedding_of
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.client import Visitor

PATH = "/backoffice/sites/"
PIN = f"{PATH}pin/"
TYPED = {
    "cookie_domain": "paris.example",
    "sites": "https://www.shop.example\r\nhttp://localhost:3000\r\n",
    "signals": ["google"],
    "reloads": "1",
}


@pytest.fixture
def ada(app) -> Member:
    make.tenant(app)
    return owner(app)


def seen(page):
    return re.search(r'name="seen" value="(\w+)"', page.text)[1]


def save(member, **changed):
    return member.post(PATH, TYPED | {"seen": seen(member.get(PATH))} | changed)


def stored(app):
    with app.app_context():
        one = embedding_of(make.find())
        return one.cookie_domain, one.sites, one.signals, one.reloads


def pinned(page):
    """The address and the integrity of each line that loads a kept version."""
    line = r'<script src="https://paris\.example(/embed/\w+\.js)" integrity="([^"]+)"'
    return re.findall(line, unescape(page.text))


def test_what_is_chosen_is_kept_and_shown_again(app, ada):
    assert save(ada).status_code == 303
    sites = ["https://www.shop.example", "http://localhost:3000"]
    assert stored(app) == ("paris.example", sites, ["google"], True)
    page = ada.get(PATH).text
    assert "https://www.shop.example\nhttp://localhost:3000</textarea>" in page
    assert 'value="google" checked' in page
    assert 'value="matomo" checked' not in page


def test_the_script_hears_of_it_at_once(app, ada):
    save(ada, reloads=[])
    make.heard(app)
    script = Visitor(app).get("/consent.js").text
    assert '"domain":"paris.example"' in script
    assert '"reloads":false' in script


def test_the_line_and_what_a_strict_page_needs_are_shown(ada):
    page = unescape(ada.get(PATH).text)
    assert '<script src="https://paris.example/consent.js" async></script>' in page
    assert "script-src https://paris.example; connect-src https://paris.example" in page


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"cookie_domain": "oslo.example"}, "not part of this domain"),
        ({"cookie_domain": "example"}, "shared by strangers"),
        ({"cookie_domain": "a_b c"}, "This is no domain"),
        ({"sites": "ftp://shop.example"}, "ftp://shop.example is no web address"),
        ({"sites": "<shop>"}, "&lt;shop&gt; is no web address"),
        ({"sites": "\n".join(f"a{n}.example" for n in range(101))}, "At most 100"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_typed_is_lost(app, ada, changed, told):
    answer = save(ada, **changed)
    (name,) = changed
    assert answer.status_code == 422
    assert f'href="#{name}"' in answer.text
    assert told in answer.text
    assert changed[name].splitlines()[-1] in unescape(answer.text)
    assert 'value="google" checked' in answer.text
    assert stored(app)[:2] == ("", [])


def test_who_comes_second_is_told_and_shown_both(app, ada):
    opened = TYPED | {"seen": seen(ada.get(PATH)), "cookie_domain": ""}
    save(ada)
    answer = ada.post(PATH, opened)
    assert answer.status_code == 409
    assert "paris.example" in answer.text
    assert stored(app)[0] == "paris.example"
    assert ada.post(PATH, opened | {"seen": seen(answer)}).status_code == 303
    assert stored(app)[0] == ""


def test_a_kept_version_is_shown_with_its_hash_and_stays_as_it_was(app, ada):
    assert pinned(ada.get(PATH)) == []
    assert ada.post(PIN).status_code == 303
    [(address, integrity)] = pinned(ada.get(PATH))
    make.cookie(app)
    make.publish(app)
    visitor = Visitor(app)
    answer = visitor.get(address)
    assert integrity == "sha256-" + b64encode(sha256(answer.data).digest()).decode()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.data != visitor.get("/consent.js").data


def test_the_same_version_is_kept_once_and_another_beside_it(app, ada):
    for _ in range(2):
        ada.post(PIN)
    assert len(pinned(ada.get(PATH))) == 1
    make.cookie(app)
    make.publish(app)
    ada.post(PIN)
    assert len(pinned(ada.get(PATH))) == 2


def test_a_version_of_another_tenant_is_neither_shown_nor_served(app, ada):
    make.tenant(app, "oslo", "en", ("en",))
    owner(app, "oslo").post(PIN)
    oslo = Visitor(app, "oslo.example").get("/consent.js").data
    address = f"/embed/{sha256(oslo).hexdigest()}.js"
    assert pinned(ada.get(PATH)) == []
    assert Visitor(app).get(address).status_code == 404
    assert Visitor(app, "oslo.example").get(address).status_code == 200


@pytest.mark.parametrize("role", ["editor", "publisher", "auditor"])
def test_who_manages_nothing_reads_and_changes_nothing(app, role):
    make.tenant(app)
    add_member(app, "bob@paris.example", role)
    bob = Member(app, "bob@paris.example")
    page = bob.get(PATH)
    assert page.status_code == 200
    assert "<button>Save" not in page.text
    assert bob.post(PATH, TYPED | {"seen": seen(page)}).status_code == 403
    assert bob.post(PIN).status_code == 403


def test_what_is_done_is_in_the_trail_in_words(ada):
    save(ada)
    ada.post(PIN)
    page = ada.get("/backoffice/audit/").text
    assert "Domain shared with the portal" in page
    assert "Script kept for pinning" in page


def test_a_domain_within_which_another_portal_answers_is_refused_without_naming_it(app, ada):
    make.tenant(app, "oslo", "en", ("en",), hostname="oslo.paris.example")
    answer = save(ada)
    assert answer.status_code == 422
    assert "Another portal answers within this domain." in answer.text
    assert "oslo" not in answer.text
    assert stored(app)[0] == ""
