"""Choosing how a tenant's portal looks, and saying the first words of its banner.

Accept and Reject cannot be made unequal: a look has one accent for all buttons, and no more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from math import floor

from portal.banner.contrast import SCHEMES, TEXT, BadColour, Scheme, colour, legible, weak_pairs
from portal.banner.logos import drop_logos, find_logo, keep_logo
from portal.catalogues import said
from portal.cookies.declared import take_turn
from portal.cookies.findings import Finding
from portal.cookies.refusals import Conflict, Wrong
from portal.database import db
from portal.policy.document import DeclaredLook
from portal.policy.drafting import declared_look
from portal.policy.markdown import plain
from portal.policy.models import POSITIONS, REOPENERS, ROUNDEST, Look
from portal.policy.typed import Refused, Shown, Typed
from portal.policy.wordings import own_wordings, reword
from portal.tenants.models import Tenant

STANDARD = DeclaredLook("#0f5c4d", "#7dd3bd", corner=8, position="bottom", logo="")
LONGEST_CORNER = 2  # digits
WORDS = {
    "title": "You decide about cookies",
    "text": (
        "Necessary cookies make this portal work and are always on. "
        "Others are used only if you agree:"
    ),
}


class LookWrong(Wrong):
    """A look that cannot be saved; the findings say where and why."""


def look_of(tenant: Tenant) -> DeclaredLook:
    """The tenant's own look, else that which every portal has."""
    return declared_look(tenant) or STANDARD


def values_of(tenant: Tenant) -> dict[str, str]:
    """All that can be chosen, as text: the look, and `title-fr` and such for own words."""
    own = own_wordings(tenant)
    words = {
        f"{part}-{tag}": own.get(tag, {}).get(source, "")
        for part, source in WORDS.items()
        for tag in tenant.languages
    }
    return {name: str(value) for name, value in asdict(look_of(tenant)).items()} | words


def stamp(tenant: Tenant) -> str:
    """Names what an editor saw."""
    return sha256(repr(sorted(values_of(tenant).items())).encode()).hexdigest()[:20]


def take_logo(tenant: Tenant, content: bytes) -> str:
    """Keep an image until the look is saved; its digest, to be named then. Raises LogoRefused."""
    take_turn(tenant)
    digest = keep_logo(tenant.id, content)
    drop_logos(tenant.id, but={digest, look_of(tenant).logo})
    return digest


def dress(tenant: Tenant, values: Mapping[str, str], seen: str) -> None:
    """Choose the look and the words; raises LookWrong, and Conflict unless all is as it was seen.

    The values are named as in `values_of`; own words that are not named stay as they are.
    """
    take_turn(tenant)
    if seen != stamp(tenant):
        raise Conflict(values_of(tenant))
    findings = [*check(tenant, values), *_say(tenant, values)]
    if findings:
        raise LookWrong(findings)
    chosen = _chosen(values)
    _keep(tenant, chosen)
    drop_logos(tenant.id, but={chosen.logo})


def check(tenant: Tenant, values: Mapping[str, str]) -> Iterator[Finding]:
    """What keeps a look from being saved."""
    for scheme in SCHEMES:
        yield from _check_accent(values[scheme.field], scheme)
    if not is_corner(values["corner"]):
        yield Finding("corner", said("Choose 0 to %(roundest)s pixels."), {"roundest": ROUNDEST})
    if values["position"] not in POSITIONS:
        yield Finding("position", said("Choose one of the places offered."))
    if values["reopener"] not in REOPENERS:
        yield Finding("reopener", said("Choose one of the ways offered."))
    logo = values["logo"]
    if logo and find_logo(db.session(), tenant.id, logo) is None:
        yield Finding("logo", said("The image is gone: choose it again."))


def _check_accent(text: str, scheme: Scheme) -> Iterator[Finding]:
    try:
        accent = colour(text)
    except BadColour:
        message = said("Write a colour as # and six signs, such as %(example)s.")
        yield Finding(scheme.field, message, {"example": getattr(STANDARD, scheme.field)})
        return
    if weak := weak_pairs(accent, scheme):
        message = said(
            "Links in this colour reach %(ratio)s : 1 and need %(least)s : 1 to be read by "
            "everybody. %(instead)s is the nearest that does."
        )
        worst = min(weak, key=lambda one: one.ratio)
        facts = {"ratio": in_hundredths(worst.ratio), "least": TEXT}
        yield Finding(scheme.field, message, facts | {"instead": legible(accent, scheme)})


def in_hundredths(ratio: float) -> float:
    """Rounded down, so that it is never said to be more than it is."""
    return floor(ratio * 100) / 100


def is_corner(text: str) -> bool:
    return (
        text.isascii() and text.isdigit() and len(text) <= LONGEST_CORNER and int(text) <= ROUNDEST
    )


def _say(tenant: Tenant, values: Mapping[str, str]) -> Iterator[Finding]:
    """Write down the tenant's own words, where they are others than before."""
    known = values_of(tenant)
    for part, source in WORDS.items():
        for tag in tenant.languages:
            name = f"{part}-{tag}"
            typed = Typed(source, values.get(name, known[name]), Shown(known[name]).seal)
            if plain(typed.text) != known[name]:
                yield from _reword(tenant, tag, name, typed)


def _reword(tenant: Tenant, tag: str, name: str, typed: Typed) -> Iterator[Finding]:
    try:
        reword(tenant, tag, [typed])
    except Refused as reason:
        error = reason.errors[typed.name]
        yield Finding(name, error.message, error.values)


def _chosen(values: Mapping[str, str]) -> DeclaredLook:
    return DeclaredLook(
        accent=colour(values["accent"]),
        accent_dark=colour(values["accent_dark"]),
        corner=int(values["corner"]),
        position=values["position"],
        logo=values["logo"],
        reopener=values["reopener"],
    )


def _keep(tenant: Tenant, chosen: DeclaredLook) -> None:
    """Who chooses what every portal has keeps nothing."""
    own = db.session.get(Look, tenant.id)
    if chosen == STANDARD:
        if own:
            db.session.delete(own)
        return
    if own is None:
        own = Look(tenant_id=tenant.id)
        db.session.add(own)
    for name, value in (asdict(chosen) | {"logo": chosen.logo or None}).items():
        setattr(own, name, value)
