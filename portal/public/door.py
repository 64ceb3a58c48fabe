"""The visitors' door: no session, cacheable, sets no cookie until the visitor acts."""

from flask import Blueprint

from portal.tenants.current import refuse_foreign_requests

bp = Blueprint("public", __name__)
bp.before_request(refuse_foreign_requests)
