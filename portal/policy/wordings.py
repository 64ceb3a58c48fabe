"""The built-in texts of each language, with what a tenant says in its own words over them."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select

from portal.catalogues import said, source_messages, translations
from portal.cookies.models import Texts
from portal.database import db
from portal.policy.document import canonical, digest
from portal.policy.markdown import TextError, checked
from portal.policy.models import OwnWording
from portal.policy.typed import Shown, Typed, changes
from portal.tenants.models import Tenant

LONGEST = 2_000  # characters of a text
PLACEHOLDER = re.compile(r"%\(\w+\)s")
PERCENT = re.compile(r"%(?!\(\w+\)s)")

# The two answers stay equal and plain in every portal, so nobody rewords them (C1, T1).
FIXED = frozenset({"Accept", "Accept all", "Reject", "Reject all"})


class WrongPlaceholders(TextError):
    pass


class Frozen(NamedTuple):
    """The texts of a language in canonical form, and their name."""

    digest: str
    messages: str


@lru_cache(maxsize=256)
def built_in(language: str) -> Frozen:
    """The built-in texts of a language as the catalogue has them."""
    catalogue = translations(language)
    return _frozen({source: catalogue.gettext(source) for source in source_messages()})


def wordings(tenant: Tenant) -> dict[str, Frozen]:
    """The texts of each of the tenant's languages: built-in, with its own words over them."""
    own = own_wordings(tenant)
    return {
        tag: _merged(tag, own[tag]) if tag in own else built_in(tag) for tag in tenant.languages
    }


def own_wordings(tenant: Tenant) -> dict[str, Texts]:
    """The built-in texts that the tenant says in its own words, `{language: {source: text}}`."""
    found: dict[str, Texts] = {}
    for one in db.session.scalars(select(OwnWording).where(OwnWording.tenant_id == tenant.id)):
        if one.source in rewordable():
            found.setdefault(one.language, {})[one.source] = one.text
    return found


def _merged(language: str, own: Texts) -> Frozen:
    messages = json.loads(built_in(language).messages)
    return _frozen(messages | {source: _as_format(source, text) for source, text in own.items()})


def _as_format(source: str, text: str) -> str:
    """Where a text is filled in, `%%` stands for a percent sign that somebody just wrote."""
    return PERCENT.sub("%%", text) if PLACEHOLDER.search(source) else text


def _frozen(messages: Texts) -> Frozen:
    content = canonical(messages)
    return Frozen(digest(content), content.decode())


@lru_cache(maxsize=1)
def rewordable() -> frozenset[str]:
    """The built-in texts that a tenant may say in its own words."""
    return source_messages() - FIXED


def reword(tenant: Tenant, language: str, typed: Iterable[Typed]) -> int:
    """Say built-in texts in own words; how many changed. An empty text brings the built-in back.

    Each is named by its source. Raises Refused, with WrongPlaceholders, Conflict, TextTooLong or
    TextNotPlain for each text.
    """
    mine = select(OwnWording).where(
        OwnWording.tenant_id == tenant.id, OwnWording.language == language
    )
    rows = {one.source: one for one in db.session.scalars(mine)}
    shown = {one: Shown(rows[one].text if one in rows else "") for one in rewordable()}
    changed = changes(typed, shown, checked_wording)
    for source, text in changed.items():
        _write(tenant, language, source, text, rows.get(source))
    return len(changed)


def _write(tenant: Tenant, language: str, source: str, text: str, known: OwnWording | None) -> None:
    if known and text:
        known.text = text
    elif known:
        db.session.delete(known)
    elif text:
        db.session.add(OwnWording(tenant_id=tenant.id, language=language, source=source, text=text))


def checked_wording(source: str, text: str) -> str:
    """The text as it is kept; raises WrongPlaceholders, TextTooLong or TextNotPlain."""
    text = checked(text, LONGEST)
    asked, given = (set(PLACEHOLDER.findall(one)) for one in (source, text))
    if text and asked != given:
        message = said("Use these placeholders and no others: %(wanted)s")
        raise WrongPlaceholders(message, wanted=" ".join(sorted(asked)) or "–")
    return text
