"""The members' door, with all its screens."""

from portal.backoffice import context, errors, home
from portal.backoffice.door import bp

__all__ = ["bp", "context", "errors", "home"]
