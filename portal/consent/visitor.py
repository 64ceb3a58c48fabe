"""Who decides: the one place that reads and writes the decision's cookie."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from uuid import UUID

from werkzeug.http import dump_cookie
from werkzeug.wrappers import Request

from portal.consent import preferences
from portal.consent.asking import belongs
from portal.consent.browsers import known_browsers
from portal.consent.deciding import Answer, Kept, decide
from portal.consent.expiring import refused_cookies
from portal.consent.models import ConsentRecord
from portal.consent.opt_out import opts_out
from portal.consent.preferences import Preferences
from portal.consent.recording import latest
from portal.headers import Header
from portal.policy.current import language_for
from portal.policy.live import LivePolicy, live
from portal.requests import Asking
from portal.tenants.directory import Site
from portal.tenants.hostnames import from_host_header
from portal.tenants.origins import cookie_domain

LONGEST_PAGE = 1024  # characters
MOST_COOKIES = 4  # of one name that are looked at: this host's, its domain's, and two planted ones
PATH_CHARACTERS = "/%:@!$&'()*+,;=-._~"


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


class Visitor:
    """A request with the tenant and the policy that it is about, and what its cookie says.

    `preferences`: of a browser that decided here, possibly too old to count.
    """

    __slots__ = ("cookies", "elsewhere", "policy", "preferences", "request", "site")

    def __init__(
        self, request: Request, site: Site, policy: LivePolicy, elsewhere: Elsewhere | None = None
    ) -> None:
        self.request, self.site, self.policy = request, site, policy
        self.elsewhere = elsewhere
        # who decides for the first time sends none, mostly
        sent = "HTTP_COOKIE" in request.environ
        self.cookies: Mapping[str, str] = request.cookies if sent else {}
        self.preferences = decision_in(request, policy, known_browsers().is_known)


def decision_in(
    asking: Asking, policy: LivePolicy, is_known: Callable[[int, UUID], bool]
) -> Preferences | None:
    """What the cookie says, if it names what this tenant has and a browser that decided here.

    Where several cookies of the name are sent, for this host and for domains above it, the newest
    decision counts.
    """
    if "HTTP_COOKIE" not in asking.environ:
        return None
    values = asking.cookies.getlist(preferences.NAME)[:MOST_COOKIES]
    decided = [one for one in map(preferences.read, values) if one and belongs(one, policy)]
    decided.sort(key=lambda one: one.at, reverse=True)
    return next((one for one in decided if is_known(policy.tenant_id, one.consent_id)), None)


def decide_for(
    visitor: Visitor,
    *,
    decision: str,
    policy: int,
    language: str | None,
    surface: str,
    accepted: Iterable[str] = (),
    idempotency_key: UUID | None = None,
) -> Kept:
    """Record a decision, of no language in the visitor's own; raises what `decide` raises."""
    request, elsewhere = visitor.request, visitor.elsewhere
    known_as = visitor.preferences or elsewhere
    answer = Answer(
        decision=decision,
        policy=policy,
        language=language or language_for(request, visitor.policy),
        surface=surface,
        accepted=frozenset(accepted),
        gpc=opts_out(request.environ) or bool(elsewhere and elsewhere.gpc),
        page=elsewhere.address if elsewhere else _page(visitor),
        consent_id=known_as.consent_id if known_as else None,
        idempotency_key=idempotency_key,
    )
    return decide(visitor.policy, answer)


def _page(visitor: Visitor) -> str | None:
    """The path of the page that asked, without its query, if it is one of the tenant's own."""
    referrer = visitor.request.environ.get("HTTP_REFERER")
    if not referrer:
        return None
    try:
        address = urlsplit(referrer)
    except ValueError:
        return None
    if from_host_header(address.netloc) not in visitor.site.hostnames:
        return None
    return quote(address.path, safe=PATH_CHARACTERS)[:LONGEST_PAGE]


def headers_that_keep(visitor: Visitor, kept: Kept) -> Iterator[Header]:
    """Let the browser keep the decision, by HTTP, because Safari forgets what scripts set (K4).

    And let it lose what was refused.
    """
    yield "Cache-Control", "no-store"
    record = kept.record
    if not kept.is_new and _decided_since(visitor, record):
        return
    request, cookies = visitor.request, visitor.cookies
    domain = cookie_domain(visitor.site, request.host)
    if domain and preferences.NAME in cookies:
        yield _gone(preferences.NAME)  # the one for this host alone, from before
    cookie = dump_cookie(
        preferences.NAME,
        preferences.write(record),
        max_age=preferences.seconds_left(record, datetime.now(UTC)),
        domain=domain,
        secure=request.is_secure,
        samesite="Lax",
    )
    yield "Set-Cookie", cookie
    if record.rejected and set(cookies) - {preferences.NAME}:
        yield from _without_refused(visitor, record)


def _without_refused(visitor: Visitor, record: ConsentRecord) -> Iterator[Header]:
    document = live().version(record.tenant_id, visitor.policy.number).document
    host = from_host_header(visitor.request.host) or ""
    for left in refused_cookies(document, record.rejected, visitor.cookies, host):
        yield _gone(left.name, left.path, left.domain)


def _gone(name: str, path: str = "/", domain: str | None = None) -> Header:
    return "Set-Cookie", dump_cookie(name, expires=0, max_age=0, path=path, domain=domain)


def _decided_since(visitor: Visitor, record: ConsentRecord) -> bool:
    """Whether the browser did: a repeated idempotency key must not bring back what it said before.

    A consent id of its own it can only have got later. No clock is asked: that of another server
    may be ahead.
    """
    cookie = visitor.preferences
    if cookie and cookie.consent_id != record.consent_id:
        return True
    return latest(record.tenant_id, record.consent_id) != record.id
