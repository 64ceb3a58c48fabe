"""The visitor of the current request, and the decision that the browser keeps."""

from flask import g, request
from werkzeug.wrappers import Response

from portal.consent.deciding import Kept
from portal.consent.preferences import Preferences
from portal.consent.visitor import Visitor, headers_that_keep
from portal.policy.current import current_policy
from portal.tenants.current import current_site


def current_visitor() -> Visitor:
    """Raises UnknownHost."""
    visitor: Visitor | None = g.get("visitor")
    if visitor is None:
        visitor = g.visitor = Visitor(request, current_site(), current_policy())
    return visitor


def current_preferences() -> Preferences | None:
    """What the cookie says, if it is about this tenant; possibly too old to count."""
    return current_visitor().preferences


def remember(response: Response, kept: Kept) -> None:
    """Let the browser keep the decision, and lose what was refused."""
    response.headers.extend(headers_that_keep(current_visitor(), kept))
