"""The visitors' door, with all its screens."""

from portal.public import embed, gpc, home, language, legal, look, preferences
from portal.public.door import bp

__all__ = ["bp", "embed", "gpc", "home", "language", "legal", "look", "preferences"]
