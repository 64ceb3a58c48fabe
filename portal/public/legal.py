"""The tenant's own terms of use and privacy policy, where it wrote them here."""

from flask import Response, abort

from portal.policy.current import current_policy
from portal.policy.live import live
from portal.public.door import bp
from portal.public.pages import page
from portal.public.rendering import PATHS


@bp.get(PATHS["terms"])
def terms() -> Response:
    return _page_of("terms")


@bp.get(PATHS["privacy"])
def privacy() -> Response:
    return _page_of("privacy")


def _page_of(passage: str) -> Response:
    """404 where the tenant has none, and where it is a link, which no page here stands for."""
    policy = current_policy()
    passages = live().version(policy.tenant_id, policy.number).document.passages
    if passage not in passages or not passages[passage].html:
        abort(404)
    return page(passage)
