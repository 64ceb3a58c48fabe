"""What tenants had before the back offices got a hostname, and what collides with that."""

from typing import NamedTuple

from sqlalchemy import or_, select

from portal.database import reading
from portal.tenants.backoffice_host import backoffice_host
from portal.tenants.models import Embedding, Hostname, Tenant


class Unheeded(NamedTuple):
    what: str
    name: str
    slug: str


def unheeded() -> list[Unheeded]:
    """Hostnames that do not answer, and cookie domains for which no cookie is set."""
    host = backoffice_host()
    return [*_hostnames(host), *_cookie_domains(host)] if host else []


def _hostnames(host: str) -> list[Unheeded]:
    within = or_(Hostname.hostname == host, Hostname.hostname.endswith(f".{host}"))
    found = select(Hostname.hostname, Tenant.slug).join(Tenant).where(within)
    with reading() as session:
        rows = session.execute(found.order_by(Hostname.hostname)).all()
    return [Unheeded("hostname", name, slug) for name, slug in rows]


def _cookie_domains(host: str) -> list[Unheeded]:
    labels = host.split(".")
    above = [".".join(labels[count:]) for count in range(len(labels))]
    found = select(Embedding.cookie_domain, Tenant.slug).join(Tenant)
    with reading() as session:
        rows = session.execute(
            found.where(Embedding.cookie_domain.in_(above)).order_by(Tenant.slug)
        ).all()
    return [Unheeded("cookie domain", name, slug) for name, slug in rows]
