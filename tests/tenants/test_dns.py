"""A hostname is a tenant's once the DNS says that it points here and is meant for this tenant."""

import socket
from threading import Event

import pytest

from portal.tenants import dns
from portal.tenants.dns import Answer, Outcome, check, proof_name, records

TARGET = "portal.example"
HERE, ALSO_HERE, ELSEWHERE, INSIDE = "192.0.2.1", "2001:db8::1", "93.184.215.14", "10.0.0.5"
HOST = "data.paris.example"
PROOF = proof_name("paris", HOST)


@pytest.fixture
def zone(monkeypatch) -> dict[str, tuple[str, ...]]:
    """What the DNS says: addresses by name; `*` answers for every other name."""
    zone = {TARGET: (HERE, ALSO_HERE)}

    def getaddrinfo(name, _port, **_):
        found = zone.get(name, zone.get("*", ()))
        if isinstance(found, Exception):
            raise found
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return zone


def outcomes(target=TARGET):
    found = check("paris", HOST, target)
    return found.hostname.outcome, found.proof.outcome


def test_a_name_is_asked_for_as_cname_for_the_hostname_and_for_its_proof():
    assert records("paris", HOST, TARGET) == [
        (HOST, "CNAME", TARGET),
        (PROOF, "CNAME", TARGET),
    ]


def test_addresses_are_asked_for_as_they_are():
    kinds = {(kind, value) for _, kind, value in records("paris", HOST, f"{HERE}, {ALSO_HERE}")}
    assert kinds == {("A", HERE), ("AAAA", ALSO_HERE)}


def test_without_a_target_there_is_nothing_to_ask_for():
    assert records("paris", HOST, "") == []


def test_the_proof_lies_beneath_the_hostname_and_is_each_tenants_own():
    assert PROOF.endswith(f".{HOST}")
    others = {proof_name("oslo", HOST), proof_name("paris", "paris.example")}
    assert PROOF not in others
    assert proof_name("paris", HOST) == PROOF


def test_a_hostname_that_points_here_with_its_proof_is_proven(zone):
    zone |= {HOST: (HERE,), PROOF: (ALSO_HERE,)}
    assert check("paris", HOST, TARGET).proven


@pytest.mark.parametrize("target", [HERE, f"{HERE},{ALSO_HERE}"])
def test_the_target_may_be_addresses(zone, target):
    # an address stands for itself when it is looked up
    zone |= {HOST: (HERE,), PROOF: (HERE,), HERE: (HERE,), ALSO_HERE: (ALSO_HERE,)}
    assert check("paris", HOST, target).proven


def test_a_hostname_that_points_here_for_somebody_else_is_not_proven(zone):
    zone |= {HOST: (HERE,), proof_name("oslo", HOST): (HERE,)}
    assert outcomes() == (Outcome.HERE, Outcome.MISSING)
    assert not check("paris", HOST, TARGET).proven


def test_a_wildcard_proves_nothing(zone):
    zone["*"] = (HERE,)
    assert outcomes() == (Outcome.HERE, Outcome.WILDCARD)
    assert not check("paris", HOST, TARGET).proven


def test_a_wildcard_that_points_elsewhere_does_not_stand_in_the_way(zone):
    zone |= {HOST: (HERE,), PROOF: (HERE,), "*": (ELSEWHERE,)}
    assert check("paris", HOST, TARGET).proven


def test_a_hostname_that_is_not_there_is_missing(zone):
    assert outcomes() == (Outcome.MISSING, Outcome.MISSING)


def test_a_hostname_that_points_elsewhere_is_told_where(zone):
    zone |= {HOST: (ELSEWHERE,), PROOF: (HERE,)}
    found = check("paris", HOST, TARGET)
    assert found.hostname == Answer(Outcome.ELSEWHERE, (ELSEWHERE,))
    assert not found.proven


def test_a_hostname_that_points_here_only_in_part_points_elsewhere(zone):
    zone |= {HOST: (HERE, ELSEWHERE), PROOF: (HERE,)}
    assert check("paris", HOST, TARGET).hostname == Answer(Outcome.ELSEWHERE, (ELSEWHERE,))


@pytest.mark.parametrize("address", [INSIDE, "127.0.0.1", "169.254.169.254", "fe80::1%eth0", "::1"])
def test_addresses_inside_the_operators_network_are_not_told(zone, address):
    zone |= {HOST: (address,), PROOF: (HERE,)}
    assert check("paris", HOST, TARGET).hostname == Answer(Outcome.ELSEWHERE)


def test_a_resolver_that_fails_says_nothing(zone):
    zone[HOST] = socket.gaierror(socket.EAI_AGAIN, "try again")
    assert outcomes()[0] == Outcome.UNKNOWN


@pytest.mark.parametrize("target", ["", TARGET])
def test_without_a_target_that_exists_nothing_is_here(zone, target):
    zone |= {HOST: (HERE,), PROOF: (HERE,), TARGET: ()}
    assert outcomes(target)[0] == Outcome.UNKNOWN
    assert not check("paris", HOST, target).proven


def test_a_resolver_that_never_answers_is_not_waited_for(zone, monkeypatch):
    answered = Event()
    monkeypatch.setattr(dns, "TIME_LIMIT", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait() and [])
    assert outcomes() == (Outcome.UNKNOWN, Outcome.UNKNOWN)  # else it would wait for ever
    answered.set()


def test_the_systems_resolver_knows_this_machine():
    assert dns.look_up(["localhost"])[0] & {"127.0.0.1", "::1"}


def test_a_name_too_long_for_the_dns_is_no_failure():
    found = check("paris", ".".join(["a" * 60] * 4), "localhost")
    assert not found.proven
