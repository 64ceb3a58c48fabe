"""The roles in words."""

from typing import NamedTuple

from portal.backoffice.words import gettext, said
from portal.people.roles import AUDITOR, EDITOR, OWNER, PUBLISHER


class Words(NamedTuple):
    name: str
    about: str


WORDS = {
    EDITOR: Words(said("Editor"), said("edits the drafts of cookies, texts and look")),
    PUBLISHER: Words(said("Publisher"), said("edits, and publishes what visitors see")),
    AUDITOR: Words(said("Auditor"), said("reads all of it, the log of decisions and the trail")),
    OWNER: Words(said("Owner"), said("does everything, also members and settings")),
}


def role_words() -> dict[str, Words]:
    """Name and meaning of each role in the language of the request, the lesser ones first."""
    return {role: Words(*(gettext(text) for text in words)) for role, words in WORDS.items()}
