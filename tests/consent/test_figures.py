"""The figures are what a plain count over the log would give, and outlive it."""

import gc
import re
import threading
import weakref
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.consent.figures.counting import add_up
from portal.consent.figures.models import figures, uncounted
from portal.consent.figures.reading import read_figures
from portal.consent.partitions import make_partitions
from portal.database import owner_engine, owner_transaction
from tests import make
from tests.client import POLICY, Visitor
from tests.conftest import running
from tests.consent.records import keep, purged, record

TODAY = datetime.now(UTC).date()
LONG_AGO = TODAY - timedelta(days=4000)
NOON = datetime.now(UTC).replace(hour=12)


def figures_of(app, slug="paris", since=LONG_AGO, until=TODAY):
    with app.app_context():
        return read_figures(make.find(slug).id, since, until)


def added_up(app):
    with app.app_context(), owner_transaction() as connection:
        add_up(connection)


def shown(app):
    app.extensions["portal.impressions"].write()


def test_a_page_that_asks_is_counted_and_one_that_does_not_is_not(app):
    make.tenant(app)
    visitor = Visitor(app)
    visitor.get("/")
    visitor.get(POLICY)
    visitor.client.head("/", base_url=visitor.base)
    visitor.decide("reject_all")
    visitor.get("/")
    shown(app)
    found = figures_of(app)
    assert (found.shown, found.decided, found.ignored) == (2, 1, 1)


def test_a_question_of_the_script_is_counted_by_its_address_alone(app):
    make.tenant(app)
    visitor = Visitor(app)
    texts = re.search(r'"texts":"([^"]+)"', visitor.get("/consent.js").text)[1]
    assert visitor.get(f"/embed/{texts}/fr.json").status_code == 200  # loads, and says nothing
    answer = visitor.client.head(f"/embed/{texts}/fr.json", base_url=visitor.base)
    assert (answer.status_code, answer.data) == (200, b"")
    shown(app)
    assert figures_of(app).shown == 1


def test_a_visitors_page_writes_nothing_to_the_database(app):
    make.tenant(app)
    Visitor(app).get("/")
    with app.app_context(), owner_engine().connect() as connection:
        assert connection.execute(select(uncounted)).all() == []


def test_each_decision_is_counted_by_kind_category_language_and_version(app):
    make.tenant(app)
    for decision in ("accept_all", "accept_all", "reject_all"):
        Visitor(app).decide(decision, language="ar")
    Visitor(app).decide("save", accepted=["statistics"], language="fr")
    found = figures_of(app)
    assert found.decisions == {"accept_all": 2, "reject_all": 1, "save": 1}
    assert found.categories == {"statistics": 3}
    assert found.languages == {"ar": 3, "fr": 1}
    assert found.versions == {1: 4}
    assert list(found.days()) == [TODAY]


def test_adding_up_changes_no_figure(app):
    make.tenant(app)
    for _ in range(3):
        Visitor(app).decide()
        before = figures_of(app)
        added_up(app)
        assert figures_of(app) == before
    with app.app_context(), owner_engine().connect() as connection:
        assert connection.execute(select(uncounted)).all() == []
        assert [row.count for row in connection.execute(select(figures))] == [3]


def test_figures_of_another_tenant_are_not_among_them(app):
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    Visitor(app, "oslo.example").decide()
    added_up(app)
    assert figures_of(app).counts == ()
    assert figures_of(app, "oslo").decided == 1


def test_figures_outlive_the_records(app):
    number = make.tenant(app)
    with app.app_context():
        keep(record(number, NOON - timedelta(days=3650)), record(number, NOON))
    before = figures_of(app)
    assert purged(app, datetime.now(UTC)).records == {"paris": 1}
    assert figures_of(app) == before
    assert before.decided == 2


def test_a_record_that_moves_to_its_month_is_not_counted_twice(postgresql_app):
    number = make.tenant(postgresql_app)
    later = NOON + timedelta(days=31 * 15)
    with postgresql_app.app_context():
        keep(record(number, later))
        with owner_engine().begin() as connection:
            make_partitions(connection, months=20)
    assert figures_of(postgresql_app, until=later.date()).decided == 1


def test_a_period_includes_its_first_and_its_last_day(app):
    number = make.tenant(app)
    days = [NOON - timedelta(days=n) for n in range(4)]
    with app.app_context():
        keep(*(record(number, one) for one in days))
    found = figures_of(app, since=days[2].date(), until=days[1].date())
    assert list(found.days()) == [days[2].date(), days[1].date()]


def test_what_could_not_be_written_is_written_later(app, monkeypatch):
    make.tenant(app)
    Visitor(app).get("/")
    with monkeypatch.context() as broken:
        broken.setattr("portal.consent.figures.impressions.count_shown", refuse)
        shown(app)
        assert figures_of(app).shown == 0
    shown(app)
    assert figures_of(app).shown == 1


def refuse(*_):
    raise OSError


def test_an_application_that_has_stopped_counting_is_let_go(sqlite_environ):
    apps, others = running(sqlite_environ), set(threading.enumerate())
    app = next(apps)
    make.tenant(app)
    Visitor(app).get("/")
    counting = set(threading.enumerate()) - others
    assert counting
    ended = weakref.ref(app)
    next(apps, None)
    [one.join(10) for one in counting]
    del app, apps
    gc.collect()
    assert ended() is None
