"""The door for programs: JSON in, JSON or a problem document out (RFC 9457)."""

from flask import Blueprint

from portal.api.guard import admit, keep_private
from portal.api.sites import allow_sites

PREFIX = "/api/v1"

bp = Blueprint("api", __name__, url_prefix=PREFIX)
bp.before_request(admit)
bp.after_request(keep_private)
bp.after_request(allow_sites)
