"""The API's door, with all its addresses."""

from portal.api import consents, description, policy, sites
from portal.api.door import bp

__all__ = ["bp", "consents", "description", "policy", "sites"]
