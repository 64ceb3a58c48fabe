"""What a token may be for, in words."""

from typing import NamedTuple

from portal.backoffice.words import gettext, said
from portal.people.tokens import Scope


class Words(NamedTuple):
    name: str
    about: str


WORDS = {
    Scope.COOKIES_READ: Words(
        said("Read the cookie list"), said("the draft, what is missing in it, what would change")
    ),
    Scope.COOKIES_WRITE: Words(
        said("Edit the cookie list"), said("categories, providers and cookies of the draft")
    ),
    Scope.PUBLISH: Words(said("Publish"), said("make the draft what visitors see")),
    Scope.VERSIONS_READ: Words(
        said("Read versions"), said("what was published, by whom, and what it changed")
    ),
    Scope.CONSENTS_READ: Words(
        said("Read the consent log"), said("find decisions, and export them")
    ),
    Scope.CONSENTS_ERASE: Words(
        said("Erase from the consent log"), said("all that one browser decided, for good")
    ),
    Scope.FIGURES_READ: Words(
        said("Read figures"), said("how many were asked and what they chose")
    ),
}


def scope_words() -> dict[str, Words]:
    """Name and meaning of each scope in the language of the request."""
    return {scope: Words(*(gettext(text) for text in words)) for scope, words in WORDS.items()}
