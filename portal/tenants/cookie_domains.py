"""A cookie that sites of one tenant share reaches no hostname of another tenant.

A browser sends a cookie of a domain to every hostname within it, whoever answers there: the
decision made on one portal would arrive at the other as if it had been made there. Whoever chooses
a domain or adds a hostname first announces a change, which holds the change counter's row (on
SQLite the write lock) until the commit. So of two who do it at once the second sees the first.
"""

import logging

from sqlalchemy import Select, or_, select

from portal.database import db, reading
from portal.tenants.models import Embedding, Hostname, Tenant

log = logging.getLogger(__name__)


def foreign_hostnames(tenant: Tenant, domain: str) -> dict[str, str]:
    """The hostnames of other tenants, suspended ones too, within a domain: to whom each belongs."""
    if not domain:
        return {}
    within = or_(Hostname.hostname == domain, Hostname.hostname.endswith(f".{domain}"))
    found = select(Hostname.hostname, Tenant.slug).join(Tenant).where(within)
    return dict(_found(found.where(Tenant.id != tenant.id)))


def foreign_domain(tenant: Tenant, hostname: str) -> tuple[str, str] | None:
    """The cookie domain of another tenant that covers a hostname, and to whom it belongs."""
    labels = hostname.split(".")
    above = [".".join(labels[count:]) for count in range(len(labels))]
    found = select(Embedding.cookie_domain, Tenant.slug).join(Tenant)
    others = found.where(Embedding.cookie_domain.in_(above), Tenant.id != tenant.id)
    return next(iter(_found(others)), None)


def warn_of_reach(tenant: Tenant, domain: str) -> None:
    """Log what a domain chosen before such were refused reaches."""
    if reached := foreign_hostnames(tenant, domain):
        log.warning(
            "the cookie of tenant %s, set for %s, reaches %d hostnames of other tenants: "
            "see `portal tenant show %s`",
            tenant.slug, domain, len(reached), tenant.slug,
        )  # fmt: skip


def _found(query: Select[str, str]) -> list[tuple[str, str]]:
    """What every tenant has committed, and what this transaction did that is not committed yet."""
    with reading() as session:
        rows = [*db.session.execute(query), *session.execute(query)]
    return sorted({(name, slug) for name, slug in rows})
