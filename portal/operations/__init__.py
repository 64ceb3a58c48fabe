"""The operator's door, with all its addresses."""

from portal.operations import health, metrics
from portal.operations.door import bp

__all__ = ["bp", "health", "metrics"]
