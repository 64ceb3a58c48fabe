"""Where a tenant asks for consent besides its portal: the cookie's domain and other sites."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from portal.catalogues import said
from portal.tenants.backoffice_host import backoffice_host, covers_backoffice
from portal.tenants.changes import announce
from portal.tenants.cookie_domains import foreign_hostnames
from portal.tenants.hostnames import BadHostname, is_within, normalise
from portal.tenants.lifecycle import BadDetail
from portal.tenants.models import SIGNALS, Embedding, Tenant

MOST_SITES = 100
NO_DOMAIN = said("This is no domain.")
USUAL_PORTS = {"http": 80, "https": 443}


class DomainTaken(BadDetail):
    """A cookie domain that hostnames of other tenants are within; `held` says whose each is.

    The message for a tenant's own people names nobody; that for the operator does.
    """

    def __init__(self, domain: str, held: Mapping[str, str]) -> None:
        super().__init__("cookie_domain", said("Another portal answers within this domain."))
        self.held = held
        hostname, slug = next(iter(held.items()))
        told = f"cookie_domain: {hostname} of tenant {slug!r} is within {domain}"
        self.args = (told if len(held) == 1 else f"{told}, and {len(held) - 1} more",)


def embedding_of(tenant: Tenant) -> Embedding:
    """The tenant's own, else that which every tenant begins with."""
    return tenant.embedding or Embedding(
        cookie_domain="", sites=[], signals=list(SIGNALS), reloads=True
    )


def embed(
    tenant: Tenant,
    cookie_domain: str,
    sites: Iterable[str],
    signals: Iterable[str] = SIGNALS,
    *,
    reloads: bool = True,
) -> Embedding:
    """Choose where the script may ask; raises BadDetail. Servers hear of it at once."""
    announce(tenant)  # first: until the commit nobody else adds a hostname
    if tenant.embedding is None:
        tenant.embedding = Embedding()
    embedding = tenant.embedding
    embedding.cookie_domain = shared_domain(tenant, cookie_domain)
    embedding.sites = _sites(sites)
    embedding.signals = [one for one in SIGNALS if one in set(signals)]
    embedding.reloads = reloads
    return embedding


def script_line(tenant: Tenant) -> str:
    """What goes into the pages of other sites."""
    return f'<script src="https://{tenant.canonical}/consent.js" async></script>'


def shared_domain(tenant: Tenant, text: str) -> str:
    """A domain that the portal may set cookies on, in ASCII; empty for the portal alone."""
    if not text.strip():
        return ""
    domain = _domain(text)
    if not is_within(tenant.canonical, domain):
        message = said("The portal answers on %(hostname)s, which is not part of this domain.")
        raise BadDetail("cookie_domain", message, hostname=tenant.canonical)
    if not is_registrable(domain):
        message = said("Browsers keep no cookie for this domain: it is shared by strangers.")
        raise BadDetail("cookie_domain", message)
    if covers_backoffice(domain):
        message = said("The back office of all portals, %(hostname)s, is part of this domain.")
        raise BadDetail("cookie_domain", message, hostname=backoffice_host())
    if held := foreign_hostnames(tenant, domain):
        raise DomainTaken(domain, held)
    return domain


def _domain(text: str) -> str:
    try:
        domain = normalise(text.strip().removeprefix("."))
    except BadHostname as reason:
        raise BadDetail("cookie_domain", NO_DOMAIN) from reason
    if domain.rpartition(".")[2].isdecimal():  # a part of an address (WHATWG URL: ends in a number)
        raise BadDetail("cookie_domain", NO_DOMAIN)
    return domain


def is_registrable(domain: str) -> bool:
    """Whether somebody can own it, by the Public Suffix List: `example.co.uk`, not `co.uk`."""
    return _suffixes().privatesuffix(domain) is not None


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _sites(texts: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(origin(one) for one in texts if one.strip()))
    if len(found) > MOST_SITES:
        raise BadDetail("sites", said("At most %(most)s sites."), most=MOST_SITES)
    return found


def origin(text: str) -> str:
    """The origin of a web address (RFC 6454), as browsers write it; raises BadDetail."""
    address = text.strip() if "://" in text else f"https://{text.strip()}"
    try:
        parts = urlsplit(address)
        host, port = normalise(parts.hostname or ""), parts.port
    except (ValueError, BadHostname) as reason:
        raise BadDetail("sites", said("%(text)s is no web address."), text=text) from reason
    if parts.scheme not in USUAL_PORTS or parts.username is not None:
        raise BadDetail("sites", said("%(text)s is no web address."), text=text)
    shown = "" if port in (None, USUAL_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"
