"""Every feature's tables, so that the metadata is whole; nothing else."""

from portal.consent.figures.models import figures, uncounted
from portal.consent.models import Erasure, consent_records, idempotency_keys
from portal.cookies.integrations.models import Integration
from portal.cookies.models import Category, Cookie, KnownProvider, Provider
from portal.database import Base
from portal.people.models import ApiToken, AuditEntry, Invitation, Membership, Passkey, Person
from portal.policy.models import Logo, Look, OwnWording, Passage, PolicyVersion, Wording
from portal.tenants.models import ChangeCounter, Hostname, Tenant

metadata = Base.metadata

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Category",
    "ChangeCounter",
    "Cookie",
    "Erasure",
    "Hostname",
    "Integration",
    "Invitation",
    "KnownProvider",
    "Logo",
    "Look",
    "Membership",
    "OwnWording",
    "Passage",
    "Passkey",
    "Person",
    "PolicyVersion",
    "Provider",
    "Tenant",
    "Wording",
    "consent_records",
    "figures",
    "idempotency_keys",
    "metadata",
    "uncounted",
]
