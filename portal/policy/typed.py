"""Many texts typed at once: which of them are new, and which somebody else changed meanwhile."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from portal.catalogues import said
from portal.policy.markdown import TextError, plain


class Conflict(TextError):
    """Somebody else changed the text, or its source, since it was looked at."""


class Refused(Exception):
    """Nothing was written; `errors` says why, text by text."""

    def __init__(self, errors: dict[str, TextError]) -> None:
        super().__init__(f"{len(errors)} texts cannot be written")
        self.errors = errors

    @property
    def conflict(self) -> bool:
        return any(isinstance(error, Conflict) for error in self.errors.values())


class Shown(NamedTuple):
    """A text as it stands, and the source beside which it is shown."""

    text: str
    source: str = ""

    @property
    def seal(self) -> str:
        """Both in short, for a form to bring back: it tells what somebody has seen."""
        return f"{_short(self.text)}.{_short(self.source)}"


@dataclass(frozen=True, slots=True)
class Typed:
    """`confirmed` says that a text is right for the source of today, even if it stays as it is."""

    name: str
    text: str
    seen: str
    confirmed: bool = False


def changes(
    typed: Iterable[Typed], shown: Mapping[str, Shown], check: Callable[[str, str], str]
) -> dict[str, str]:
    """The texts to write, by name, each passed through `check(name, text)`; raises Refused."""
    changed, errors = {}, {}
    for one in typed:
        try:
            if _is_touched(one, shown.get(one.name)):
                _see(one, shown.get(one.name))
                changed[one.name] = check(one.name, one.text)
        except TextError as error:
            errors[one.name] = error
    if errors:
        raise Refused(errors)
    return changed


def _is_touched(typed: Typed, shown: Shown | None) -> bool:
    if typed.confirmed:
        return True
    text = plain(typed.text)
    as_seen = _short(text) == typed.seen.partition(".")[0]
    return not as_seen and not (shown and shown.text == text)


def _see(typed: Typed, shown: Shown | None) -> None:
    if shown is None:
        raise Conflict(said("Somebody deleted this meanwhile."))
    if typed.seen != shown.seal:
        raise Conflict(said("Somebody changed this meanwhile: look at both and decide."))


def _short(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()[:16]
