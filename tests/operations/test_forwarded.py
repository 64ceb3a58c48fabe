"""A number of proxies that cannot be right is told; what they say is believed no further."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.forwarded import FROM_INSIDE, Forwarded, is_unsure

PEER = "10.0.0.1"
CLIENT, OTHER = "192.0.2.1", "198.51.100.7"


def believed(proxies: int, caplog, times: int = 1, path: str = "/", **headers: str) -> dict:
    """The environment of a request with these headers, once the setting was applied."""
    forwarded = Forwarded(proxies)
    for _ in range(times):
        environ = {"REMOTE_ADDR": PEER, "PATH_INFO": path, "wsgi.url_scheme": "http"}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        forwarded.believe(environ)
    return environ


WHOLE = {"x_forwarded_for": CLIENT, "x_forwarded_proto": "https", "x_forwarded_host": "a.example"}


def test_where_all_is_as_it_is_set_nothing_is_told(caplog):
    environ = believed(1, caplog, **WHOLE)
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == (CLIENT, "https")
    assert caplog.messages == []
    assert not is_unsure(environ)


def test_without_proxies_and_headers_nothing_is_told(caplog):
    assert believed(0, caplog)["REMOTE_ADDR"] == PEER
    assert caplog.messages == []


WRONG = {
    "none are set": (0, {"x_forwarded_for": CLIENT}, "X-Forwarded-For, as proxies send it"),
    "none are set, and only the scheme comes": (0, {"x_forwarded_proto": "https"}, "Proto"),
    "none are set, and another header comes": (0, {"x_real_ip": CLIENT}, "X-Real-Ip"),
    "too few values": (2, WHOLE, "X-Forwarded-For came with 1 value(s), and PORTAL_PROXIES is 2"),
    "too many values": (1, WHOLE | {"x_forwarded_for": f"{OTHER}, {CLIENT}"}, "with 2 values"),
    "no scheme": (1, {"x_forwarded_for": CLIENT}, "without X-Forwarded-Proto"),
    "two schemes": (1, WHOLE | {"x_forwarded_proto": "http, https"}, "Proto came with 2"),
    "two hosts": (1, WHOLE | {"x_forwarded_host": "a, b"}, "X-Forwarded-Host came with 2"),
    "no headers": (1, {}, "without X-Forwarded-For"),
}


@pytest.mark.parametrize(("proxies", "headers", "told"), WRONG.values(), ids=WRONG.keys())
def test_a_number_that_is_wrong_is_told_once_a_process(caplog, proxies, headers, told):
    believed(proxies, caplog, times=1000, **headers)
    assert any(told in one for one in caplog.messages)
    assert len(caplog.messages) == len(set(caplog.messages)) <= 3


def test_the_log_says_nothing_of_who_sent_it(caplog):
    for proxies, headers, _ in WRONG.values():
        believed(proxies, caplog, **headers)
    assert not any(one in caplog.text for one in (CLIENT, OTHER, PEER, "a.example"))


@pytest.mark.parametrize("path", sorted(FROM_INSIDE))
def test_who_looks_after_the_server_may_come_past_the_proxies(caplog, path):
    environ = believed(1, caplog, path=path)
    assert caplog.messages == []
    assert not is_unsure(environ)


values = st.lists(st.sampled_from([CLIENT, OTHER, "127.0.0.1", ""]), max_size=4).map(", ".join)


@given(proxies=st.integers(0, 3), forged=values)
def test_an_address_that_counts_for_the_inside_is_one_that_the_proxies_saw(proxies, forged):
    """Each proxy adds the address that it sees: what came before may be anything."""
    seen = [CLIENT, "10.1.0.1", "10.1.0.2"][:proxies]
    header = ", ".join(filter(None, [forged, *seen]))
    environ = {"REMOTE_ADDR": PEER, "PATH_INFO": "/", "wsgi.url_scheme": "http"}
    if header:
        environ["HTTP_X_FORWARDED_FOR"] = header
    Forwarded(proxies).believe(environ)
    expected = CLIENT if proxies else PEER
    assert environ["REMOTE_ADDR"] == expected
    assert is_unsure(environ) is (not proxies and bool(header))
