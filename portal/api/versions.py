"""Publishing, and what was published."""

import json
from typing import Any

from flask import abort, jsonify, url_for
from spectree import Response as Answers
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.api.bodies import read_body, read_query
from portal.api.changes import in_json
from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import current_actor, needs
from portal.api.shapes import Problem
from portal.api.tags import created
from portal.api.version_shapes import (
    Changes,
    Comparison,
    Publication,
    VersionItem,
    VersionList,
    VersionPage,
    WholeVersion,
)
from portal.consent.receipts import timestamp
from portal.database import db, writing
from portal.people.tokens import Scope
from portal.policy.difference import difference
from portal.policy.live import Version, live, wording
from portal.policy.models import PolicyVersion
from portal.policy.publishing import latest_version, publish
from portal.tenants.changes import feed
from portal.tenants.current import current_site, current_tenant

PATH = "/versions/<int(min=1, max=2147483647):number>"


@bp.post("/versions")
@describe(
    json=Publication,
    resp=Answers(
        HTTP_201=VersionItem,
        HTTP_200=(VersionItem, "The version in force says just this already"),
        HTTP_409=Problem,
    ),
    tags=["Publishing"],
)
@needs(Scope.PUBLISH)
def publish_draft() -> Response:
    """Publish the draft"""
    tenant, body = current_tenant(), read_body(Publication)
    with writing():
        before = latest_version(tenant.id)
        known = before.number if before else 0
        version = publish(
            tenant,
            by=current_actor(),
            note=body.note,
            without=frozenset(body.without),
            seen=body.seen,
        )
        item = _item(version)
    feed().catch_up()
    address = url_for("api.show_version", number=item["number"])
    return created(item, address, is_new=item["number"] > known)


@bp.get("/versions")
@describe(query=VersionPage, resp=Answers(HTTP_200=VersionList), tags=["Publishing"])
@needs(Scope.VERSIONS_READ)
def list_versions() -> Response:
    """The versions, the newest first"""
    asked = read_query(VersionPage)
    mine = select(PolicyVersion).where(
        PolicyVersion.tenant_id == current_site().tenant_id, PolicyVersion.number < asked.before
    )
    newest = mine.order_by(PolicyVersion.number.desc()).limit(asked.limit + 1)
    found = list(db.session.scalars(newest))
    items = [_item(one) for one in found[: asked.limit]]
    following = None
    if len(found) > asked.limit:
        last = items[-1]["number"]
        following = url_for("api.list_versions", before=last, limit=asked.limit)
    return jsonify({"items": items, "next": following})


@bp.get(PATH)
@describe(resp=Answers(HTTP_200=WholeVersion), tags=["Publishing"])
@needs(Scope.VERSIONS_READ)
def show_version(number: int) -> Response:
    """A version with its document"""
    version = db.session.get(PolicyVersion, (current_site().tenant_id, number)) or abort(404)
    return jsonify({**_item(version), "document": json.loads(version.document)})


@bp.get(f"{PATH}/changes")
@describe(query=Comparison, resp=Answers(HTTP_200=Changes), tags=["Publishing"])
@needs(Scope.VERSIONS_READ)
def compare_versions(number: int) -> Response:
    """What a version changed"""
    since = read_query(Comparison).since
    after = _version(number)
    earlier = number - 1 if since is None else since
    if not earlier:
        return jsonify({"since": None, "items": []})
    changes = difference(_version(earlier).document, after.document, wording)
    return jsonify({"since": earlier, "items": in_json(changes)})


def _version(number: int) -> Version:
    try:
        return live().version(current_site().tenant_id, number)
    except KeyError:
        abort(404)


def _item(version: PolicyVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "digest": version.digest,
        "published_at": timestamp(version.published_at),
        "published_by": version.published_by,
        "note": version.note,
    }
