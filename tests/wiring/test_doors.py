"""Every address is behind a guard, and none comes or goes without thought."""

from flask import session
from flask.sessions import NullSession

from portal.backoffice.guard import admit, choose_language
from portal.tenants.current import refuse_foreign_requests, refuse_unknown_hosts
from tests import make
from tests.backoffice.member import owner
from tests.client import CONSENTS, POLICY, PREFERENCES

ROUTES = """
GET / public.home
POST /api/v1/consents api.decide
GET /api/v1/consents/<uuid:record_id> api.show
GET /api/v1/openapi.json api.openapi
GET /api/v1/policy api.policy
GET /backoffice/ backoffice.home
GET /backoffice/account/ backoffice.account
POST /backoffice/account/ backoffice.account_save
GET /backoffice/account/authenticator/ backoffice.account_authenticator
POST /backoffice/account/authenticator/ backoffice.account_authenticator_save
GET /backoffice/account/authenticator/remove/ backoffice.account_authenticator_leave
POST /backoffice/account/authenticator/remove/ backoffice.account_authenticator_remove
POST GET /backoffice/account/passkeys/ security.wan_register
POST /backoffice/account/passkeys/<token>/ security.wan_register_response
POST GET /backoffice/account/passkeys/remove/ security.wan_delete
POST GET /backoffice/account/password/ security.change_password
GET /backoffice/account/recovery-codes/ backoffice.account_recovery_codes
POST /backoffice/account/recovery-codes/ backoffice.account_recovery_codes_make
POST /backoffice/account/sign-out-everywhere/ backoffice.account_sign_out_everywhere
GET /backoffice/invitation/<uuid:number>/<secret>/ backoffice.invitation
POST /backoffice/invitation/<uuid:number>/<secret>/ backoffice.invitation_accept
GET /backoffice/members/ backoffice.members
POST /backoffice/members/ backoffice.members_invite
GET /backoffice/members/<int:person_id>/ backoffice.members_edit
POST /backoffice/members/<int:person_id>/ backoffice.members_save
GET /backoffice/members/<int:person_id>/remove/ backoffice.members_leave
POST /backoffice/members/<int:person_id>/remove/ backoffice.members_remove
POST /backoffice/members/invitations/<uuid:number>/resend/ backoffice.members_resend
POST /backoffice/members/invitations/<uuid:number>/withdraw/ backoffice.members_withdraw
POST GET /backoffice/sign-in/ security.login
POST GET /backoffice/sign-in/again/ security.verify
POST GET /backoffice/sign-in/again/passkey/ security.wan_verify
POST /backoffice/sign-in/again/passkey/<token>/ security.wan_verify_response
POST GET /backoffice/sign-in/code/ security.two_factor_token_validation
POST GET /backoffice/sign-in/passkey/ security.wan_signin
POST /backoffice/sign-in/passkey/<token>/ security.wan_signin_response
POST GET /backoffice/sign-in/password/ security.forgot_password
POST GET /backoffice/sign-in/password/<token>/ security.reset_password
POST GET /backoffice/sign-in/recovery-code/ security.mf_recovery
POST /backoffice/sign-out/ security.logout
POST GET /i18n/setlang/ public.set_language
GET /logo/<digest> public.logo
GET /look/<digest>/<accent>-<accent_dark>-<int:corner>-<position>.css public.look
GET /static/<digest>/<name> assets.asset
GET /terms/cookies-policy/ public.cookies_policy
GET /terms/cookies-preferences/ public.show_preferences
POST /terms/cookies-preferences/ public.decide_by_form
GET /terms/privacy-policy/ public.privacy
GET /terms/terms-of-use/ public.terms
"""


def test_these_and_no_other_addresses_exist(lone_app):
    rules = {
        (frozenset(rule.methods - {"HEAD", "OPTIONS"}), str(rule), rule.endpoint)
        for rule in lone_app.url_map.iter_rules()
        if not rule.build_only  # nothing answers there
    }
    kept = [line.split() for line in ROUTES.strip().splitlines()]
    assert rules == {(frozenset(methods), rule, name) for *methods, rule, name in kept}


# these check a secret link themselves
OPEN_TO_ALL = {
    "backoffice.invitation",
    "backoffice.invitation_accept",
    "backoffice.publish_preview_page",
    "backoffice.publish_preview_style",
}

GUARDS = {
    None: [refuse_unknown_hosts],
    "assets": [],
    "public": [refuse_foreign_requests],
    "api": [refuse_foreign_requests],
    "backoffice": [admit],
    "security": [refuse_foreign_requests, choose_language],
}
HOOKS = ["flask_wtf.csrf", "flask_principal", "flask_limiter._extension"]
SIGNED_IN = ("backoffice", "security")  # the doors for those who sign in


def test_every_door_has_its_guards_and_only_signing_in_has_the_hooks_of_extensions(lone_app):
    assert set(lone_app.blueprints) == set(GUARDS) - {None}
    for name, guards in GUARDS.items():
        found = lone_app.before_request_funcs.get(name, [])
        assert found[: len(guards)] == guards, name
        hooks = [one.__module__ for one in found[len(guards) :]]
        assert hooks == (HOOKS if name in SIGNED_IN else []), name


def test_the_views_that_need_no_member_are_few(lone_app):
    open_to_all = set()
    for name, view in lone_app.view_functions.items():
        if name.startswith("backoffice."):
            open_to_all |= set() if view.guard else {name}
    assert open_to_all == OPEN_TO_ALL


def test_the_visitors_doors_never_open_a_session_even_of_somebody_who_is_signed_in(lone_app):
    make.tenant(lone_app)
    member = owner(lone_app)
    assert member.get().status_code == 200
    for path in ("/", POLICY, PREFERENCES, "/api/v1/policy", "/nowhere/", "/.well-known/gpc.json"):
        with member.client as client:
            answer = client.get(path, base_url=member.base)
            assert type(session._get_current_object()) is NullSession, path
        assert "Set-Cookie" not in answer.headers
    with member.client as client:
        body = {"decision": "reject_all", "policy": 1}
        answer = client.post(CONSENTS, base_url=member.base, json=body)
        assert type(session._get_current_object()) is NullSession
    assert answer.status_code == 201
    assert [one.split("=")[0] for one in answer.headers.getlist("Set-Cookie")] == [
        "cookies_preferences"
    ]
