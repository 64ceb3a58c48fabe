"""Every address is behind a guard, and none comes or goes without thought."""

from portal.operations.door import refuse_outsiders
from portal.public.door import bp as public
from portal.requests import DOORS
from portal.tenants.current import refuse_foreign_requests

ROUTES = """
GET / public.home
GET /api/v1/consents/<uuid:record_id> api.show
POST /api/v1/consents api.decide
GET /api/v1/openapi.json api.openapi
GET /api/v1/policy api.policy
POST GET /i18n/setlang/ public.set_language
GET /healthz operations.healthz
GET /metrics operations.metrics
GET /readyz operations.readyz
GET /static/<digest>/<name> assets.asset
GET /terms/cookies-policy/ public.cookies_policy
GET /terms/cookies-preferences/ public.show_preferences
POST /terms/cookies-preferences/ public.decide_by_form
"""


def test_these_and_no_other_addresses_exist(lone_app):
    rules = {
        (frozenset(rule.methods - {"HEAD", "OPTIONS"}), str(rule), rule.endpoint)
        for rule in lone_app.url_map.iter_rules()
    }
    kept = [line.split() for line in ROUTES.strip().splitlines()]
    assert rules == {(frozenset(methods), rule, name) for *methods, rule, name in kept}


GUARDS = {"assets": [], "operations": [refuse_outsiders]}


def test_every_door_but_the_assets_has_its_guard(lone_app):
    for name in lone_app.blueprints:
        guards = lone_app.before_request_funcs.get(name, [])
        assert guards == GUARDS.get(name, [refuse_foreign_requests]), name


def test_every_door_is_known_by_name_where_requests_are_counted(lone_app):
    assert set(lone_app.blueprints) - {"security"} <= set(DOORS)


def test_the_visitors_door_never_touches_a_session(lone_app):
    assert public.name in lone_app.blueprints
    assert lone_app.secret_key is None
