"""The published policy and the language that the current request is answered with."""

from flask import g, request

from portal.languages import choose
from portal.policy.live import LivePolicy, live
from portal.requests import Asking
from portal.tenants.changes import feed
from portal.tenants.current import current_site

LANGUAGE_COOKIE = "django_language"


def current_policy() -> LivePolicy:
    """The policy in force of the request's tenant; raises UnknownHost."""
    policy: LivePolicy | None = g.get("policy")
    if policy is None:
        policy = g.policy = live().of(current_site().tenant_id)
    return policy


def know(version: int) -> None:
    """Let the rest of the request go by a policy that knows a version which came a moment ago."""
    g.policy = policy_that_knows(current_site().tenant_id, version)


def policy_that_knows(tenant_id: int, version: int) -> LivePolicy:
    """The tenant's policy; looked up afresh if it does not have the version that somebody saw."""
    policy = live().of(tenant_id)
    if policy.categories(version) is None:
        feed().catch_up()
        policy = live().of(tenant_id)
    return policy


def current_language() -> str:
    """The language of the answer; raises UnknownHost."""
    language: str | None = g.get("language")
    if language is None:
        language = g.language = language_for(request, current_policy())
    return language


def language_for(asking: Asking, policy: LivePolicy) -> str:
    """By `?lang=` if published, else as Django chooses: cookie, header, default."""
    environ = asking.environ
    if environ.get("QUERY_STRING"):
        asked = asking.args.get("lang", "").lower()
        wanted = next((one for one in policy.languages if one.lower() == asked), None)
        if wanted:
            return wanted
    cookie = asking.cookies.get(LANGUAGE_COOKIE) if "HTTP_COOKIE" in environ else None
    header = environ.get("HTTP_ACCEPT_LANGUAGE", "")
    return choose(cookie, header, policy.languages, policy.default_language)
