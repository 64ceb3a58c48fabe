"""Why a change of the list is refused."""

from collections.abc import Sequence
from typing import Any

from portal.cookies.findings import Finding


class Wrong(Exception):
    """What was written cannot stand; the findings say where and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.message % one.values}" for one in findings))
        self.findings = findings


class CookieWrong(Wrong):
    pass


class ProviderWrong(Wrong):
    pass


class CategoryWrong(Wrong):
    pass


class NoSuchRow(Exception):
    """The tenant has no such row; whether somebody else has does not matter."""


class NoSuchCookie(NoSuchRow):
    pass


class NoSuchProvider(NoSuchRow):
    pass


class NoSuchCategory(NoSuchRow):
    pass


class Conflict(Exception):
    """Somebody else changed the row since it was read; `current` is the row as it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__("changed in the meantime")
        self.current = current


class InUse(Exception):
    """What cookies still refer to cannot go; `names` are theirs."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"used by {', '.join(names)}")
        self.names = names


class Needed(Exception):
    """The necessary category stays, and stays first."""
