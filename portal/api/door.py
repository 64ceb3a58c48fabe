"""The door for programs: JSON in, JSON or a problem document out (RFC 9457)."""

from flask import Blueprint

PREFIX = "/api/v1"

bp = Blueprint("api", __name__, url_prefix=PREFIX)
