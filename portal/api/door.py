"""The door for programs: JSON in, JSON or a problem document out (RFC 9457)."""

from flask import Blueprint

from portal.tenants.current import refuse_foreign_requests

PREFIX = "/api/v1"

bp = Blueprint("api", __name__, url_prefix=PREFIX)
bp.before_request(refuse_foreign_requests)
