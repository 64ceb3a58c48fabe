"""Logos that tenants upload: known by what they hold, never by what they are called.

A file comes from somebody who may mean harm, and goes to visitors as it came.
"""

import re
from collections.abc import Collection
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.banner.drawings import read_drawing
from portal.banner.images import LARGEST, TooLarge
from portal.banner.pictures import read_picture
from portal.database import db
from portal.policy.models import Logo, PolicyVersion

DIGEST = re.compile(r"[0-9a-f]{64}")
BEFORE_MARKUP = b"\xef\xbb\xbf \t\r\n"  # a byte order mark, white space


def read_logo(content: bytes) -> str:
    """The media type of an image that is fit to be shown; raises LogoRefused."""
    if len(content) > LARGEST:
        raise TooLarge
    is_markup = content.lstrip(BEFORE_MARKUP).startswith(b"<")
    return read_drawing(content) if is_markup else read_picture(content)


def keep_logo(tenant_id: int, content: bytes) -> str:
    """Store an image under its SHA-256, which is returned; raises LogoRefused."""
    mimetype, digest = read_logo(content), sha256(content).hexdigest()
    if db.session.get(Logo, (tenant_id, digest)) is None:
        logo = Logo(tenant_id=tenant_id, digest=digest, mimetype=mimetype, content=content)
        db.session.add(logo)
    return digest


def find_logo(session: Session, tenant_id: int, digest: str) -> Logo | None:
    """An image of the tenant; None also for what can be no digest."""
    return session.get(Logo, (tenant_id, digest)) if DIGEST.fullmatch(digest) else None


def drop_logos(tenant_id: int, but: Collection[str]) -> None:
    """Forget the tenant's images but these, and but those that a published version shows."""
    others = select(Logo).where(Logo.tenant_id == tenant_id, Logo.digest.not_in(but))
    for logo in db.session.scalars(others).all():
        if not _is_published(logo):
            db.session.delete(logo)


def _is_published(logo: Logo) -> bool:
    shown = select(PolicyVersion.number).where(
        PolicyVersion.tenant_id == logo.tenant_id, PolicyVersion.document.contains(logo.digest)
    )
    return db.session.scalars(shown.limit(1)).first() is not None
