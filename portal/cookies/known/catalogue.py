"""The providers known to all tenants: the shipped ones and the operator's own, as one list."""

from sqlalchemy import select

from portal.cookies.known.entries import KINDS, Known, known_from
from portal.cookies.known.shipped import shipped
from portal.cookies.list_rules import KEY
from portal.cookies.models import KnownProvider
from portal.database import db


class KnownProviderError(ValueError):
    """What was asked of the known providers cannot be done; the message says why."""


class UnknownProvider(KnownProviderError):
    """There is no known provider with this key."""


def known(kind: str | None = None) -> list[Known]:
    """By kind and name. The operator's own entry replaces a shipped one with the same key."""
    own = {row.key: _entry(row) for row in db.session.scalars(select(KnownProvider))}
    entries = (shipped() | own).values()
    chosen = [one for one in entries if kind in (None, one.kind)]
    return sorted(chosen, key=lambda one: (KINDS.index(one.kind), one.name.casefold()))


def find(key: str) -> Known:
    """The known provider with this key; raises UnknownProvider."""
    row = db.session.get(KnownProvider, key) if KEY.fullmatch(key) else None
    found = _entry(row) if row else shipped().get(key)
    if found is None:
        raise UnknownProvider(f"there is no provider {key!r}: see `portal cookies providers list`")
    return found


def named(name: str) -> Known | None:
    """The known provider of this name, however it is capitalised."""
    wanted = name.strip().casefold()
    return next((one for one in known() if one.name.casefold() == wanted), None)


def _entry(row: KnownProvider) -> Known:
    return known_from(
        {
            "key": row.key,
            "name": row.name,
            "kind": row.kind,
            "privacy_url": row.privacy_url,
            "cookies": row.cookies,
        },
        own=True,
    )
