"""Which DNS records let a hostname answer here, and whether they are there.

That a hostname points here says nothing of who asks for it: it may still do so from before, or
its owner may have made the record first and come here second. So whoever wants it makes a second
record beneath it, whose name belongs to one tenant and one hostname, and which nobody but the
owner of the hostname can make.
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_address
from secrets import token_hex
from threading import Thread
from time import monotonic
from typing import NamedTuple

TIME_LIMIT = 3.0  # seconds for all questions of a check together
NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})

KINDS = {4: "A", 6: "AAAA"}

Addresses = frozenset[str]


class Outcome(StrEnum):
    HERE = "here"
    ELSEWHERE = "elsewhere"
    MISSING = "missing"
    UNKNOWN = "unknown"  # nobody answered in time
    WILDCARD = "wildcard"  # every name beneath the hostname points here, so one proves nothing


class Record(NamedTuple):
    name: str
    kind: str  # CNAME, A or AAAA
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`addresses` are the public ones among those that are not ours, if it points elsewhere."""

    outcome: Outcome
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    hostname: Answer
    proof: Answer

    @property
    def proven(self) -> bool:
        """The hostname points here, and its owner wants this tenant to answer on it."""
        return self.hostname.outcome == self.proof.outcome == Outcome.HERE


def records(slug: str, hostname: str, target: str) -> list[Record]:
    """What the owner of a hostname enters in the DNS; `target` as in PORTAL_DNS_TARGET."""
    names = (hostname, proof_name(slug, hostname))
    return [Record(name, _kind(value), value) for name in names for value in _values(target)]


def proof_name(slug: str, hostname: str) -> str:
    """The name that proves that the owner of the hostname means this tenant."""
    return f"portal-{sha256(f'{slug} {hostname}'.encode()).hexdigest()[:16]}.{hostname}"


def _values(target: str) -> list[str]:
    return [one.strip() for one in target.split(",") if one.strip()]


def _kind(value: str) -> str:
    try:
        return KINDS[ip_address(value).version]
    except ValueError:
        return "CNAME"


def check(slug: str, hostname: str, target: str) -> Check:
    """Ask the DNS, for TIME_LIMIT at the longest."""
    asked = [hostname, proof_name(slug, hostname), f"portal-{token_hex(8)}.{hostname}"]
    found, proof, stray, *ours = look_up([*asked, *_values(target)])
    here = frozenset[str]().union(*(one or () for one in ours))
    answer = _judge(proof, here)
    if _judge(stray, here).outcome == Outcome.HERE:
        answer = Answer(Outcome.WILDCARD)
    return Check(_judge(found, here), answer)


def _judge(found: Addresses | None, here: Addresses) -> Answer:
    if found is None or not here:
        return Answer(Outcome.UNKNOWN)
    if not found:
        return Answer(Outcome.MISSING)
    others = found - here
    if not others:
        return Answer(Outcome.HERE)
    return Answer(Outcome.ELSEWHERE, tuple(sorted(filter(_is_public, others))))


def _is_public(address: str) -> bool:
    """What is inside the operator's network is no tenant's business."""
    return ip_address(address.partition("%")[0]).is_global


def look_up(names: Sequence[str]) -> list[Addresses | None]:
    """The addresses of each name, none if it does not exist; None for those not told in time.

    The system's resolver cannot be given a limit, so threads ask and may be left behind.
    """
    found: dict[str, Addresses] = {}

    def ask(name: str) -> None:
        with suppress(OSError, UnicodeError):
            found[name] = _resolve(name)

    threads = [Thread(target=ask, args=(name,), daemon=True) for name in names]
    deadline = monotonic() + TIME_LIMIT
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, deadline - monotonic()))
    return [found.get(name) for name in names]


def _resolve(name: str) -> Addresses:
    try:
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except socket.gaierror as reason:
        if reason.errno in NO_SUCH_NAME:
            return frozenset()
        raise
    return frozenset(str(address[0]) for *_, address in answers)
