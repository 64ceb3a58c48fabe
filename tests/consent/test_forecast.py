"""The forecast says what the visitors' own pages would do after publishing."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from portal.consent.asking import EVERYTHING, question
from portal.consent.forecast import Forecast, forecast
from portal.consent.models import ConsentRecord
from portal.consent.preferences import Preferences
from portal.cookies.models import NECESSARY
from portal.policy.document import Document
from portal.policy.drafting import draft
from portal.policy.live import live
from tests import make
from tests.consent import drafts
from tests.consent.records import keep, record

DAY = timedelta(days=1)


@pytest.fixture
def paris(app):
    """Version 2 adds marketing, 3 a cookie to statistics, the draft another to marketing."""
    tenant_id = make.tenant(app)
    drafts.add_category(app, "marketing")
    make.publish(app)
    make.cookie(app)
    make.publish(app)
    make.cookie(app, name="_ad", category="marketing")
    make.tenant(app, "oslo", "en", ("en",))
    return tenant_id


def kept(app: Flask, *records: ConsentRecord) -> None:
    with app.app_context():
        keep(*records)


def foreseen(app: Flask, tenant_id: int, consent_days: int = 182) -> Forecast:
    with app.app_context():
        document = replace(draft(make.find()), consent_days=consent_days)
        return forecast(tenant_id, published(app, tenant_id), document)


def published(app: Flask, tenant_id: int) -> Document:
    with app.app_context():
        policy = live().of(tenant_id)
        return live().version(tenant_id, policy.number).document


def test_nobody_is_asked_where_nobody_decided(app, paris):
    assert foreseen(app, paris) == Forecast(0, 0, 0, {})


def test_each_is_asked_about_what_changed_since_the_version_they_decided_on(app, paris):
    kept(app, *(record(paris, policy=number) for number in (1, 2, 2, 3, 3, 3)))
    assert foreseen(app, paris) == Forecast(
        decisions=6, asked=6, outlived=0, categories={"statistics": 3, "marketing": 6}
    )


def test_who_decided_on_just_what_the_draft_says_is_not_asked(app, paris):
    kept(app, record(paris, policy=2), record(paris, policy=3), record(paris, policy=3))
    drafts.remove_cookie(app, "_ad")
    assert foreseen(app, paris) == Forecast(3, 1, 0, {"statistics": 1})


def test_only_the_latest_decision_of_a_browser_counts(app, paris):
    drafts.remove_cookie(app, "_ad")
    browser, now = uuid4(), datetime.now(UTC)
    kept(
        app,
        record(paris, now - 2 * DAY, policy=3, consent_id=browser),
        record(paris, now - DAY, policy=1, consent_id=browser),
    )
    assert foreseen(app, paris).asked == 1
    kept(app, record(paris, policy=3, consent_id=browser))
    assert foreseen(app, paris) == Forecast(1, 0, 0, {})


def test_decisions_that_are_over_count_no_more(app, paris):
    now = datetime.now(UTC)
    kept(
        app,
        record(paris, now - DAY, valid_until=now - timedelta(hours=1)),
        record(paris, now - 183 * DAY, valid_until=now + 100 * DAY),
        record(paris, now - 181 * DAY),
    )
    assert foreseen(app, paris).decisions == 1


def test_a_browser_whose_latest_decision_is_over_does_not_fall_back_on_an_earlier_one(app, paris):
    browser, now = uuid4(), datetime.now(UTC)
    kept(
        app,
        record(paris, now - 2 * DAY, consent_id=browser),
        record(paris, now - DAY, consent_id=browser, valid_until=now - timedelta(hours=1)),
    )
    assert foreseen(app, paris).decisions == 0


def test_a_shorter_life_of_decisions_asks_about_everything(app, paris):
    drafts.remove_cookie(app, "_ad")
    now = datetime.now(UTC)
    kept(app, record(paris, now - 31 * DAY, policy=3), record(paris, now - 29 * DAY, policy=3))
    assert foreseen(app, paris, consent_days=30) == Forecast(
        2, 1, 1, {"statistics": 1, "marketing": 1}
    )


def test_no_other_tenants_visitors_are_counted(app, paris):
    with app.app_context():
        oslo = make.find("oslo").id
    kept(app, record(oslo), record(oslo))
    assert foreseen(app, paris).decisions == 0


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_asking_every_browser_by_itself(app, paris, seed):
    chance, now = random.Random(seed), datetime.now(UTC)
    browsers = [uuid4() for _ in range(40)]
    records = [random_record(chance, now, paris, browsers) for _ in range(120)]
    kept(app, *records)
    days = chance.choice([30, 182, 395])
    assert foreseen(app, paris, days) == counted(app, paris, records, now, days)


def random_record(
    chance: random.Random, now: datetime, tenant_id: int, browsers: list[UUID]
) -> ConsentRecord:
    given = now - timedelta(days=chance.uniform(0.01, 250))
    return record(
        tenant_id,
        given,
        policy=chance.choice([1, 2, 3]),
        consent_id=chance.choice(browsers),
        valid_until=given + timedelta(days=chance.choice([30, 182, 395])),
    )


def counted(
    app: Flask, tenant_id: int, records: list[ConsentRecord], now: datetime, days: int
) -> Forecast:
    """Browser by browser, asked as the pages ask."""
    with app.app_context():
        policy, document = live().of(tenant_id), draft(make.find())
    then = replace(
        policy,
        number=4,
        consent_days=days,
        fingerprints=policy.fingerprints | {4: document.fingerprints},
    )
    latest = {one.consent_id: one for one in sorted(records, key=lambda one: one.id)}
    decisions, asked, outlived, categories = 0, 0, 0, Counter[str]()
    for one in latest.values():
        if one.valid_until <= now or now - one.given_at >= timedelta(days=policy.consent_days):
            continue
        cookie = Preferences(one.consent_id, one.policy, int(one.given_at.timestamp()), (), ())
        asking = question(cookie, then, now)
        decisions += 1
        asked += asking is not None
        outlived += asking is EVERYTHING
        about = document.fingerprints if asking is EVERYTHING else asking.asked if asking else ()
        categories.update(set(about) - {NECESSARY})
    return Forecast(decisions, asked, outlived, dict(categories))
