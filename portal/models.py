"""Every feature's tables, so that the metadata is whole; nothing else."""

from portal.consent.models import consent_records, idempotency_keys
from portal.cookies.models import Category, Cookie, Provider
from portal.database import Base
from portal.policy.models import PolicyVersion, Wording
from portal.tenants.models import ChangeCounter, Hostname, Tenant

metadata = Base.metadata

__all__ = [
    "Category",
    "ChangeCounter",
    "Cookie",
    "Hostname",
    "PolicyVersion",
    "Provider",
    "Tenant",
    "Wording",
    "consent_records",
    "idempotency_keys",
    "metadata",
]
