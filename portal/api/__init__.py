"""The API's door, with all its addresses."""

from portal.api import (
    categories,
    consents,
    cookies,
    description,
    drafts,
    figures,
    policy,
    providers,
    records,
    versions,
)
from portal.api.door import bp

__all__ = [
    "bp",
    "categories",
    "consents",
    "cookies",
    "description",
    "drafts",
    "figures",
    "policy",
    "providers",
    "records",
    "versions",
]
