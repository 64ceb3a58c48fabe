"""No decision is lost and none is asked twice, whatever happens to the connection."""

import json
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import choice, cookies, decide, stored, until
from tests.client import CONSENTS, POLICY, PREFERENCES

ACCEPT = "#ask-accept-all"
REJECT = "#ask-reject-all"
FAILURES = "Failed to load resource"
WAITING = "Your choice counts from now on. It will be stored as soon as the connection is back."
REFUSED = "Your choice could not be saved. Please load the page again."
QUEUE = "JSON.parse(localStorage.getItem('cookies_preferences_queue') ?? '[]')"
HALF_A_MINUTE = 30_000  # milliseconds
A_MOMENT = 300  # milliseconds in which a form would have gone


@pytest.fixture
def page(open_page):
    """A visitor who lives through failed requests; each test says which."""
    return open_page(expects=FAILURES)


def unavailable(route):
    problem = {"type": "about:blank", "title": "Service Unavailable", "status": 503}
    route.fulfill(status=503, body=json.dumps(problem), content_type="application/problem+json")


def aborted(route):
    route.abort()


def refused(route):
    route.fulfill(status=400, body="{}", content_type="application/problem+json")


@contextmanager
def failing(page, how):
    """Decisions fail inside; outside, the server is reached again."""
    page.route(f"**{CONSENTS}", how)
    yield
    page.unroute(f"**{CONSENTS}")


def keys(page):
    """The idempotency keys of all posts from now on, as they are made."""
    found = []
    page.on(
        "request",
        lambda one: (
            one.url.endswith(CONSENTS) and found.append(one.post_data_json["idempotency_key"])
        ),
    )
    return found


def say(page, message):
    expect(page.locator("#ask-status")).to_have_text(message)


@pytest.mark.parametrize("how", [unavailable, aborted])
def test_a_choice_counts_though_it_could_not_be_stored(page, server, how):
    before = len(server.records())
    page.goto("/")
    with failing(page, how):
        page.click(ACCEPT)
        say(page, WAITING)
    expect(page.locator("#ask-first")).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("data-granted", "necessary statistics")
    assert [one["decision"] for one in page.evaluate(QUEUE)] == ["accept_all"]
    assert cookies(page) == {}
    assert len(server.records()) == before


@pytest.mark.parametrize("how", [unavailable, aborted])
def test_nobody_is_asked_again_on_the_next_page(page, how):
    page.goto("/")
    with failing(page, how):
        page.click(ACCEPT)
        say(page, WAITING)
        page.goto(POLICY)
        expect(page.locator("#ask-first")).to_be_hidden()
        expect(page.locator("html")).to_have_attribute("data-granted", "necessary statistics")
        page.click("#ask-settings")
        expect(page.locator("#dialog-statistics")).to_be_checked()


@pytest.mark.parametrize("how", [unavailable, aborted])
def test_the_next_page_stores_the_choice_once(page, server, how):
    before = len(server.records())
    page.goto("/")
    sent = keys(page)
    with failing(page, how):
        page.click(REJECT)
        say(page, WAITING)
    with stored(page):
        page.goto(POLICY)
    say(page, "Your choice is saved.")
    assert page.evaluate(QUEUE) == []
    assert len(sent) == 2
    assert len(set(sent)) == 1
    (record,) = server.records()[before:]
    assert record["decision"] == "reject_all"
    assert choice(page)["id"].replace("-", "") == record["consent_id"]


def test_a_choice_that_was_stored_unheard_is_not_stored_twice(page, server):
    before = len(server.records())

    def lost_on_the_way_back(route):
        body = route.request.post_data_buffer
        answer = server.ask("pivohub", CONSENTS, body, Content_Type="application/json")
        assert answer.status == 201
        route.abort()

    page.goto("/")
    with failing(page, lost_on_the_way_back):
        page.click(REJECT)
        say(page, WAITING)
    with stored(page):
        page.goto(POLICY)
    (record,) = server.records()[before:]
    assert choice(page)["id"].replace("-", "") == record["consent_id"]


def test_a_connection_that_comes_back_stores_the_choice_at_once(page, server):
    before = len(server.records())
    page.goto("/")
    page.context.set_offline(True)
    page.click(ACCEPT)
    say(page, WAITING)
    with stored(page):
        page.context.set_offline(False)
    assert len(server.records()) == before + 1


def test_a_choice_is_tried_again_every_half_minute(page):
    page.clock.install()
    page.goto("/")
    sent = keys(page)
    with failing(page, unavailable):
        page.click(ACCEPT)
        page.clock.run_for(100)
        say(page, WAITING)
        with page.expect_response(f"**{CONSENTS}"):
            page.clock.fast_forward(HALF_A_MINUTE)
    page.wait_for_timeout(50)
    with stored(page):
        page.clock.fast_forward(HALF_A_MINUTE)
    assert len(sent) == 3
    assert len(set(sent)) == 1


def test_waiting_is_announced_once(page):
    page.clock.install()
    page.goto("/")
    with failing(page, unavailable):
        page.click(ACCEPT)
        page.clock.run_for(100)
        say(page, WAITING)
        page.evaluate(
            """() => {
              window.changes = 0;
              new MutationObserver((list) => (changes += list.length)).observe(
                document.querySelector("#ask-status"), { childList: true });
            }"""
        )
        for _ in range(3):
            with page.expect_response(f"**{CONSENTS}"):
                page.clock.fast_forward(HALF_A_MINUTE)
            page.clock.run_for(100)
    assert page.evaluate("changes") == 0


def test_changes_made_meanwhile_are_stored_in_order(page, server):
    before = len(server.records())
    page.goto("/")
    with failing(page, unavailable):
        page.click(ACCEPT)
        page.click("#ask-settings")
        page.uncheck("#dialog-statistics")
        page.click("#dialog-save")
        say(page, WAITING)
    page.goto(POLICY)
    until(page, f"{QUEUE}.length === 0")
    records = server.records()[before:]
    assert [one["decision"] for one in records] == ["accept_all", "save"]
    assert choice(page)["rejected"] == ["statistics"]


def test_a_refusal_is_shown_and_the_question_comes_back(page, server):
    before = len(server.records())
    page.goto("/")
    page.evaluate("for (const one of document.getElementsByName('policy')) one.value = 999")
    with page.expect_response(f"**{CONSENTS}") as answer:
        page.click(ACCEPT)
    assert answer.value.status == 422 or 400 <= answer.value.status < 500
    say(page, REFUSED)
    expect(page.locator("#ask-first")).to_be_visible()
    assert page.evaluate(QUEUE) == []
    assert cookies(page) == {}
    assert len(server.records()) == before


def test_a_refused_choice_has_no_effect(page):
    page.goto("/")
    with failing(page, refused):
        page.click(ACCEPT)
        say(page, REFUSED)
    allowed = page.evaluate("document.documentElement.dataset.granted ?? ''")
    assert "statistics" not in allowed.split()


def test_a_choice_that_waits_never_overrides_a_later_one(page):
    page.goto("/")
    with failing(page, unavailable):
        page.click(ACCEPT)
        say(page, WAITING)
        page.goto(PREFERENCES)
        say(page, WAITING)
    page.click("#preferences-reject-all")
    page.goto("/")
    until(page, f"{QUEUE}.length === 0")
    assert choice(page)["rejected"] == ["statistics"]


def test_a_later_choice_goes_after_one_that_is_on_its_way(page, server):
    before = len(server.records())
    page.goto("/")
    with failing(page, unavailable):
        page.click(ACCEPT)
        say(page, WAITING)
    on_its_way = []
    page.route(f"**{CONSENTS}", lambda route, _: on_its_way.append(route))
    page.goto(PREFERENCES)
    page.click("#preferences-reject-all")
    page.wait_for_timeout(A_MOMENT)
    with page.expect_navigation():
        on_its_way[0].continue_()
    assert choice(page)["rejected"] == ["statistics"]
    made = [one["decision"] for one in server.records()[before:]]
    assert (len(on_its_way), made) == (1, ["accept_all", "reject_all"])


def test_a_later_choice_waits_for_nothing_for_long(page, server):
    before = len(server.records())
    page.goto("/")
    page.route(f"**{CONSENTS}", lambda _: None)  # never answered
    page.click(ACCEPT)
    page.goto(PREFERENCES)
    with page.expect_navigation():
        page.click("#preferences-reject-all")
    assert choice(page)["rejected"] == ["statistics"]
    assert [one["decision"] for one in server.records()[before:]] == ["reject_all"]


def test_storage_that_is_forbidden_does_not_keep_anybody_from_deciding(open_page):
    page = open_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})"
    )
    page.goto("/")
    decide(page, ACCEPT)
    expect(page.locator("#ask-first")).to_be_hidden()
