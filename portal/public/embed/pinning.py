"""Copies of the script that stay as they are, for pages that load it by its hash (S4)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from portal.database import db
from portal.policy.current import current_policy
from portal.policy.live import live
from portal.public.embed.script import Built, current_script
from portal.tenants.current import current_site
from portal.tenants.models import Script


def keep_script() -> Built:
    """Keep today's script under its digest, from now on for ever; what is kept stays as it is."""
    policy = current_policy()
    tenant_id, number = policy.tenant_id, policy.number
    built = current_script(live().version(tenant_id, number).document.hostname)
    if db.session.get(Script, (tenant_id, built.digest)) is None:
        kept = Script(
            tenant_id=tenant_id,
            digest=built.digest,
            policy=number,
            content=built.text,
            kept_at=datetime.now(UTC),
        )
        db.session.add(kept)
    return built


def kept_scripts() -> Sequence[Script]:
    """Newest first."""
    mine = select(Script).where(Script.tenant_id == current_site().tenant_id)
    return db.session.scalars(mine.order_by(Script.kept_at.desc(), Script.digest)).all()
