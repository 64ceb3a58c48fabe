"""Every route of the back office, walked as everybody who might try it.

A route that comes without a guard, or answers about another tenant, fails here without a test of
its own.
"""

from itertools import product
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from portal.cookies.integrations.editing import add_integration
from portal.cookies.models import Cookie
from portal.database import owner_engine, writing
from portal.models import Integration
from portal.people.models import Invitation, Membership
from portal.people.roles import OWNER, ROLES
from tests import make
from tests.backoffice.member import Member, add_member
from tests.backoffice_host import HOST
from tests.wiring.doors import address, backoffice_rules, everything_of

FOREIGN = "oslo"
OWNER_OF_PARIS = "owner@paris.example"
SIGN_IN = "/backoffice/sign-in/"


@pytest.fixture(scope="module", params=["", HOST], ids=["apart", "shared"])
def walked(request, sqlite_template, tmp_path_factory):
    """Paris, where everybody tries, and Oslo, which nobody of Paris may touch."""
    from tests.standing import paris

    for app in paris(sqlite_template, tmp_path_factory.mktemp("walk"), request.param):
        make.tenant(app, FOREIGN, "en", ("en",))
        with app.app_context(), writing():
            add_integration(make.find(FOREIGN), "hotjar", {"identifier": "1234567"})
        for role in ROLES:
            add_member(app, f"{role}@paris.example", role)
        add_member(app, "owner@oslo.example", OWNER, FOREIGN)
        yield app


def calls(app: Flask):
    """Every way of calling a view of the back office: the rule and a method."""
    for rule in backoffice_rules(app):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


UNKNOWN = {"uuid": str(uuid4()), "other": "nothing", "language": "fr"}


def send(app: Flask, email: str, method: str, path: str):
    """Who calls has just signed in: some calls end every session."""
    member = Member(app, email, "paris.example")
    return member.get(path) if method == "GET" else member.post(path)


def guards(app: Flask, rule: Rule):
    return app.view_functions[rule.endpoint].guard


def test_every_view_says_who_may_see_it(walked):
    for rule in backoffice_rules(walked):
        assert hasattr(walked.view_functions[rule.endpoint], "guard"), rule.endpoint


def test_nobody_is_sent_to_sign_in(walked):
    nobody = walked.test_client()
    for rule, method in calls(walked):
        if guards(walked, rule) is None:
            continue
        path = address(rule, UNKNOWN)
        answer = nobody.open(path, method=method, base_url="http://paris.example")
        assert answer.status_code == 303, (method, path)
        assert answer.headers["Location"].startswith(SIGN_IN), (method, path)


def test_who_belongs_to_another_tenant_is_refused_everywhere(walked):
    for rule, method in calls(walked):
        if guards(walked, rule) is not None:
            path = address(rule, UNKNOWN)
            answer = send(walked, "owner@oslo.example", method, path)
            if walked.extensions["portal.settings"].backoffice_host:  # signed in there
                assert answer.status_code == 403, (method, path)
            else:
                assert answer.headers.get("Location", "").startswith(SIGN_IN), (method, path)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_it_includes_and_nothing_else(walked, role):
    for rule, method in calls(walked):
        guard = guards(walked, rule)
        if guard is None:
            continue
        path = address(rule, UNKNOWN)
        status = send(walked, f"{role}@paris.example", method, path).status_code
        assert (status == 403) == (guard.permission not in ROLES[role]), (method, path, status)
        assert status < 500, (method, path)


def test_a_form_without_its_token_changes_nothing(walked):
    member = Member(walked, "owner@paris.example")
    for rule, method in calls(walked):
        if method == "GET" or guards(walked, rule) is None:
            continue
        path = address(rule, UNKNOWN)
        answer = member.client.open(path, method=method, base_url=member.base)
        assert answer.status_code == 400, (method, path)


def foreign_ids(app: Flask) -> list[dict[str, str]]:
    """What somebody of Paris might have learnt of Oslo."""
    with app.app_context(), owner_engine().connect() as connection:
        oslo = make.find(FOREIGN).id
        cookie = connection.scalar(select(Cookie.id).where(Cookie.tenant_id == oslo))
        service = connection.scalar(select(Integration.id).where(Integration.tenant_id == oslo))
        person = connection.scalar(select(Membership.person_id).where(Membership.tenant_id == oslo))
        invited = connection.scalar(select(Invitation.id).where(Invitation.tenant_id == oslo))
    found = {"other": str(person), "person_id": str(person), "language": "fr"}
    return [found | {"uuid": str(one)} for one in (cookie, service, invited) if one]


def test_an_id_of_another_tenant_answers_as_one_that_does_not_exist(walked):
    for (rule, method), ids in product(calls(walked), foreign_ids(walked)):
        if "uuid" not in str(rule) and "person_id" not in rule.arguments:
            continue
        known, unknown = address(rule, ids), address(rule, UNKNOWN | {"person_id": "987654"})
        answers = [send(walked, OWNER_OF_PARIS, method, path) for path in (known, unknown)]
        assert answers[0].status_code == answers[1].status_code, (method, known)


def test_the_whole_walk_leaves_the_other_tenant_as_it_was(walked):
    before = everything_of(walked, FOREIGN)
    for (rule, method), ids in product(calls(walked), [*foreign_ids(walked), UNKNOWN]):
        send(walked, OWNER_OF_PARIS, method, address(rule, ids))
    assert everything_of(walked, FOREIGN) == before
    assert before["cookies"]
