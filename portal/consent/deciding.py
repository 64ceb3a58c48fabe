"""A decision: checked against what was published, recorded, answered. Every door comes here."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from portal.consent.browsers import known_browsers
from portal.consent.models import DECISIONS, SURFACES, ConsentRecord
from portal.consent.recording import Entry, recorder
from portal.cookies.models import CATEGORIES, NECESSARY
from portal.counting.counts import counts
from portal.counting.metrics import Counter
from portal.identifiers import time_of, uuid7
from portal.policy.live import LivePolicy, live

MADE = Counter(
    "portal_decisions",
    "Decisions acknowledged, by where they were made; repeated: the key of one that was recorded",
    surface=SURFACES,
    outcome=("recorded", "repeated"),
)


class DecisionRefused(ValueError):
    """A decision that cannot be recorded as it was sent."""


class UnknownDecision(DecisionRefused):
    """None of the four decisions."""


class UnknownSurface(DecisionRefused):
    """None of the places where decisions are made."""


class UnknownCategory(DecisionRefused):
    """A category that the version shown does not have."""


class UnknownLanguage(DecisionRefused):
    """A language in which the tenant does not publish."""


class UnknownPolicyVersion(DecisionRefused):
    """A version that the tenant never published."""


class CategoriesNotExpected(DecisionRefused):
    """Categories named with a decision that settles them all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a visitor answered, and to what."""

    decision: str
    policy: int
    language: str
    surface: str
    accepted: frozenset[str] = frozenset()
    gpc: bool = False
    page: str | None = None
    consent_id: UUID | None = None
    idempotency_key: UUID | None = None


class Kept(NamedTuple):
    """A record of the log; a repeated idempotency key led to one that is not new."""

    record: ConsentRecord
    is_new: bool = False


def decide(policy: LivePolicy, answer: Answer) -> Kept:
    """Record an answer durably; raises DecisionRefused, KeyReused or LogUnavailable."""
    categories = _check(policy, answer)
    granted = _granted(answer, categories)
    identifier = uuid7()
    record = ConsentRecord(
        tenant_id=policy.tenant_id,
        id=identifier,
        consent_id=answer.consent_id or uuid4(),
        previous=None,
        policy=answer.policy,
        language=answer.language,
        decision=answer.decision,
        accepted=[key for key in CATEGORIES if key in granted],
        rejected=[key for key in CATEGORIES if key in categories - granted],
        surface=answer.surface,
        gpc=answer.gpc,
        page=answer.page,
        valid_until=time_of(identifier) + timedelta(days=policy.consent_days),
    )
    known = answer.consent_id is not None
    entry = Entry(record, answer.idempotency_key, follows=known)
    stored = recorder().append(entry)
    known_browsers().add(policy.tenant_id, stored.consent_id)
    kept = Kept(stored, is_new=stored is entry.record)
    counts().add(MADE, answer.surface, "recorded" if kept.is_new else "repeated")
    return kept


def _check(policy: LivePolicy, answer: Answer) -> frozenset[str]:
    """The categories of the version that was shown."""
    if answer.decision not in DECISIONS:
        raise UnknownDecision(answer.decision)
    if answer.surface not in SURFACES:
        raise UnknownSurface(answer.surface)
    categories = policy.categories(answer.policy)
    if categories is None:
        raise UnknownPolicyVersion(str(answer.policy))
    if answer.language not in live().languages(policy, answer.policy):
        raise UnknownLanguage(answer.language)
    if answer.accepted and answer.decision != "save":
        raise CategoriesNotExpected(answer.decision)
    unknown = answer.accepted - categories
    if unknown:
        raise UnknownCategory(", ".join(sorted(unknown)))
    return categories


def _granted(answer: Answer, categories: frozenset[str]) -> frozenset[str]:
    everything = answer.decision == "accept_all"
    return categories if everything else answer.accepted | {NECESSARY}
