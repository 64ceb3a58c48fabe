"""Publishing: a draft becomes the next immutable version."""

from datetime import UTC, datetime

from sqlalchemy import select

from portal.database import db
from portal.policy.completeness import Completeness, completeness
from portal.policy.document import Document
from portal.policy.drafting import draft
from portal.policy.leaving_out import leave_out
from portal.policy.markdown import TextError, checked
from portal.policy.models import PolicyVersion, Wording
from portal.policy.wordings import Frozen, wordings
from portal.tenants.changes import announce
from portal.tenants.cookie_domains import warn_of_reach
from portal.tenants.embedding import embedding_of
from portal.tenants.lifecycle import TenantError
from portal.tenants.models import Tenant

LONGEST_NOTE: int = PolicyVersion.__table__.columns["note"].type.length  # type: ignore[attr-defined]
NO_LANGUAGE: frozenset[str] = frozenset()


class CannotPublish(TenantError):
    """The draft cannot be published as it was asked."""


class LanguagesIncomplete(CannotPublish):
    """Languages in which texts are missing or stale; `languages` says how many."""

    def __init__(self, languages: dict[str, Completeness]) -> None:
        counts = "; ".join(
            f"{tag}: {one.missing} missing, {one.stale} stale" for tag, one in languages.items()
        )
        super().__init__(f"texts have to be translated first, or their language left out: {counts}")
        self.languages = languages


class CannotLeaveOut(CannotPublish):
    """The default language, or one that the tenant does not offer."""


class BadNote(CannotPublish):
    """A note that cannot be kept; the message is English, for the catalogue of the back office."""

    def __init__(self, reason: TextError) -> None:
        super().__init__(f"the note cannot be kept: {reason}")
        self.message, self.values = reason.message, reason.values


class DraftChanged(CannotPublish):
    """The draft is no longer the one that was looked at."""

    def __init__(self) -> None:
        super().__init__("the draft has changed since you looked at it: look again")


def publish(
    tenant: Tenant,
    *,
    by: str = "",
    note: str = "",
    without: frozenset[str] = NO_LANGUAGE,
    seen: str | None = None,
) -> PolicyVersion:
    """Freeze the draft as the next version; an unchanged draft gives the version that there is.

    `by` is an email address or a command, `without` names languages to leave out of this version,
    `seen` is the digest of the draft that was looked at. Raises CannotPublish.
    """
    announce(tenant)  # its lock lets one publisher through at a time
    db.session.flush()
    db.session.refresh(tenant)  # as it is now that it is our turn
    warn_of_reach(tenant, embedding_of(tenant).cookie_domain)
    texts, note = wordings(tenant), _checked(note)
    _check(tenant, without)
    document = draft(tenant, texts)
    if seen not in (None, document.digest):
        raise DraftChanged
    return _kept(tenant, leave_out(document, without), texts, by, note)


def _checked(note: str) -> str:
    try:
        return checked(note, LONGEST_NOTE)
    except TextError as reason:
        raise BadNote(reason) from reason


def _check(tenant: Tenant, without: frozenset[str]) -> None:
    if unknown := without - {*tenant.languages} | without & {tenant.default_language}:
        raise CannotLeaveOut(
            f"{', '.join(sorted(unknown))} cannot be left out: name languages that the tenant "
            f"offers, and not {tenant.default_language}, its default"
        )
    states = completeness(tenant).items()
    if unfinished := {tag: one for tag, one in states if not (one.complete or tag in without)}:
        raise LanguagesIncomplete(unfinished)


def _kept(
    tenant: Tenant, document: Document, texts: dict[str, Frozen], by: str, note: str
) -> PolicyVersion:
    """The latest version if it holds just this, else a new one."""
    latest = latest_version(tenant.id)
    if latest and latest.digest == document.digest:
        return latest
    _keep_wordings({tag: texts[tag] for tag in document.languages})
    version = PolicyVersion(
        tenant_id=tenant.id,
        number=latest.number + 1 if latest else 1,
        digest=document.digest,
        document=document.canonical().decode(),
        fingerprints=document.fingerprints,
        published_at=datetime.now(UTC),
        published_by=by,
        note=note,
    )
    db.session.add(version)
    return version


def latest_version(tenant_id: int) -> PolicyVersion | None:
    versions = select(PolicyVersion).where(PolicyVersion.tenant_id == tenant_id)
    return db.session.scalars(versions.order_by(PolicyVersion.number.desc()).limit(1)).first()


def _keep_wordings(texts: dict[str, Frozen]) -> None:
    new = {one.digest: (tag, one.messages) for tag, one in texts.items()}
    known = set(db.session.scalars(select(Wording.digest).where(Wording.digest.in_(new))))
    for name in new.keys() - known:
        language, messages = new[name]
        db.session.add(Wording(digest=name, language=language, messages=messages))
