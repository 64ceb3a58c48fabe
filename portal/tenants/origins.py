"""Where a request or an address comes from: this tenant, or elsewhere."""

import unicodedata
from urllib.parse import quote, urlsplit

from portal.tenants.directory import Site
from portal.tenants.hostnames import from_host_header, is_within

LONGEST_ADDRESS = 2048  # characters
ADDRESS_CHARACTERS = "/#%[]=:;$&()+,!?*@'~"  # those that an address may hold as they are


def is_foreign(
    own: frozenset[str], origin: str | None, fetch_site: str | None, secure: bool
) -> bool:
    """Whether a browser says that a request was made by a page on none of these hostnames.

    Origin decides where it is sent (also `null`); otherwise Sec-Fetch-Site does. A client that
    sends neither is no browser, and so carries nobody's cookies unasked.
    """
    if origin is None:
        return fetch_site not in (None, "same-origin", "none")
    scheme, _, host = origin.partition("://")
    if scheme not in _schemes(secure):
        return True
    return from_host_header(host) not in own


def embedding_origin(site: Site, origin: str, secure: bool) -> str | None:
    """The origin, if it is one where the tenant's script may ask, as the tenant says."""
    scheme, _, host = origin.partition("://")
    hostname = from_host_header(host)
    own = hostname in site.hostnames or _is_within(hostname, site.cookie_domain)
    return origin if origin in site.sites or (own and scheme in _schemes(secure)) else None


def cookie_domain(site: Site, host: str) -> str | None:
    """The domain for which the portal sets cookies where it is asked under this name.

    None for that name alone: on a hostname outside the domain, browsers would refuse the cookie.
    """
    return site.cookie_domain if _is_within(from_host_header(host), site.cookie_domain) else None


def shares_cookie(site: Site, origin: str, host: str) -> bool:
    """Whether a cookie that the portal sets, asked under this name, reaches an origin."""
    hostname = from_host_header(origin.partition("://")[2])
    if domain := cookie_domain(site, host):
        return _is_within(hostname, domain)
    return hostname is not None and hostname == from_host_header(host)


def _is_within(hostname: str | None, domain: str) -> bool:
    return hostname is not None and domain != "" and is_within(hostname, domain)


def _schemes(secure: bool) -> set[str]:
    return {"https"} if secure else {"http", "https"}


def safe_redirect(address: str | None, host: str, secure: bool) -> str | None:
    """The address, fit for a Location header, if a browser sent there stays on the host.

    None if it would go elsewhere, as Django decides (X1).
    """
    address = (address or "").strip(" \t\r\n")
    read = address.strip()
    if not read or not all(_stays(one, host, secure) for one in (read, read.replace("\\", "/"))):
        return None
    return quote(address, safe=ADDRESS_CHARACTERS)


def _stays(address: str, host: str, secure: bool) -> bool:
    starts_oddly = address.startswith("///") or unicodedata.category(address[0]).startswith("C")
    if starts_oddly or len(address) > LONGEST_ADDRESS:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not parts.netloc:
        return not parts.scheme
    return parts.netloc == host and (parts.scheme or "http") in _schemes(secure)
