"""From a document to HTML: for visitors from a published version, in the words frozen with it."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from unicodedata import normalize

from babel.dates import format_date, format_datetime
from flask import render_template

from portal.banner.first_layer import FirstLayer, first_layer
from portal.consent.asking import Question
from portal.cookies.texts import lifetime_in_words
from portal.counting.counts import counts
from portal.counting.metrics import Counter
from portal.languages import Language, language, locale
from portal.policy.live import Version, live, wording
from portal.public.integrations.shown import videos


class Words:
    """Stands in for gettext in templates: the texts of one published wording."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        self._messages = messages

    def gettext(self, message: str, **values: object) -> str:
        text = self._messages.get(message, message)
        return text % values if values else text


RENDERED = Counter("portal_pages_rendered", "Pages made, where none that was made could be sent")
PATHS = {
    "home": "/",
    "cookies_policy": "/terms/cookies-policy/",
    "cookies_preferences": "/terms/cookies-preferences/",
    "terms": "/terms/terms-of-use/",
    "privacy": "/terms/privacy-policy/",
    "decide": "/terms/cookies-preferences/",
    "set_language": "/i18n/setlang/",
}


def render(
    template: str,
    tenant_id: int,
    number: int,
    tag: str,
    question: Question | None,
    **context: Any,
) -> str:
    """A page of a version in one of its languages, with the banner if there is a question."""
    version = live().version(tenant_id, number)
    facts = {
        "first_layer": question and first_layer_of(tenant_id, version, question),
        "accepted": question.kept if question else (),
    }
    return render_document(template, version, wording_of(version, tag), tag, **(facts | context))


def wording_of(version: Version, tag: str) -> dict[str, str]:
    """The texts frozen with a version in one of its languages."""
    return wording(version.document.wordings[tag])


def first_layer_of(tenant_id: int, version: Version, question: Question) -> FirstLayer:
    earlier = live().version(tenant_id, question.since).document if question.since else None
    return first_layer(question, version.document, earlier)


def render_document(
    template: str,
    version: Version,
    messages: Mapping[str, str],
    tag: str,
    paths: Mapping[str, str] = PATHS,
    **context: Any,
) -> str:
    """A page of a document, in the given texts of the language, with links to the given paths."""
    path = paths[template]
    facts = {
        "paths": paths,
        "path": path,
        "here": path,
        "next": path,
        "languages": sorted(map(language, version.document.languages), key=_place),
        "date": partial(format_date, format="long", locale=locale(tag)),
        "moment": partial(format_datetime, format="long", locale=locale(tag)),
        "duration": lifetime_in_words(version.document.consent_days, "day", tag),
        "titles": partial(_titles, version, tag),
        "videos": videos(version.document),
    }
    return render_part(f"public/{template}.html", version, messages, tag, **(facts | context))


def render_part(
    template: str, version: Version, messages: Mapping[str, str], tag: str, **context: Any
) -> str:
    """A template in the given texts of the language."""
    facts = {
        "version": version,
        "document": version.document,
        "language": language(tag),
        "paths": PATHS,
        "gettext": Words(messages).gettext,
    }
    counts().add(RENDERED)
    return render_template(template, **(facts | context))


def _place(one: Language) -> str:
    """Where its name stands among the others, signs above letters aside."""
    return normalize("NFD", one.name.casefold())


def _titles(version: Version, tag: str, keys: Iterable[str]) -> str:
    """The categories by name; one that is gone since goes by its key."""
    known = {one.key: one.title[tag] for one in version.document.categories}
    return ", ".join(known.get(key, key) for key in keys)
