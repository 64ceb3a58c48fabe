"""Every change of an audited row is in the trail, with who made it, and stays there."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from portal.cookies.arranging import move_cookies
from portal.cookies.declared import cookies
from portal.cookies.models import Cookie
from portal.database import db, writing
from portal.identifiers import time_of
from portal.people.audit import NOBODY, act_as
from portal.people.models import AuditEntry
from portal.policy.models import Look
from portal.tenants.lifecycle import add_hostname
from tests import make

LOOK = {
    "accent": "#0f5c4d",
    "accent_dark": "#7dd3bd",
    "corner": 8,
    "position": "bottom",
    "reopener": "link",
}


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


def trail(subject=None):
    """What is in the trail of Paris since it was opened."""
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.tenant_id == make.find().id).order_by(AuditEntry.id)
    ).all()
    return [one for one in entries if subject in (None, one.subject)]


def latest(app, subject):
    with app.app_context():
        return trail(subject)[-1]


def dress(app, **changed):
    with app.app_context(), writing():
        act_as("ada@paris.example")
        db.session.merge(Look(tenant_id=make.find().id, **(LOOK | changed)))


def test_opening_a_portal_is_in_its_trail(paris):
    with paris.app_context():
        added = {one.subject for one in trail() if one.action == "added"}
    assert {"tenants", "hostnames", "categories", "cookies", "policy_versions"} <= added


def test_what_is_added_is_kept_with_its_values(paris):
    dress(paris)
    entry = latest(paris, "looks")
    assert (entry.action, entry.before, entry.after) == ("added", None, LOOK | {"logo": None})


def test_of_what_is_changed_the_changed_values_are_kept_before_and_after(paris):
    dress(paris)
    dress(paris, corner=3, position="corner")
    entry = latest(paris, "looks")
    assert entry.action == "changed"
    assert entry.before == {"corner": 8, "position": "bottom"}
    assert entry.after == {"corner": 3, "position": "corner"}


def test_what_is_removed_is_kept_with_the_values_that_it_had(paris):
    dress(paris)
    with paris.app_context(), writing():
        db.session.delete(db.session.get(Look, make.find().id))
    entry = latest(paris, "looks")
    assert (entry.action, entry.before, entry.after) == ("removed", LOOK | {"logo": None}, None)


def test_what_goes_with_its_parent_is_kept_too(paris):
    with paris.app_context(), writing():
        add_hostname(make.find(), "data.paris.example")
    with paris.app_context(), writing():
        tenant = make.find()
        tenant.hostnames = [one for one in tenant.hostnames if one.canonical]
    entry = latest(paris, "hostnames")
    assert (entry.action, entry.name, entry.after) == ("removed", "data.paris.example", None)
    assert entry.before == {"hostname": "data.paris.example", "canonical": False}


def test_what_stays_as_it_is_leaves_no_trace(paris):
    dress(paris)
    with paris.app_context():
        before = len(trail())
    dress(paris)
    make.change(paris, "paris", name="Paris")
    with paris.app_context():
        assert len(trail()) == before


def test_what_nobody_asks_about_leaves_no_trace(paris):
    with paris.app_context():
        before = len(trail())
    make.change(paris, "paris", changed=99)
    with paris.app_context():
        assert len(trail()) == before


def test_the_values_before_are_known_of_a_row_that_was_read_in_an_earlier_transaction(paris):
    with paris.app_context():
        tenant = make.find()
        with writing():
            tenant.name = "Paris!"
        with writing():
            tenant.name = "Paris?"
        entry = trail("tenants")[-1]
        assert (entry.before, entry.after) == ({"name": "Paris!"}, {"name": "Paris?"})


def test_a_row_that_was_read_earlier_and_stays_as_it_is_leaves_no_trace(paris):
    with paris.app_context():
        tenant = make.find()
        before = len(trail())
        with writing():
            tenant.name = "Paris"
        assert len(trail()) == before


def test_texts_in_many_languages_are_kept_whole(paris):
    make.cookie(paris, name="_id", purpose={"fr": "Compter", "en": "Count"})
    with paris.app_context(), writing():
        cookie = db.session.scalars(select(Cookie).where(Cookie.name == "_id")).one()
        cookie.purpose = cookie.purpose | {"fr": "Compter les visites"}
    entry = latest(paris, "cookies")
    assert entry.name == "_id"
    assert entry.before == {"purpose": {"fr": "Compter", "en": "Count"}}
    assert entry.after == {"purpose": {"fr": "Compter les visites", "en": "Count"}}


def test_rows_that_change_in_the_same_way_are_one_entry(paris):
    with paris.app_context(), writing():
        tenant = make.find()
        moved = cookies(tenant)[:3]
        move_cookies(tenant, "statistics", [one.id for one in moved])
    with paris.app_context():
        [entry] = [one for one in trail("cookies") if one.action == "changed"]
        assert set(entry.name.split(", ")) == {"sessionid", "django_language", "csrftoken"}
        assert (entry.before, entry.after) == (
            {"category": "necessary"},
            {"category": "statistics"},
        )


def test_the_same_change_at_two_tenants_is_in_the_trail_of_each(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    with paris.app_context(), writing():
        for slug in ("paris", "oslo"):
            make.find(slug).consent_days = 90
    with paris.app_context():
        days = select(AuditEntry).where(
            AuditEntry.subject == "tenants", AuditEntry.action == "changed"
        )
        changed = [one for one in db.session.scalars(days) if one.after == {"consent_days": 90}]
        assert {one.tenant_id for one in changed} == {make.find(s).id for s in ("paris", "oslo")}


def test_an_entry_names_who_did_it(paris):
    dress(paris)
    assert latest(paris, "looks").actor == "ada@paris.example"


def test_who_acts_is_forgotten_with_the_request(paris):
    dress(paris)
    make.change(paris, "paris", name="Paris!")
    assert latest(paris, "tenants").actor == NOBODY


def test_an_entry_tells_when(paris):
    dress(paris)
    with paris.app_context():
        entries = trail()
    times = [time_of(one.id) for one in entries]
    assert times == sorted(times)


def test_what_is_undone_leaves_no_trace(paris):
    with paris.app_context():
        before = len(trail())
        with pytest.raises(Undone), writing():
            change_and_fail()
        assert len(trail()) == before


class Undone(Exception):
    pass


def change_and_fail():
    db.session.add(Look(tenant_id=make.find().id, **LOOK))
    db.session.flush()
    raise Undone


def test_each_tenant_has_a_trail_of_its_own(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    with paris.app_context():
        before = len(trail())
    make.change(paris, "oslo", name="Oslo!")
    with paris.app_context():
        assert len(trail()) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'nobody'",
        "DELETE FROM audit_entries",
        "UPDATE audit_entries SET tenant_id = tenant_id",
    ],
)
def test_the_database_refuses_to_change_the_trail(paris, statement):
    with paris.app_context(), pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text(statement))


def test_an_entry_cannot_be_put_in_the_place_of_another(paris):
    with paris.app_context():
        entry = trail()[0]
        again = {"tenant_id": entry.tenant_id, "id": entry.id, "actor": "eve", "action": "added"}
        with pytest.raises(DBAPIError):
            db.session.execute(
                AuditEntry.__table__.insert(), again | {"subject": "looks", "name": str(uuid4())}
            )
