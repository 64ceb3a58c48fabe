"""Sections of the policy and legal pages that a tenant writes itself, in Markdown."""

from sqlalchemy import select

from portal.catalogues import said
from portal.cookies.texts import translated
from portal.database import db
from portal.policy.document import DeclaredPassage
from portal.policy.markdown import TextError, checked, to_html
from portal.policy.models import LEGAL_PAGES, Passage
from portal.policy.typed import Conflict, Shown
from portal.tenants.lifecycle import WEB_ADDRESS
from portal.tenants.models import Tenant

LONGEST_URL = 500  # characters


class BadAddress(TextError):
    pass


def find_passage(tenant: Tenant, key: str) -> Passage:
    """The tenant's passage, kept or still empty."""
    empty = Passage(tenant_id=tenant.id, key=key, url="", text={}, sources={})
    return db.session.get(Passage, (tenant.id, key)) or empty


def shown(tenant: Tenant, passage: Passage, language: str) -> Shown:
    """The text as it stands, beside the source or the link that stands instead."""
    source = passage.text.get(tenant.default_language, "")
    return Shown(passage.text.get(language, ""), passage.url or source)


def write_passage(
    tenant: Tenant, key: str, language: str, text: str, seen: str | None = None
) -> None:
    """Write a section or a legal page in one language; an empty text takes it away.

    Raises TextTooLong, TextNotPlain, and Conflict unless it stands as it was `seen`.
    """
    text, passage = checked(text), _as_seen(tenant, key, language, seen)
    passage.url = ""
    translated(passage, "text", language, text, tenant.default_language)
    db.session.add(passage)


def link_legal_page(
    tenant: Tenant, key: str, url: str, language: str = "", seen: str | None = None
) -> None:
    """Let a legal page be a link elsewhere, and its texts go; raises BadAddress or Conflict."""
    if key not in LEGAL_PAGES or len(url) > LONGEST_URL or not WEB_ADDRESS.fullmatch(url):
        raise BadAddress(said("Write a full address that begins with https://."))
    passage = _as_seen(tenant, key, language, seen)
    passage.url, passage.text, passage.sources = url, {}, {}
    db.session.add(passage)


def _as_seen(tenant: Tenant, key: str, language: str, seen: str | None) -> Passage:
    passage = find_passage(tenant, key)
    if seen not in (None, shown(tenant, passage, language).seal):
        raise Conflict(said("Somebody changed this meanwhile: look at both and decide."))
    return passage


def passages(tenant: Tenant) -> dict[str, DeclaredPassage]:
    """The tenant's own sections and legal pages, as they would be published."""
    mine = select(Passage).where(Passage.tenant_id == tenant.id).order_by(Passage.key)
    declared = {one.key: _declared(one, tenant.languages) for one in db.session.scalars(mine)}
    return {key: one for key, one in declared.items() if one.url or one.html}


def _declared(passage: Passage, languages: list[str]) -> DeclaredPassage:
    written = [tag for tag in languages if passage.text.get(tag)]
    html = {tag: to_html_of(passage.key, passage.text[tag]) for tag in written}
    return DeclaredPassage(url=passage.url, html=html)


def to_html_of(key: str, text: str) -> str:
    """The text as visitors would see it, below the title of its page or section."""
    return to_html(text, top=2 if key in LEGAL_PAGES else 3)
