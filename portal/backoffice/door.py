"""The door for members of a tenant: signed in, never cached, every act guarded."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.backoffice.guard import admit, show_csrf_token
from portal.backoffice.sessions import PREFIX

bp = Blueprint("backoffice", __name__, url_prefix=PREFIX)
bp.before_request(admit)
bp.after_request(show_csrf_token)


@bp.after_request
def keep_private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response
