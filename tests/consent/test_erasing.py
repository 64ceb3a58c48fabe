"""Records go in the one audited way, when they may, and never otherwise."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from portal.consent import erasing
from portal.consent.erasing import erase, retention_days
from portal.consent.models import Erasure, consent_records, idempotency_keys
from portal.consent.partitions import partitions
from portal.database import db, each_committed, owner_engine, writing
from portal.identifiers import first_at
from portal.people.models import AuditEntry
from tests import make
from tests.client import Visitor
from tests.consent.records import keep, purged, record, stored

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=10 * 365)


def erased(app, consent_id, slug="paris"):
    with app.app_context(), writing():
        return erase(make.find(slug).id, consent_id, "dpo@paris.example", "asked by letter")


def kept_in(app, *records):
    with app.app_context():
        keep(*records)


def refuses(app, statement):
    """Whether the database takes a statement for what may never be done."""
    with (
        app.app_context(),
        owner_engine().connect() as connection,
        connection.begin(),
        pytest.raises(DBAPIError, match="append-only"),
    ):
        connection.execute(statement)
    return True


def test_all_that_one_browser_decided_goes_and_nothing_else(app):
    make.tenant(app)
    mine, other = Visitor(app), Visitor(app)
    for decision in ("accept_all", "reject_all"):
        mine.decide(decision, idempotency_key=str(uuid4()))
    kept = other.decide().json["id"]
    consent_id = stored(app)[0].consent_id
    assert erased(app, consent_id) == 2
    assert [str(one.id) for one in stored(app)] == [kept]
    with app.app_context():
        assert db.session.execute(select(idempotency_keys)).all() == []


def test_an_erasure_leaves_an_entry_of_who_and_why(app):
    make.tenant(app)
    Visitor(app).decide()
    consent_id = stored(app)[0].consent_id
    erased(app, consent_id)
    with app.app_context():
        erasure = db.session.scalars(select(Erasure)).one()
        audited = select(AuditEntry).where(AuditEntry.subject == "erasures")
        entry = db.session.scalars(audited).one()
    assert (erasure.actor, erasure.reason) == ("dpo@paris.example", "asked by letter")
    assert entry.after["consent_id"] == str(consent_id)


def test_an_erasure_does_not_reach_what_comes_after_it(app):
    make.tenant(app)
    visitor = Visitor(app)
    visitor.decide()
    consent_id = stored(app)[0].consent_id
    erased(app, consent_id)
    visitor.decide("reject_all")
    assert refuses(app, delete(consent_records))
    assert len(stored(app)) == 1


def test_an_erasure_reaches_no_other_tenant(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    consent_id = uuid4()
    with app.app_context():
        both = [make.find(slug).id for slug in ("paris", "oslo")]
    kept_in(app, *(record(one, LONG_AGO, consent_id=consent_id) for one in both))
    assert erased(app, consent_id) == 1
    assert len(stored(app, "oslo")) == 1


def test_erasures_are_kept_for_good(app):
    make.tenant(app)
    erased(app, uuid4())
    assert refuses(app, text("DELETE FROM erasures"))
    assert refuses(app, text("UPDATE erasures SET reason = ''"))


def test_an_erasure_names_a_browser_or_a_time(app):
    make.tenant(app)
    with app.app_context(), owner_engine().connect() as connection, connection.begin():
        bare = {"tenant_id": make.find().id, "id": uuid4(), "actor": "", "reason": ""}
        with pytest.raises(DBAPIError, match="names_one"):
            connection.execute(insert(Erasure.__table__).values(bare))


@pytest.mark.parametrize(("days", "kept"), [(None, 182 + 1826), (30, 30)])
def test_records_are_kept_as_long_as_the_tenant_says(app, days, kept):
    number = make.tenant(app)
    make.change(app, "paris", retention_days=days)
    with app.app_context():
        assert retention_days(make.find()) == kept
    limit = NOW - timedelta(days=kept)
    young = record(number, limit + timedelta(seconds=5))
    kept_in(app, young, record(number, limit - timedelta(seconds=5)), record(number, LONG_AGO))
    assert purged(app, NOW).records == {"paris": 2}
    assert [one.id for one in stored(app)] == [young.id]
    assert purged(app, NOW).records == {}


def test_a_purge_goes_on_in_pieces_between_which_decisions_are_made(app, monkeypatch):
    monkeypatch.setattr(erasing, "PIECE", 2)
    number = make.tenant(app)
    kept_in(app, *(record(number, LONG_AGO) for _ in range(5)))
    left = []
    with app.app_context():
        for _ in each_committed(erasing.purge(NOW, "test")):
            assert Visitor(app).decide().status_code == 201
            left.append(sum(one.id < first_at(NOW) for one in stored(app)))
    assert {before - after for before, after in pairwise([5, *left])} <= {0, 1, 2}
    assert left[-1] == 0


def test_a_purge_that_is_stopped_has_done_what_it_did(app, monkeypatch):
    monkeypatch.setattr(erasing, "PIECE", 2)
    number = make.tenant(app)
    kept_in(app, *(record(number, LONG_AGO) for _ in range(5)))
    with app.app_context():
        pieces = each_committed(erasing.purge(NOW, "test"))
        next(one for one in pieces if one.records)
        pieces.close()
    assert len(stored(app)) == 3
    assert purged(app, NOW).records == {"paris": 3}


def test_keys_are_forgotten_with_the_records_to_which_they_led_or_earlier(app, monkeypatch):
    monkeypatch.setattr(erasing, "PIECE", 2)
    make.tenant(app)
    for _ in range(5):
        Visitor(app).decide(idempotency_key=str(uuid4()))
    count = select(func.count()).select_from(idempotency_keys)
    for days, kept in ((erasing.DAYS_OF_KEYS - 1, 5), (erasing.DAYS_OF_KEYS + 1, 0)):
        purged(app, datetime.now(UTC) + timedelta(days=days))
        with app.app_context():
            assert db.session.scalar(count) == kept


def test_a_month_goes_whole_when_it_is_past_every_tenants_limit(postgresql_app):
    number = make.tenant(postgresql_app)
    oslo = make.tenant(postgresql_app, "oslo", "en", ("en",))
    make.change(postgresql_app, "paris", retention_days=40)
    make.change(postgresql_app, "oslo", retention_days=400)
    kept_in(postgresql_app, record(number, NOW), record(oslo, NOW))
    months = months_of(postgresql_app)
    later = NOW + timedelta(days=80)
    assert purged(postgresql_app, later).partitions == []
    assert stored(postgresql_app) == []
    assert len(stored(postgresql_app, "oslo")) == 1
    much_later = NOW + timedelta(days=440)
    gone = purged(postgresql_app, much_later)
    assert gone.partitions[0] == months[0].name
    assert stored(postgresql_app, "oslo") == []
    assert months_of(postgresql_app)[0].end > first_at(much_later - timedelta(days=400))


def test_the_months_that_went_are_named_in_an_erasure_of_each_tenant(postgresql_app):
    number = make.tenant(postgresql_app)
    make.change(postgresql_app, "paris", retention_days=40)
    kept_in(postgresql_app, record(number, NOW))
    month = months_of(postgresql_app)[0]
    purged(postgresql_app, NOW + timedelta(days=100))
    with postgresql_app.app_context():
        assert db.session.scalars(select(Erasure.before)).all() == [month.end]


def months_of(app):
    with app.app_context(), owner_engine().connect() as connection:
        return partitions(connection)
