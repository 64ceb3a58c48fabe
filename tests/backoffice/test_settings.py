"""Settings: contact details, and hostnames that nobody can take from somebody else."""

import re
import socket
from html import unescape

import pytest
from flask import Flask

from portal.database import db, writing
from portal.tenants.dns import proof_name
from portal.tenants.embedding import embed
from portal.tenants.models import Hostname
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.backoffice_host import both_ways
from tests.client import Visitor
from tests.conftest import running

pytestmark = both_ways

PATH = "/backoffice/settings/"
HOSTNAMES = f"{PATH}hostnames/"
DETAILS = {
    "name": "Ville de Paris",
    "consent_days": "90",
    "controller": "Mairie de Paris",
    "address": "Place de l'Hôtel-de-Ville\r\n75004 Paris",
    "email": "dpo@paris.example",
    "dpo_email": "",
    "authority": "CNIL",
    "authority_url": "https://www.cnil.fr/",
}
HERE, NEW = "192.0.2.1", "data.paris.example"


@pytest.fixture
def app(environ):
    yield from running(environ | {"PORTAL_DNS_TARGET": HERE})


@pytest.fixture
def zone(monkeypatch) -> dict[str, str]:
    """What the DNS says: an address by name."""
    zone = {HERE: HERE}

    def getaddrinfo(name, _port, **_):
        if name not in zone:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (zone[name], 0))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return zone


@pytest.fixture
def ada(app) -> Member:
    make.tenant(app)
    return owner(app)


def seen(member):
    return re.search(r'name="seen" value="(\w+)"', member.get(PATH).text)[1]


def save(member, **changed):
    return member.post(PATH, DETAILS | {"seen": seen(member)} | changed)


def hostnames(app: Flask, slug: str = "paris") -> dict[str, bool]:
    """Of a tenant, and which of them is the main one."""
    with app.app_context():
        return {one.hostname: one.canonical for one in make.find(slug).hostnames}


def proven(zone, hostname=NEW, slug="paris"):
    """Make the records that the owner of a hostname makes for a tenant."""
    zone |= {hostname: HERE, proof_name(slug, hostname): HERE}


# Details


def test_details_are_saved_and_shown_to_visitors_once_published(app, ada):
    assert save(ada).status_code == 303
    with app.app_context():
        tenant = make.find()
        assert (tenant.name, tenant.consent_days) == ("Ville de Paris", 90)
        assert tenant.address == "Place de l'Hôtel-de-Ville\n75004 Paris"
    visitor = Visitor(app)
    assert "Mairie de Paris" not in visitor.get().text
    make.publish(app)
    assert "Mairie de Paris" in visitor.get().text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": " "}, "Give the name"),
        ({"name": "P" * 201}, "At most 200"),
        ({"controller": "a\0b"}, "cannot be shown"),
        ({"email": "nobody"}, "such as name@example.org"),
        ({"dpo_email": "a b@c"}, "such as name@example.org"),
        ({"authority_url": "javascript:alert(1)"}, "begins with https://"),
        ({"consent_days": "0"}, "1 to 395"),
        ({"consent_days": "396"}, "1 to 395"),
        ({"consent_days": "many"}, "1 to 395"),
        ({"consent_days": "9" * 5000}, "1 to 395"),
        ({"consent_days": ""}, "1 to 395"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_saved(app, ada, changed, told):
    answer = save(ada, **changed)
    (name,) = changed
    assert answer.status_code == 422
    assert f'href="#{name}"' in answer.text
    assert told in answer.text
    with app.app_context():
        assert (make.find().name, make.find().authority) == ("Paris", "")


def test_all_errors_are_told_at_once_and_nothing_typed_is_lost(ada):
    answer = save(ada, name="", email="nobody", consent_days="x", authority="<CNIL>")
    assert all(f'href="#{name}"' in answer.text for name in ("name", "email", "consent_days"))
    assert 'value="&lt;CNIL&gt;"' in answer.text
    assert 'value="nobody"' in answer.text


def test_who_comes_second_is_told_and_shown_both(app, ada):
    opened = DETAILS | {"seen": seen(ada), "name": "Lutetia"}
    save(ada)
    answer = ada.post(PATH, opened)
    assert answer.status_code == 409
    assert "Ville de Paris" in answer.text
    assert "Lutetia" in answer.text
    with app.app_context():
        assert make.find().name == "Ville de Paris"
    again = re.search(r'name="seen" value="(\w+)"', answer.text)[1]
    assert ada.post(PATH, opened | {"seen": again}).status_code == 303


@pytest.mark.parametrize("role", ["editor", "publisher", "auditor"])
def test_who_manages_nothing_reads_and_changes_nothing(app, role):
    make.tenant(app)
    add_member(app, "bob@paris.example", role)
    bob = Member(app, "bob@paris.example")
    assert bob.get(PATH).status_code == 200
    assert "<button>Save" not in bob.get(PATH).text
    assert bob.post(PATH, DETAILS | {"seen": seen(bob)}).status_code == 403
    assert bob.get(HOSTNAMES).status_code == 200
    assert "Add it" not in bob.get(HOSTNAMES).text
    for path in (HOSTNAMES, f"{HOSTNAMES}main/", f"{HOSTNAMES}remove/"):
        assert bob.post(path, {"hostname": "paris.example"}).status_code == 403


# Hostnames


def test_a_hostname_that_is_proven_answers(app, ada, zone):
    proven(zone)
    assert Visitor(app, NEW).get().status_code == 404
    assert ada.post(HOSTNAMES, {"hostname": NEW}).status_code == 303
    assert hostnames(app) == {"paris.example": True, NEW: False}
    make.heard(app)
    assert Visitor(app, NEW).get().status_code == 200


def test_a_hostname_is_not_added_before_its_records_are_there(app, ada, zone):
    answer = ada.post(HOSTNAMES, {"hostname": NEW})
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert proof_name("paris", NEW) in page
    assert f'value="{NEW}"' in page
    assert page.count("is not there yet") == 2
    assert NEW not in hostnames(app)


def test_a_hostname_of_somebody_else_cannot_be_taken_though_it_points_here(app, ada, zone):
    make.tenant(app, "oslo", "en", ("en",))
    proven(zone, slug="oslo")  # who is about to add it
    assert ada.post(HOSTNAMES, {"hostname": NEW}).status_code == 422
    assert NEW not in hostnames(app)
    assert owner(app, "oslo").post(HOSTNAMES, {"hostname": NEW}).status_code == 303
    assert NEW in hostnames(app, "oslo")


def test_a_hostname_where_another_portal_shares_its_cookie_is_refused(app, ada, zone):
    make.tenant(app, "oslo", "en", ("en",), hostname=f"oslo.{NEW}")
    with app.app_context(), writing():
        embed(make.find("oslo"), NEW, [])
    proven(zone)
    answer = ada.post(HOSTNAMES, {"hostname": NEW})
    assert answer.status_code == 409
    assert "Another portal shares its cookie with every hostname of this domain." in answer.text
    assert hostnames(app) == {"paris.example": True}


def test_a_hostname_that_another_portal_holds_is_not_taken_even_with_proof(app, ada, zone):
    make.tenant(app, "oslo", "en", ("en",))
    proven(zone, "oslo.example")
    answer = ada.post(HOSTNAMES, {"hostname": "oslo.example"})
    assert answer.status_code == 409
    assert "Another portal" in answer.text
    assert "oslo'" not in answer.text  # by its hostname one learns nothing else of it
    assert hostnames(app, "oslo") == {"oslo.example": True}


def test_where_it_points_is_told(ada, zone):
    proven(zone)
    zone[NEW] = "93.184.215.14"
    answer = ada.post(HOSTNAMES, {"hostname": NEW})
    assert "points elsewhere" in answer.text
    assert "93.184.215.14" in answer.text


@pytest.mark.parametrize(
    "hostname", ["", "a b", "https://paris.example", "a" * 300, "a\0b", "é" * 70]
)
def test_what_is_no_hostname_is_told(app, ada, hostname):
    answer = ada.post(HOSTNAMES, {"hostname": hostname})
    assert answer.status_code == 422
    assert "Write a hostname" in answer.text


def test_one_that_is_there_already_is_told(ada):
    answer = ada.post(HOSTNAMES, {"hostname": "PARIS.example."})
    assert answer.status_code == 422
    assert "answers on it already" in answer.text


def test_without_a_target_the_operator_has_to_add_it(environ, zone):
    for app in running(environ):
        make.tenant(app)
        proven(zone)
        answer = owner(app).post(HOSTNAMES, {"hostname": NEW})
        assert answer.status_code == 422
        assert "ask the operator" in answer.text
        assert NEW not in hostnames(app)


def test_a_hostname_that_answers_can_be_checked(ada, zone):
    zone["paris.example"] = HERE
    page = ada.get(f"{HOSTNAMES}?check=paris.example").text
    assert "points here" in page
    assert "portal-" not in page.partition('id="checked"')[2].partition("</table>")[0]


def test_no_other_hostname_can_be_looked_up_here(ada, zone):
    zone["db.internal"] = "10.0.0.5"
    assert 'id="checked"' not in ada.get(f"{HOSTNAMES}?check=db.internal").text


def test_another_hostname_can_be_made_the_main_one(app, ada, zone):
    proven(zone)
    ada.post(HOSTNAMES, {"hostname": NEW})
    assert ada.post(f"{HOSTNAMES}main/", {"hostname": NEW}).status_code == 303
    assert hostnames(app) == {"paris.example": False, NEW: True}


def test_a_hostname_is_removed_after_a_question(app, ada, zone):
    proven(zone)
    ada.post(HOSTNAMES, {"hostname": NEW})
    page = ada.get(f"{HOSTNAMES}remove/?hostname={NEW}")
    assert page.status_code == 200
    assert ada.post(f"{HOSTNAMES}remove/", {"hostname": NEW}).status_code == 303
    assert hostnames(app) == {"paris.example": True}


def test_who_comes_back_without_a_hostname_is_led_to_the_list(ada):
    assert ada.get(f"{HOSTNAMES}remove/").headers["Location"] == HOSTNAMES


def test_the_hostname_that_one_uses_and_the_main_one_stay(app, ada, zone, backoffice_host):
    proven(zone)
    ada.post(HOSTNAMES, {"hostname": NEW})
    ada.post(f"{HOSTNAMES}main/", {"hostname": NEW})
    for hostname in (NEW,) if backoffice_host else (NEW, "paris.example"):
        assert ada.post(f"{HOSTNAMES}remove/", {"hostname": hostname}).status_code == 404
    assert set(hostnames(app)) == {"paris.example", NEW}


@pytest.mark.parametrize("deed", ["main/", "remove/"])
@pytest.mark.parametrize("hostname", ["oslo.example", "nowhere.example", "", "a\0b"])
def test_a_hostname_of_another_tenant_is_like_one_that_does_not_exist(app, ada, deed, hostname):
    make.tenant(app, "oslo", "en", ("en",))
    assert ada.post(f"{HOSTNAMES}{deed}", {"hostname": hostname}).status_code == 404
    with app.app_context():
        assert db.session.query(Hostname).count() == 2


def test_what_is_done_to_hostnames_is_in_the_trail(ada, zone):
    proven(zone)
    ada.post(HOSTNAMES, {"hostname": NEW})
    ada.post(f"{HOSTNAMES}remove/", {"hostname": NEW})
    page = ada.get("/backoffice/audit/?kind=hostnames&person=owner@paris.example").text
    assert page.count(NEW) >= 2
    assert "Removed" in page


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [
        ("3", "law", "retention_days"),
        ("99999", "law", "retention_days"),
        ("400", " ", "retention_reason"),
    ],
)
def test_records_are_not_kept_for_too_short_nor_without_a_reason(app, days, reason, field):
    make.tenant(app)
    page = save(owner(app), retention_days=days, retention_reason=reason)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text


def test_how_long_the_log_is_kept_can_be_set_and_taken_back(app):
    make.tenant(app)
    member = owner(app)
    assert save(member, retention_days="400", retention_reason="law").status_code == 303
    assert 'value="400"' in member.get("/backoffice/settings/").text
    assert save(member, retention_days="", retention_reason="").status_code == 303
    with app.app_context():
        assert make.find().retention_days is None
