"""A known provider and its cookies as values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.cookies.models import Texts
from portal.cookies.rules import Identity

KINDS = (
    "analytics", "video", "maps", "social", "advertising", "chat", "payment", "tags", "security",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownCookie:
    """What a tenant gets a copy of. A cookie without a domain is set on the tenant's own."""

    name: str
    category: str
    lifetime_count: int
    lifetime_unit: str
    function: Texts
    purpose: Texts
    match: str = "exact"
    storage: str = "any"
    domain: str = ""
    path: str = "/"
    third_party: bool = False
    http_only: bool = False
    exempt_measurement: bool = False

    @property
    def identity(self) -> Identity:
        return self.name, self.domain, self.path

    def values(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Known:
    """A provider that every tenant can add; `own` says that the operator keeps it."""

    key: str
    name: str
    kind: str
    privacy_url: str
    cookies: tuple[KnownCookie, ...]
    own: bool = field(default=False, compare=False)

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.category for one in self.cookies))

    def values(self) -> dict[str, Any]:
        """As a file holds it."""
        facts = asdict(self)
        del facts["own"]
        return {**facts, "cookies": [one.values() for one in self.cookies]}


def known_from(values: Mapping[str, Any], *, own: bool = False) -> Known:
    """From the values that `Known.values` gives; those with a usual value may be missing."""
    cookies = tuple(KnownCookie(**one) for one in values["cookies"])
    return Known(**{**values, "cookies": cookies, "own": own})
