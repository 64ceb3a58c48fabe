"""What was published: who, when, and why; what differs; and going back."""

from dataclasses import replace

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.backoffice.change_words import Group, grouped
from portal.backoffice.current import current_tenant, may
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import ERROR, tell
from portal.backoffice.words import gettext
from portal.cookies.declared import take_turn
from portal.database import db, writing
from portal.people.roles import Permission
from portal.policy.difference import difference, drafted_or_published
from portal.policy.document import Document
from portal.policy.drafting import draft
from portal.policy.live import Version, live, wording
from portal.policy.models import PolicyVersion
from portal.policy.publishing import DraftChanged
from portal.policy.restoring import restore
from portal.policy.wordings import wordings

LONGEST_NUMBER = 9  # digits
LISTED = (
    PolicyVersion.number,
    PolicyVersion.digest,
    PolicyVersion.published_at,
    PolicyVersion.published_by,
    PolicyVersion.note,
)


@bp.get("/versions/")
@needs(Permission.READ)
def versions() -> str:
    mine = select(*LISTED).where(PolicyVersion.tenant_id == current_tenant().id)
    rows = db.session.execute(mine.order_by(PolicyVersion.number.desc())).all()
    earlier, later, groups = _asked("from"), _asked("to"), None
    if earlier is None or later is None:
        later, earlier = (*(one.number for one in rows), 0, 0)[:2]
    else:
        groups = _compared(earlier, later)
    return render_template(
        "backoffice/publish/versions.html",
        versions=rows,
        earlier=earlier,
        later=later,
        groups=groups,
    )


def _asked(name: str) -> int | None:
    number = request.args.get(name, "")
    if not number:
        return None
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    return int(number) if is_number else abort(404)


def _compared(earlier: int, later: int) -> list[Group]:
    before, after = _version(earlier).document, _version(later).document
    return grouped(difference(before, after, wording))


def _version(number: int) -> Version:
    """A version of this tenant; 404 if there is none."""
    if number >= 10**LONGEST_NUMBER:
        abort(404)
    try:
        return live().version(current_tenant().id, number)
    except KeyError:
        abort(404)


@bp.get("/versions/<int:number>/restore/")
@needs(Permission.EDIT)
def versions_restore(number: int) -> str:
    return _restore_page(_version(number))


@bp.post("/versions/<int:number>/restore/")
@needs(Permission.EDIT)
def versions_restore_now(number: int) -> Response | tuple[str, int]:
    version = _version(number)
    try:
        with writing():
            take_turn(current_tenant())
            wanted = _restorable(version.document, draft(current_tenant()))
            restore(current_tenant(), wanted, request.form.get("seen"))
    except DraftChanged:
        tell(gettext("Somebody changed the draft meanwhile. Look at the changes once more."), ERROR)
        return _restore_page(version), 409
    tell(gettext("The draft is as version %(number)s was. Publish it to show it.", number=number))
    return redirect(url_for("backoffice.publish"), 303)


def _restorable(then: Document, now: Document) -> Document:
    """A version's document; its integrations come back by the hand of who may add them."""
    return then if may(Permission.MANAGE) else replace(then, integrations=now.integrations)


def _restore_page(version: Version) -> str:
    tenant = current_tenant()
    texts = wordings(tenant)
    document = draft(tenant, texts)
    wanted = _restorable(version.document, document)
    restored = replace(wanted, slug=document.slug, hostname=document.hostname)
    changes = difference(document, restored, drafted_or_published(texts))
    return render_template(
        "backoffice/publish/restore.html",
        version=version,
        document=document,
        groups=grouped(changes),
    )
