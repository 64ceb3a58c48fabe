"""Every way of writing a hostname has one form; what is no hostname has none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tenants.hostnames import BadHostname, from_host_header, normalise

MUNICH = "xn--mnchen-3ya.example"
FORM = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")

words = st.text(alphabet="abcxn-.0_ ßüÜéא。\u200d", max_size=30)
punycode = st.from_regex(r"(xn--[a-z0-9-]{0,12}\.){1,2}[a-z]{2,5}", fullmatch=True)
names = st.text() | words | punycode | st.builds("xn--{}.example".format, st.text(max_size=8))
ports = st.sampled_from(["", ".", ":", ":80", ".:8000", ":99999", ":x"])


@pytest.mark.parametrize(
    "written",
    [
        "paris.example",
        "PARIS.Example",
        "paris.example.",
        "paris.example:8000",
        "paris.example:",
        "Paris.Example.:8000",
    ],
)
def test_case_final_dot_and_port_make_no_difference(written):
    assert from_host_header(written) == "paris.example"


@pytest.mark.parametrize(
    "written",
    ["münchen.example", "MÜNCHEN.example", "mu\u0308nchen.example", MUNICH, MUNICH.upper()],
)
def test_a_name_in_letters_and_its_ascii_form_are_one(written):
    assert normalise(written) == MUNICH
    assert from_host_header(f"{written}:443") == MUNICH


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1", "a", "a-b.example", "a--b.example", "1.example"]
)
def test_short_and_numeric_names_are_names(name):
    assert from_host_header(name) == name


MALFORMED = {
    "": "nothing",
    ".": "a dot alone",
    ":80": "a port alone",
    " ": "a space alone",
    "a b.example": "a space inside",
    "a\tb.example": "a tab inside",
    "a\0.example": "a NUL inside",
    "paris.example\0": "a NUL at the end",
    "a\nb.example": "a line inside",
    "a_b.example": "an underscore",
    "a..b": "an empty label",
    ".a": "an empty label first",
    "a..": "an empty label last",
    "-a": "a hyphen first",
    "a-": "a hyphen last",
    "a.-b.example": "a label with a hyphen first",
    "a-.example": "a label with a hyphen last",
    "a" * 64: "a label of 64 characters",
    "ü" * 64 + ".example": "a label too long in its ASCII form",
    "a." * 126 + "ab": "a name of 254 characters",
    "a" * 100_000: "a very long name",
    "user@paris.example": "a user",
    "user:secret@paris.example": "a user and a password",
    "[::1]": "an IPv6 address",
    "[::1]:80": "an IPv6 address and a port",
    "::1": "an IPv6 address without brackets",
    "paris.example:x": "a port that is no number",
    "paris.example:-1": "a negative port",
    "paris.example:٨٠": "a port in other digits",
    "paris.example:123456": "a port of six digits",
    "paris.example:80:80": "two ports",
    "paris.example/": "a path",
    "paris.example?a": "a query",
    "paris.example#a": "a fragment",
    "paris.example,evil.example": "two names",
    "http://paris.example": "an address",
    "*.example": "a star",
    "paris%2eexample": "an escape",
    "xn--": "an empty ASCII form",
    "xn--a": "an ASCII form of nothing",
    "xn--\N{LATIN SMALL LETTER U WITH DIAERESIS}.example": "letters in an ASCII form",
    "\ud800.example": "half a character",
    "\u202eparis.example": "a mark that turns the direction",
}


@pytest.mark.parametrize("written", MALFORMED, ids=MALFORMED.get)
def test_what_is_malformed_is_no_hostname(written):
    assert from_host_header(written) is None


@pytest.mark.parametrize("written", ["", "a..b", "a_b.example", "paris.example:8000", "[::1]"])
def test_a_command_hears_which_hostname_is_bad(written):
    with pytest.raises(BadHostname, match=re.escape(repr(written))):
        normalise(written)


def test_a_label_has_at_most_63_and_a_name_at_most_253_characters():
    label, name = "a" * 63, "a." * 126 + "a"
    assert from_host_header(f"{label}.example") == f"{label}.example"
    assert from_host_header(f"{name}.:65535") == name


@given(name=names, port=ports)
def test_any_header_is_a_lower_case_ascii_name_or_none(name, port):
    found = from_host_header(name + port)
    assert found is None or (FORM.fullmatch(found) and len(found) <= 253)


@given(name=names)
def test_the_one_form_of_a_name_is_its_own_form(name):
    try:
        once = normalise(name)
    except BadHostname:
        return
    assert normalise(once) == from_host_header(once) == once
