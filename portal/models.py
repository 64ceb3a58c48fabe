"""Every feature's tables, so that the metadata is whole; nothing else."""

from portal.consent.models import ConsentRecord, IdempotencyKey
from portal.cookies.models import Category, Cookie, Provider
from portal.database import Base
from portal.policy.models import PolicyVersion, Wording
from portal.tenants.models import ChangeCounter, Hostname, Tenant

metadata = Base.metadata

__all__ = [
    "Category",
    "ChangeCounter",
    "ConsentRecord",
    "Cookie",
    "Hostname",
    "IdempotencyKey",
    "PolicyVersion",
    "Provider",
    "Tenant",
    "Wording",
    "metadata",
]
