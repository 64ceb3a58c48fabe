"""The decision in the current request: the one place that reads and writes its cookie."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from portal.consent import preferences
from portal.consent.asking import belongs
from portal.consent.deciding import Answer, decide
from portal.consent.expiring import refused_cookies
from portal.consent.models import ConsentRecord
from portal.consent.opt_out import opts_out
from portal.consent.preferences import Preferences
from portal.policy.current import current_policy
from portal.policy.live import LivePolicy, live
from portal.tenants.changes import feed
from portal.tenants.current import current_site
from portal.tenants.hostnames import from_host_header
from portal.tenants.origins import cookie_domain

LONGEST_PAGE = 1024  # characters
PATH_CHARACTERS = "/%:@!$&'()*+,;=-._~"


def current_preferences() -> Preferences | None:
    """What the cookie says, if it is about this tenant; possibly too old to count."""
    cookie = preferences.read(_cookies().get(preferences.NAME))
    return cookie if cookie and belongs(cookie, current_policy()) else None


def _cookies() -> Mapping[str, str]:
    """What the browser sent: nothing, when it decides for the first time."""
    return request.cookies if "HTTP_COOKIE" in request.environ else {}


def decide_here(
    *,
    decision: str,
    policy: int,
    language: str,
    surface: str,
    accepted: Iterable[str] = (),
    idempotency_key: UUID | None = None,
    elsewhere: "Elsewhere | None" = None,
) -> ConsentRecord:
    """Record the visitor's decision; raises what `decide` raises."""
    cookie = current_preferences()
    known_as = cookie or elsewhere
    answer = Answer(
        decision=decision,
        policy=policy,
        language=language,
        surface=surface,
        accepted=frozenset(accepted),
        gpc=opts_out(request.environ) or bool(elsewhere and elsewhere.gpc),
        page=elsewhere.address if elsewhere else _page(),
        consent_id=known_as.consent_id if known_as else None,
        idempotency_key=idempotency_key,
    )
    return decide(_policy_that_knows(policy), answer)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A page of another site of the tenant, under which number it knows the browser, its GPC."""

    origin: str
    path: str
    consent_id: UUID | None
    gpc: bool = False

    @property
    def address(self) -> str:
        return (self.origin + quote(self.path, safe=PATH_CHARACTERS))[:LONGEST_PAGE]


def _policy_that_knows(number: int) -> LivePolicy:
    """The live policy; looked up afresh if the visitor saw a version that came a moment ago."""
    policy = current_policy()
    if policy.categories(number) is None:
        feed().catch_up()
        policy = live().of(policy.tenant_id)
    return policy


def _page() -> str | None:
    """The path of the page that asked, without its query, if it is one of the tenant's own."""
    referrer = request.environ.get("HTTP_REFERER")
    if not referrer:
        return None
    try:
        address = urlsplit(referrer)
    except ValueError:
        return None
    if from_host_header(address.netloc) not in current_site().hostnames:
        return None
    return quote(address.path, safe=PATH_CHARACTERS)[:LONGEST_PAGE]


def remember(response: Response, record: ConsentRecord) -> None:
    """Let the browser keep the decision, by HTTP, because Safari forgets what scripts set (K4).

    And let it lose what was refused.
    """
    response.headers["Cache-Control"] = "no-store"
    if _has_newer(record):
        return
    cookies, domain = _cookies(), cookie_domain(current_site(), request.host)
    if domain and preferences.NAME in cookies:
        response.delete_cookie(preferences.NAME)  # the one for this host alone, from before
    response.set_cookie(
        preferences.NAME,
        preferences.write(record),
        max_age=preferences.seconds_left(record, datetime.now(UTC)),
        path="/",
        domain=domain,
        secure=request.is_secure,
        samesite="Lax",
    )
    if record.rejected and set(cookies) - {preferences.NAME}:
        document = live().version(record.tenant_id, current_policy().number).document
        host = from_host_header(request.host) or ""
        for left in refused_cookies(document, record.rejected, cookies, host):
            response.delete_cookie(left.name, path=left.path, domain=left.domain)


def _has_newer(record: ConsentRecord) -> bool:
    """Whether the browser decided since: a repeated idempotency key must not bring it back."""
    cookie = current_preferences()
    if cookie is None or cookie.consent_id != record.consent_id:
        return False
    return cookie.at > int(record.given_at.timestamp())
