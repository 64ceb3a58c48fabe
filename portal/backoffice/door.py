"""The door for members of a tenant: signed in, never cached, every act guarded."""

from flask import Blueprint
from werkzeug.wrappers import Response

from portal.backoffice.elsewhere import lead_to_backoffice_host
from portal.backoffice.guard import admit, show_csrf_token
from portal.tenants.backoffice_host import PREFIX

bp = Blueprint("backoffice", __name__, url_prefix=PREFIX)
bp.before_request(lead_to_backoffice_host)
bp.before_request(admit)
bp.after_request(show_csrf_token)


@bp.after_request
def keep_private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response
