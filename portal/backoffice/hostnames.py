"""The hostnames of the portal: which there are, what the DNS says of them, adding and removing.

Whoever adds one here has to prove by the DNS that its owner wants it; an operator, who knows the
tenant in other ways, adds one by `portal tenant hostname add` without such proof.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import current_app, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.backoffice.current import current_tenant, may
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext, said
from portal.cookies.declared import take_turn
from portal.database import writing
from portal.people.roles import Permission
from portal.settings import Settings
from portal.tenants.dns import Answer, Check, Outcome, Record, check, records
from portal.tenants.hostnames import BadHostname, from_host_header, normalise
from portal.tenants.lifecycle import (
    HostnameCovered,
    HostnameHeld,
    HostnameTaken,
    add_hostname,
    remove_hostname,
)
from portal.tenants.models import Tenant

OUTCOMES = {
    Outcome.HERE: said("points here"),
    Outcome.ELSEWHERE: said("points elsewhere"),
    Outcome.MISSING: said("is not there yet"),
    Outcome.UNKNOWN: said("could not be looked up; try again in a moment"),
    Outcome.WILDCARD: said("cannot prove anything, as every name beneath the hostname points here"),
}
NO_HOSTNAME = said("Write a hostname, such as data.example.org.")
HELD = said("The portal answers on it already.")
TAKEN = said("Another portal answers on it. Please ask the operator of this installation.")
COVERED = said(
    "Another portal shares its cookie with every hostname of this domain. "
    "Please ask the operator of this installation."
)
NOT_YET = said("The DNS does not say yet that it is meant for this portal; see below.")
NO_TARGET = said("Please ask the operator to add it: nothing is set here that it could point to.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A hostname with the records that it needs and what the DNS says of them."""

    hostname: str
    records: list[Record]
    found: Check

    @property
    def leading(self) -> list[Record]:
        """Those of the hostname itself, which stay; the others prove whose it is."""
        return [one for one in self.records if one.name == self.hostname]

    def answer(self, record: Record) -> Answer:
        return self.found.hostname if record.name == self.hostname else self.found.proof


@bp.get("/settings/hostnames/")
@needs(Permission.READ)
def settings_hostnames() -> str:
    """The list; with `?check=` and one of the hostnames also what the DNS says of it."""
    tenant, hostname = current_tenant(), request.args.get("check", "")
    checked = _look_up(tenant, hostname) if _has(tenant, hostname) else None
    return _page(tenant, checked=checked)


@bp.post("/settings/hostnames/")
@needs(Permission.MANAGE)
def settings_hostnames_add() -> Response | tuple[str, int]:
    tenant, typed = current_tenant(), request.form.get("hostname", "")
    try:
        hostname = normalise(typed)
    except BadHostname:
        return _page(tenant, typed, NO_HOSTNAME), 422
    if _has(tenant, hostname) or not _target():
        return _page(tenant, typed, NO_TARGET if not _target() else HELD), 422
    asked = _look_up(tenant, hostname)
    if not asked.found.proven:
        return _page(tenant, typed, NOT_YET, asked), 422
    try:
        with _changing() as changed:
            add_hostname(changed, hostname)
    except (HostnameTaken, HostnameHeld, IntegrityError):
        return _page(current_tenant(), typed, TAKEN), 409
    except HostnameCovered:
        return _page(current_tenant(), typed, COVERED), 409
    tell(gettext("The portal answers on %(hostname)s from now on.", hostname=hostname))
    return _back()


@bp.post("/settings/hostnames/main/")
@needs(Permission.MANAGE)
def settings_hostnames_main() -> Response:
    """Make one of the hostnames that in links and on the policy page."""
    with _changing() as tenant:
        hostname = _own(tenant, request.form.get("hostname", ""))
        add_hostname(tenant, hostname, canonical=True)
    tell(gettext("Links name %(hostname)s once it is published.", hostname=hostname))
    return _back()


@bp.get("/settings/hostnames/remove/")
@needs(Permission.MANAGE, fresh=True)
def settings_hostnames_remove() -> Response | str:
    """Ask first. Who had to give the password after the question comes back without a hostname."""
    if "hostname" not in request.args:
        return _back()
    hostname = _own(current_tenant(), request.args["hostname"])
    return render_template("backoffice/settings/remove.html", hostname=hostname)


@bp.post("/settings/hostnames/remove/")
@needs(Permission.MANAGE, fresh=True)
def settings_hostnames_removed() -> Response:
    with _changing() as tenant:
        hostname = _own(tenant, request.form.get("hostname", ""))
        if hostname in (tenant.canonical, _here()):
            raise NotFound
        remove_hostname(tenant, hostname)
    tell(gettext("The portal no longer answers on %(hostname)s.", hostname=hostname))
    return _back()


def _page(
    tenant: Tenant,
    typed: str = "",
    error: str = "",
    asked: Asked | None = None,
    checked: Asked | None = None,
) -> str:
    return render_template(
        "backoffice/settings/hostnames.html",
        hostnames=tenant.hostnames,
        here=_here(),
        values={"hostname": typed},
        errors={"hostname": [gettext(error)]} if error else {},
        labels={"hostname": gettext("Hostname")},
        asked=asked,
        checked=checked,
        outcomes={outcome: gettext(text) for outcome, text in OUTCOMES.items()},
        has_target=bool(_target()),
        editing=may(Permission.MANAGE),
    )


def _look_up(tenant: Tenant, hostname: str) -> Asked:
    target = _target()
    found = check(tenant.slug, hostname, target)
    return Asked(hostname, records(tenant.slug, hostname, target), found)


def _has(tenant: Tenant, hostname: str) -> bool:
    return any(one.hostname == hostname for one in tenant.hostnames)


@contextmanager
def _changing() -> Iterator[Tenant]:
    """One owner at a time, so that a main hostname stays."""
    with writing():
        tenant = current_tenant()
        take_turn(tenant)
        yield tenant


def _own(tenant: Tenant, hostname: str) -> str:
    """One of the tenant's own hostnames; raises NotFound for any other text."""
    if not _has(tenant, hostname):
        raise NotFound
    return hostname


def _here() -> str | None:
    """The hostname that the person uses right now, which cannot be removed under their feet."""
    return from_host_header(request.host)


def _target() -> str:
    settings: Settings = current_app.extensions["portal.settings"]
    return settings.dns_target


def _back() -> Response:
    return redirect(url_for("backoffice.settings_hostnames"), 303)
