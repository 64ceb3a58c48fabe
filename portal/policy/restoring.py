"""A published version becomes the draft again."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import select

from portal.catalogues import built_in_text, is_built_in
from portal.cookies.declared import take_turn
from portal.cookies.integrations.models import Integration
from portal.cookies.models import Category, Cookie, Provider, Texts
from portal.cookies.texts import in_language
from portal.database import db
from portal.identifiers import uuid7
from portal.languages import SOURCE
from portal.policy.document import DeclaredCategory, DeclaredCookie, DeclaredPassage, Document
from portal.policy.drafting import draft
from portal.policy.from_html import to_markdown
from portal.policy.live import wording
from portal.policy.models import LEGAL_PAGES, Logo, Look, OwnWording, Passage
from portal.policy.passages import to_html_of
from portal.policy.publishing import DraftChanged
from portal.policy.wordings import PLACEHOLDER, built_in, rewordable
from portal.tenants.models import Tenant

T = TypeVar("T", Category, Provider, Cookie, Passage, OwnWording, Integration)

FACTS = (
    "match", "provider", "storage", "third_party", "http_only", "exempt_measurement",
    "lifetime_count", "lifetime_unit",
)  # fmt: skip


def restore(tenant: Tenant, document: Document, seen: str | None = None) -> None:
    """Make the draft say what a document of the tenant says, in the caller's transaction.

    `seen` is the digest of the draft that was looked at; raises DraftChanged if it is another.

    Rows that say it already stay as they are. What a document does not hold cannot come back:
    hostnames and the short name stay those of today; of Markdown there is only its HTML, from
    which it is written anew; texts in languages that were not published stay only beside texts
    that did not change; a logo that was deleted since is left out. A built-in text that the
    catalogue says differently by now becomes the tenant's own, since that is what visitors saw.
    """
    take_turn(tenant)
    if seen not in (None, draft(tenant).digest):
        raise DraftChanged
    _settings(tenant, document)
    _categories(tenant, document)
    _look(tenant, document)
    _passages(tenant, document)
    _integrations(tenant, document)
    for language, digest in document.wordings.items():
        _own_wordings(tenant, language, wording(digest))
    db.session.flush()


def _settings(tenant: Tenant, document: Document) -> None:
    contact = asdict(document.controller)
    controller = contact.pop("name")
    tenant.name, tenant.consent_days = document.name, document.consent_days
    tenant.controller = "" if controller == document.name else controller
    tenant.default_language, tenant.languages = document.default_language, [*document.languages]
    for field, text in contact.items():
        setattr(tenant, field, text)


def _categories(tenant: Tenant, document: Document) -> None:
    """The cookie list: first what cookies refer to, then they, last what nothing refers to."""
    categories = {one.key: one for one in _rows(tenant, Category)}
    providers = {one.key: one for one in _rows(tenant, Provider)}
    for position, declared in enumerate(document.categories):
        _category(tenant, categories.pop(declared.key, None), declared, position)
    for provider in document.providers:
        row = providers.pop(provider.key, None) or Provider(tenant_id=tenant.id, key=provider.key)
        row.name, row.privacy_url = provider.name, provider.privacy_url
        db.session.add(row)
    db.session.flush()
    _cookies(tenant, document)
    db.session.flush()
    _delete([*categories.values(), *providers.values()])


def _category(
    tenant: Tenant, row: Category | None, declared: DeclaredCategory, position: int
) -> None:
    row = row or Category(tenant_id=tenant.id, key=declared.key, title={}, description={})
    row.position = position
    _say(row, "title", declared.title, tenant.default_language)
    _say(row, "description", declared.description, tenant.default_language)
    db.session.add(row)


def _cookies(tenant: Tenant, document: Document) -> None:
    rows = {(one.name, one.domain, one.path): one for one in _rows(tenant, Cookie)}
    declared = [(category.key, one) for category in document.categories for one in category.cookies]
    for position, (category, one) in enumerate(declared):
        row = rows.pop((one.name, one.domain, one.path), None) or _new_cookie(tenant, one)
        row.category, row.position = category, position
        for fact in FACTS:
            setattr(row, fact, getattr(one, fact))
        _say(row, "function", one.function, tenant.default_language)
        _say(row, "purpose", one.purpose, tenant.default_language)
        db.session.add(row)
    _delete(rows.values())


def _new_cookie(tenant: Tenant, declared: DeclaredCookie) -> Cookie:
    return Cookie(
        tenant_id=tenant.id,
        id=uuid4(),
        name=declared.name,
        domain=declared.domain,
        path=declared.path,
        function={},
        purpose={},
    )


def _say(row: Category | Cookie, field: str, shown: Texts, default: str) -> None:
    """Let a row show these texts; each translation counts as made from the source beside it."""
    own: Texts = getattr(row, field)
    if own and all(in_language(own, tag, default) == text for tag, text in shown.items()):
        return
    texts = {tag: text for tag, text in shown.items() if text and not _says_itself(shown, tag)}
    source = shown.get(default, "")
    setattr(row, field, texts)
    origins = {tag: source for tag in texts if tag != default and source}
    row.sources = {**(row.sources or {}), field: origins}


def _says_itself(shown: Texts, tag: str) -> bool:
    """Whether the catalogue says this by itself, found by the English text beside it."""
    source = shown.get(SOURCE, "")
    return tag != SOURCE and is_built_in(source) and built_in_text(source, tag) == shown[tag]


def _look(tenant: Tenant, document: Document) -> None:
    row = db.session.get(Look, tenant.id)
    if document.look is None:
        _delete([row] if row else [])
        return
    row = row or Look(tenant_id=tenant.id)
    for field, value in asdict(document.look).items():
        setattr(row, field, value)
    kept = db.session.get(Logo, (tenant.id, document.look.logo))
    row.logo = kept.digest if kept else None
    db.session.add(row)


def _integrations(tenant: Tenant, document: Document) -> None:
    rows = {(one.kind, one.identifier, one.server): one for one in _rows(tenant, Integration)}
    for one in document.integrations:
        key = {"kind": one.kind, "identifier": one.identifier, "server": one.server}
        row = rows.pop((one.kind, one.identifier, one.server), None) or Integration(
            tenant_id=tenant.id, id=uuid7(), **key
        )
        row.title = one.title
        db.session.add(row)
    _delete(rows.values())


def _passages(tenant: Tenant, document: Document) -> None:
    rows = {one.key: one for one in _rows(tenant, Passage)}
    for key, declared in document.passages.items():
        row = rows.pop(key, None) or Passage(tenant_id=tenant.id, key=key, text={}, sources={})
        _passage(row, declared, tenant.default_language)
        db.session.add(row)
    _delete(rows.values())


def _passage(row: Passage, declared: DeclaredPassage, default: str) -> None:
    texts = {tag: _markdown(row, tag, html) for tag, html in declared.html.items()}
    row.url = declared.url
    if texts != row.text:
        source = texts.get(default, "")
        row.text = texts
        row.sources = {"text": {tag: source for tag in texts if tag != default and source}}


def _markdown(row: Passage, language: str, html: str) -> str:
    """The text of today if it says the same, else one written anew."""
    known = row.text.get(language)
    if known and to_html_of(row.key, known) == html:
        return known
    return to_markdown(html, top=2 if row.key in LEGAL_PAGES else 3)


def _own_wordings(tenant: Tenant, language: str, published: dict[str, str]) -> None:
    mine = [one for one in _rows(tenant, OwnWording) if one.language == language]
    rows, catalogue = {one.source: one for one in mine}, json.loads(built_in(language).messages)
    for source in sorted(rewordable() & published.keys()):
        if published[source] != catalogue[source]:
            key = {"tenant_id": tenant.id, "language": language, "source": source}
            row = rows.pop(source, None) or OwnWording(**key)
            row.text = _as_typed(source, published[source])
            db.session.add(row)
    _delete(rows.values())


def _as_typed(source: str, text: str) -> str:
    """Where a text is filled in, a percent sign was doubled."""
    return text.replace("%%", "%") if PLACEHOLDER.search(source) else text


def _rows(tenant: Tenant, model: type[T]) -> list[T]:
    return list(db.session.scalars(select(model).where(model.tenant_id == tenant.id)))


def _delete(rows: Iterable[object]) -> None:
    for row in rows:
        db.session.delete(row)
