"""The members' door, with all its screens."""

from portal.backoffice import account, context, errors, home
from portal.backoffice.door import bp

__all__ = ["account", "bp", "context", "errors", "home"]
