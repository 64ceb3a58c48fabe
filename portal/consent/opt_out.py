"""The browser's own opt-out, Global Privacy Control: a refusal of marketing, never a consent."""

from wsgiref.types import WSGIEnvironment

from portal.policy.live import LivePolicy

CATEGORY = "marketing"  # what sells or shares data, which the signal refuses (G5)


def opts_out(environ: WSGIEnvironment) -> bool:
    """Whether the request says `Sec-GPC: 1`, of several such headers at least one (G1).

    A server hands several headers over as one, with commas (RFC 9110 section 5.3).
    """
    header = environ.get("HTTP_SEC_GPC")
    return header is not None and "1" in [one.strip(" \t") for one in header.split(",")]


def is_heeded(policy: LivePolicy) -> bool:
    """Whether the policy has anything that the signal refuses, and so pages that differ by it."""
    return CATEGORY in policy.fingerprints[policy.number]
