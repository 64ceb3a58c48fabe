"""A decision carried from one site of a tenant to another, so that it is made once.

The link leads through the portal, which reads the decision from its log and seals it for the site
that the link goes to. Nobody can carry in what somebody else decided: the portal asks where the
visitor came from, the script asks again, and a seal soon expires.
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response as FlaskResponse
from flask import abort, redirect, request
from werkzeug.wrappers import Response

from portal.consent.carrying import seal, unseal
from portal.consent.current import current_preferences, remember
from portal.consent.deciding import Kept
from portal.consent.log import history
from portal.consent.models import ConsentRecord
from portal.headers import REACH, Reach
from portal.public.door import bp
from portal.tenants.current import current_site
from portal.tenants.origins import embedding_origin, shares_cookie


@bp.get("/embed/carry")
def carry() -> Response:
    """Lead to a page of another site, with the latest decision of the browser that came."""
    to = request.args.get("to", "")
    target, source = _site_of(to), _site_of(request.referrer or "")
    if target is None:
        abort(400)
    record = _latest(request.args.get("id", "")) if source else None
    shared = shares_cookie(current_site(), target, request.host)
    response = redirect(to, 303)
    if record and not shared:
        page, _, part = to.partition("#")
        response.location = f"{page}#consent={seal(record, target)}" + (part and f"&{part}")
    elif record and not current_preferences():
        remember(response, Kept(record))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response


def _site_of(address: str) -> str | None:
    """The origin of an address, if it is one of the tenant's sites."""
    if not address.isprintable():  # urlsplit overlooks line breaks, headers do not
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return embedding_origin(current_site(), f"{parts.scheme}://{parts.netloc}", request.is_secure)


def _latest(consent_id: str) -> ConsentRecord | None:
    """What the browser decided last, if it still counts."""
    try:
        mine = history(current_site().tenant_id, UUID(consent_id))
    except ValueError:
        return None
    latest = next(iter(mine), None)
    return latest if latest and latest.valid_until > datetime.now(UTC) else None


@bp.get("/embed/carried/<sealed>")
def carried(sealed: str) -> Response:
    """The decision under a seal, for the page of the site that it was made for."""
    origin = request.headers.get("Origin", "")
    decision = unseal(sealed, current_site().tenant_id, origin)
    response = FlaskResponse(decision, mimetype="application/json")
    request.environ[REACH] = Reach.ANYWHERE
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Origin"
    return response
