"""The operator's own known providers: kept and removed."""

from dataclasses import dataclass

from portal.cookies.known.catalogue import KnownProviderError, UnknownProvider, find
from portal.cookies.known.entries import Known
from portal.cookies.known.shipped import shipped
from portal.cookies.models import KnownProvider
from portal.database import db


class NotOwn(KnownProviderError):
    """Only what the operator keeps can be removed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Keys, by what happened to them."""

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]


def keep(entries: list[Known]) -> Kept:
    """Add or replace; what is known in the same words already stays as it is."""
    before = {one.key: _known(one.key) for one in entries}
    changed = [one for one in entries if before[one.key] != one]
    for one in changed:
        db.session.merge(KnownProvider(**one.values()))
    return Kept(
        added=tuple(one.key for one in changed if before[one.key] is None),
        replaced=tuple(one.key for one in changed if before[one.key] is not None),
        unchanged=tuple(one.key for one in entries if one not in changed),
    )


def remove(key: str) -> Known | None:
    """Forget the operator's own entry; the shipped one that takes its place, if there is one.

    Raises UnknownProvider, or NotOwn for one that comes with the portal.
    """
    if not find(key).own:
        raise NotOwn(
            f"{key!r} comes with the portal and cannot be removed: "
            "import a provider with this key to replace it"
        )
    db.session.delete(db.session.get_one(KnownProvider, key))
    return shipped().get(key)


def _known(key: str) -> Known | None:
    try:
        return find(key)
    except UnknownProvider:
        return None
