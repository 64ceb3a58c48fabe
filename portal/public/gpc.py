"""Says to browsers and to those who check that the portal heeds Global Privacy Control (G3)."""

from flask import Response, jsonify

from portal.policy.current import current_policy
from portal.policy.live import live
from portal.public.door import bp

AN_HOUR = 3600  # seconds


@bp.get("/.well-known/gpc.json")
def gpc() -> Response:
    """Since the version in force was published, in UTC."""
    policy = current_policy()
    published = live().version(policy.tenant_id, policy.number).published_at
    response = jsonify(gpc=True, lastUpdate=published.date().isoformat())
    response.headers["Cache-Control"] = f"public, max-age={AN_HOUR}"
    return response
