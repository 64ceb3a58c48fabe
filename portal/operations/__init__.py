"""The operator's door, with all its addresses."""

from portal.operations import certificates, health, metrics
from portal.operations.door import bp

__all__ = ["bp", "certificates", "health", "metrics"]
