"""What a check says about a field, and the checks that several kinds of rows share."""

import dataclasses
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from portal.catalogues import said
from portal.languages import AVAILABLE

UNSHOWN = {"Cc", "Cs"}  # control characters and halves of characters, in Unicode's words


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong at a field, or worth a look. The message is English, for the catalogue."""

    field: str
    message: str
    values: dict[str, object] = dataclasses.field(default_factory=dict)
    wrong: bool = True


def wrong(findings: Iterable[Finding]) -> list[Finding]:
    """Those that refuse; the others only warn."""
    return [one for one in findings if one.wrong]


def too_long(name: str, text: str, longest: int) -> Iterator[Finding]:
    if len(text) > longest:
        yield Finding(name, said("At most %(longest)s characters."), {"longest": longest})


def unshown(name: str, text: str) -> Iterator[Finding]:
    if any(unicodedata.category(sign) in UNSHOWN for sign in text):
        yield Finding(name, said("This holds a character that cannot be shown."))


def texts(
    name: str, translations: Mapping[str, str], longest: int, *, wanted: bool
) -> Iterator[Finding]:
    """On a translatable field; if it is wanted, to have none is wrong."""
    if not any(translations.values()):
        message = (
            said("Visitors need this text.") if wanted else said("Visitors may miss this text.")
        )
        yield Finding(name, message, wrong=wanted)
    for language, text in translations.items():
        if language not in AVAILABLE:
            yield Finding(name, said("There is no language “%(tag)s”."), {"tag": language[:35]})
        yield from too_long(name, text, longest)
        yield from unshown(name, text)


def no_texts(name: str, value: object) -> Iterator[Finding]:
    """On a value that is something else than `{language: text}`."""
    if not isinstance(value, dict) or not all(
        isinstance(part, str) for pair in value.items() for part in pair
    ):
        yield Finding(name, said("This has to be text."))


def no_text(name: str, value: object) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield Finding(name, said("This has to be text."))
