"""Whether a visitor must be asked, and about what (DESIGN: draft, publish, decide)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.consent.preferences import Preferences
from portal.cookies.models import NECESSARY
from portal.policy.live import LivePolicy

CLOCK_SKEW = 300  # seconds that another server's clock may be ahead


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask. `since` names the version decided on earlier; None asks about everything."""

    since: int | None = None
    asked: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()


EVERYTHING = Question()


def belongs(preferences: Preferences, policy: LivePolicy) -> bool:
    """Whether a cookie names a version of this tenant and exactly the categories that it has."""
    named = frozenset(preferences.accepted + preferences.rejected)
    return policy.categories(preferences.policy) == named


def is_fresh(preferences: Preferences, policy: LivePolicy, now: datetime) -> bool:
    """Whether the decision is not older than the tenant lets one last."""
    lifetime = timedelta(days=policy.consent_days).total_seconds()
    return -CLOCK_SKEW <= now.timestamp() - preferences.at < lifetime


def question(preferences: Preferences | None, policy: LivePolicy, now: datetime) -> Question | None:
    """What to ask this visitor (whose cookie belongs to the tenant); None if the decision holds."""
    if preferences is None or not is_fresh(preferences, policy, now):
        return EVERYTHING
    asked = policy.changed_since(preferences.policy) - {NECESSARY}
    if not asked:
        return None
    today = frozenset(policy.fingerprints[policy.number])
    kept = (frozenset(preferences.accepted) & today) - asked - {NECESSARY}
    return Question(preferences.policy, asked, kept)
