"""Publishing: a draft becomes the next immutable version."""

from datetime import UTC, datetime

from sqlalchemy import select

from portal.database import db
from portal.policy.document import digest
from portal.policy.drafting import built_in, draft
from portal.policy.models import PolicyVersion, Wording
from portal.tenants.changes import announce
from portal.tenants.models import Tenant


def publish(tenant: Tenant) -> PolicyVersion:
    """Freeze the draft as the next version; an unchanged draft gives the version that there is."""
    announce(tenant)  # its lock lets one publisher through at a time
    document = draft(tenant)
    frozen = document.canonical()
    latest = latest_version(tenant.id)
    if latest and latest.digest == digest(frozen):
        return latest
    _keep_wordings(document.languages)
    version = PolicyVersion(
        tenant_id=tenant.id,
        number=latest.number + 1 if latest else 1,
        digest=digest(frozen),
        document=frozen.decode(),
        fingerprints={one.key: one.fingerprint for one in document.categories},
        published_at=datetime.now(UTC),
    )
    db.session.add(version)
    return version


def latest_version(tenant_id: int) -> PolicyVersion | None:
    versions = select(PolicyVersion).where(PolicyVersion.tenant_id == tenant_id)
    return db.session.scalars(versions.order_by(PolicyVersion.number.desc()).limit(1)).first()


def _keep_wordings(languages: tuple[str, ...]) -> None:
    wordings = {built_in(one).digest: (one, built_in(one).messages) for one in languages}
    known = set(db.session.scalars(select(Wording.digest).where(Wording.digest.in_(wordings))))
    for name in wordings.keys() - known:
        language, messages = wordings[name]
        db.session.add(Wording(digest=name, language=language, messages=messages))
