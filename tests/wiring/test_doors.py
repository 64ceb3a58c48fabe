"""Every address is behind a guard, and none comes or goes without thought."""

from flask import has_request_context, session
from flask.sessions import NullSession

from portal.api.guard import admit as admit_programs
from portal.backoffice.elsewhere import lead_to_backoffice_host
from portal.backoffice.guard import admit, choose_language
from portal.backoffice.sign_in.addresses import refuse_unreadable_next
from portal.operations.door import refuse_outsiders
from portal.requests import DOORS, SAME_DOOR
from portal.tenants.current import refuse_foreign_requests, refuse_unknown_hosts
from tests import make
from tests.backoffice.member import owner
from tests.client import CONSENTS, POLICY, PREFERENCES

ROUTES = """
GET / public.home
GET /api/v1/categories api.list_categories
PUT /api/v1/categories api.order_categories
POST /api/v1/categories api.create_category
GET /api/v1/categories/<key> api.show_category
PATCH /api/v1/categories/<key> api.update_category
DELETE /api/v1/categories/<key> api.delete_category
PUT /api/v1/categories/<key>/cookies api.order_cookies
POST /api/v1/consents api.decide
GET /api/v1/consents/<uuid:record_id> api.show
GET /api/v1/cookies api.list_cookies
POST /api/v1/cookies api.create_cookie
GET /api/v1/cookies/<uuid:identifier> api.show_cookie
PATCH /api/v1/cookies/<uuid:identifier> api.update_cookie
DELETE /api/v1/cookies/<uuid:identifier> api.delete_cookie
GET /api/v1/draft api.show_draft
POST /api/v1/erasures api.erase_records
GET /api/v1/figures api.show_figures
GET /api/v1/openapi.json api.openapi
GET /api/v1/policy api.policy
GET /api/v1/providers api.list_providers
POST /api/v1/providers api.create_provider
GET /api/v1/providers/<key> api.show_provider
PATCH /api/v1/providers/<key> api.update_provider
DELETE /api/v1/providers/<key> api.delete_provider
GET /api/v1/records api.list_records
GET /api/v1/records/<uuid:record_id> api.show_record
GET /api/v1/records/export.<any(csv,ndjson):style> api.export_records
GET /api/v1/versions api.list_versions
POST /api/v1/versions api.publish_draft
GET /api/v1/versions/<int(min=1,max=2147483647):number> api.show_version
GET /api/v1/versions/<int(min=1,max=2147483647):number>/changes api.compare_versions
GET /ask operations.ask
GET /.well-known/gpc.json public.gpc
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
GET /backoffice/audit/ backoffice.audit
GET /backoffice/consents/ backoffice.consents
GET /backoffice/consents/<uuid:record_id>/ backoffice.consents_record
GET /backoffice/consents/<uuid:record_id>/shown/ backoffice.consents_shown
GET /backoffice/consents/export.<any(csv,ndjson):style> backoffice.consents_export
GET /backoffice/consents/of/<uuid:consent_id>/ backoffice.consents_subject
POST /backoffice/consents/of/<uuid:consent_id>/erase/ backoffice.consents_erase
GET /backoffice/consents/of/<uuid:consent_id>/export.ndjson backoffice.consents_subject_export
GET /backoffice/cookies/ backoffice.cookies
GET /backoffice/cookies/<uuid:identifier>/ backoffice.cookies_edit
POST /backoffice/cookies/<uuid:identifier>/ backoffice.cookies_save
GET /backoffice/cookies/<uuid:identifier>/delete/ backoffice.cookies_delete
POST /backoffice/cookies/<uuid:identifier>/delete/ backoffice.cookies_remove
POST /backoffice/cookies/categories/ backoffice.cookies_category_add
POST /backoffice/cookies/categories/step/ backoffice.cookies_category_step
GET /backoffice/cookies/category/<key>/ backoffice.cookies_category_edit
POST /backoffice/cookies/category/<key>/ backoffice.cookies_category_save
GET /backoffice/cookies/category/<key>/delete/ backoffice.cookies_category_delete
POST /backoffice/cookies/category/<key>/delete/ backoffice.cookies_category_remove
GET /backoffice/cookies/exchange/ backoffice.cookies_exchange
POST /backoffice/cookies/exchange/ backoffice.cookies_import
GET /backoffice/cookies/exchange/<any(commas,semicolons,csv,json):form>/ backoffice.cookies_export
GET /backoffice/cookies/known/ backoffice.cookies_known
POST /backoffice/cookies/known/ backoffice.cookies_known_add
GET /backoffice/cookies/known/suggestions/ backoffice.cookies_known_suggestions
POST /backoffice/cookies/move/ backoffice.cookies_move
GET /backoffice/cookies/new/ backoffice.cookies_new
POST /backoffice/cookies/new/ backoffice.cookies_add
POST /backoffice/cookies/order/ backoffice.cookies_order
GET /backoffice/cookies/provider/<key>/ backoffice.cookies_provider_edit
POST /backoffice/cookies/provider/<key>/ backoffice.cookies_provider_save
GET /backoffice/cookies/provider/<key>/delete/ backoffice.cookies_provider_delete
POST /backoffice/cookies/provider/<key>/delete/ backoffice.cookies_provider_remove
GET /backoffice/cookies/providers/new/ backoffice.cookies_provider_new
POST /backoffice/cookies/providers/new/ backoffice.cookies_provider_add
POST /backoffice/cookies/step/ backoffice.cookies_step
GET /backoffice/figures/ backoffice.figures
GET /backoffice/integrations/ backoffice.integrations
GET /backoffice/integrations/<uuid:identifier>/remove/ backoffice.integrations_leave
POST /backoffice/integrations/<uuid:identifier>/remove/ backoffice.integrations_remove
GET /backoffice/integrations/new/<kind>/ backoffice.integrations_new
POST /backoffice/integrations/new/<kind>/ backoffice.integrations_add
GET /backoffice/invitation/<uuid:number>/<secret>/ backoffice.invitation
POST /backoffice/invitation/<uuid:number>/<secret>/ backoffice.invitation_accept
GET /backoffice/look/ backoffice.look
POST /backoffice/look/ backoffice.look_save
GET /backoffice/look/measured/ backoffice.look_measured
GET /backoffice/look/sample/<accent>-<accent_dark>-<int:corner>.css backoffice.look_sample
GET /backoffice/members/ backoffice.members
POST /backoffice/members/ backoffice.members_invite
GET /backoffice/members/<int:person_id>/ backoffice.members_edit
POST /backoffice/members/<int:person_id>/ backoffice.members_save
GET /backoffice/members/<int:person_id>/remove/ backoffice.members_leave
POST /backoffice/members/<int:person_id>/remove/ backoffice.members_remove
POST /backoffice/members/invitations/<uuid:number>/resend/ backoffice.members_resend
POST /backoffice/members/invitations/<uuid:number>/withdraw/ backoffice.members_withdraw
GET /backoffice/passages/ backoffice.translations_passages
GET /backoffice/passages/<key>/ backoffice.translations_passage
POST /backoffice/passages/<key>/ backoffice.translations_passage_save
GET /backoffice/preview/ backoffice.publish_preview
POST GET /backoffice/preview/<token>/<page>/ backoffice.publish_preview_page
GET /backoffice/preview/<token>/portal.css backoffice.publish_preview_style
GET /backoffice/publish/ backoffice.publish
POST /backoffice/publish/ backoffice.publish_now
GET /backoffice/settings/ backoffice.settings
POST /backoffice/settings/ backoffice.settings_save
GET /backoffice/settings/hostnames/ backoffice.settings_hostnames
POST /backoffice/settings/hostnames/ backoffice.settings_hostnames_add
POST /backoffice/settings/hostnames/main/ backoffice.settings_hostnames_main
GET /backoffice/settings/hostnames/remove/ backoffice.settings_hostnames_remove
POST /backoffice/settings/hostnames/remove/ backoffice.settings_hostnames_removed
GET /backoffice/sites/ backoffice.sites
POST /backoffice/sites/ backoffice.sites_save
POST /backoffice/sites/pin/ backoffice.sites_pin
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
GET /backoffice/texts/<language>/ backoffice.translations_texts
POST /backoffice/texts/<language>/ backoffice.translations_texts_save
GET /backoffice/tokens/ backoffice.tokens
GET /backoffice/tokens/<uuid:identifier>/revoke/ backoffice.tokens_leave
POST /backoffice/tokens/<uuid:identifier>/revoke/ backoffice.tokens_revoke
GET /backoffice/tokens/new/ backoffice.tokens_new
POST /backoffice/tokens/new/ backoffice.tokens_make
GET /backoffice/translations/ backoffice.translations
POST /backoffice/translations/ backoffice.translations_languages
GET /backoffice/translations/<language>/ backoffice.translations_language
POST /backoffice/translations/<language>/ backoffice.translations_save
GET /backoffice/versions/ backoffice.versions
GET /backoffice/versions/<int:number>/restore/ backoffice.versions_restore
POST /backoffice/versions/<int:number>/restore/ backoffice.versions_restore_now
GET /consent.js public.consent_script
GET /embed/<digest>.js public.pinned_script
GET /embed/<int:number>-<build>/<language>.json public.embed_texts
GET /embed/carried/<sealed> public.carried
GET /embed/carry public.carry
POST GET /i18n/setlang/ public.set_language
GET /logo/<digest> public.logo
GET /look/<digest>/<accent>-<accent_dark>-<int:corner>-<position>.css public.look
GET /healthz operations.healthz
GET /metrics operations.metrics
GET /readyz operations.readyz
GET /static/<digest>/<name> assets.asset
GET /terms/cookies-policy/ public.cookies_policy
GET /terms/cookies-preferences/ public.show_preferences
POST /terms/cookies-preferences/ public.decide_by_form
GET /terms/privacy-policy/ public.privacy
GET /terms/terms-of-use/ public.terms
"""


def test_these_and_no_other_addresses_exist(lone_app):
    rules = {
        (frozenset(rule.methods - {"HEAD", "OPTIONS"}), str(rule).replace(", ", ","), rule.endpoint)
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
    "operations": [refuse_outsiders],
    "public": [refuse_foreign_requests],
    "api": [admit_programs],
    "backoffice": [lead_to_backoffice_host, admit],
    "security": [
        lead_to_backoffice_host,
        refuse_foreign_requests,
        choose_language,
        refuse_unreadable_next,
    ],
}
HOOKS = ["flask_wtf.csrf", "flask_principal", "flask_limiter._extension"]
SIGNED_IN = ("backoffice", "security")  # the doors for those who sign in


def test_every_door_is_known_by_name_where_requests_are_counted(lone_app):
    assert set(lone_app.blueprints) - set(SAME_DOOR) <= set(DOORS)


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
        assert not has_request_context()  # the wicket makes none, and no session without one
    assert answer.status_code == 201
    assert [one.split("=")[0] for one in answer.headers.getlist("Set-Cookie")] == [
        "cookies_preferences"
    ]
