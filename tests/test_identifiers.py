"""Identifiers of records sort by time, tell it, and cannot be guessed (RFC 9562)."""

import time
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from portal.identifiers import EPOCH, first_at, time_of, uuid7

NANOSECONDS = st.integers(0, (1 << 48) * 1_000_000 - 1)
TICK = 245  # nanoseconds: 12 bits divide a millisecond into steps of 244.14
MOMENTS = st.integers(0, 253402214400 * 10**6).map(lambda us: EPOCH + timedelta(microseconds=us))


def made_at(nanoseconds: int) -> UUID:
    with patch.object(time, "time_ns", return_value=nanoseconds):
        return uuid7()


def test_an_identifier_says_when_it_was_made():
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= time_of(uuid7()) <= datetime.now(UTC)


@given(NANOSECONDS)
def test_version_and_variant_are_those_of_the_standard(nanoseconds):
    identifier = made_at(nanoseconds)
    assert identifier.version == 7
    assert identifier.variant == RFC_4122


@given(NANOSECONDS)
def test_the_first_48_bits_are_milliseconds(nanoseconds):
    assert made_at(nanoseconds).int >> 80 == nanoseconds // 1_000_000


@given(NANOSECONDS, st.integers(TICK, 10**12))
def test_later_identifiers_sort_behind_earlier_ones(nanoseconds, lapse):
    later = min(nanoseconds + lapse, (1 << 48) * 1_000_000 - 1)
    if later - nanoseconds >= TICK:
        assert made_at(nanoseconds) < made_at(later)
        assert str(made_at(nanoseconds)) < str(made_at(later))


def test_identifiers_of_one_moment_differ():
    assert len({made_at(1) for _ in range(1_000)}) == 1_000


@given(MOMENTS)
def test_the_first_identifier_of_a_moment_tells_its_millisecond(moment):
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert time_of(first_at(moment)) == whole


@given(st.integers(0, 253402214400 * 1000))
def test_the_first_identifier_of_a_millisecond_parts_it_from_the_one_before(milliseconds):
    start = first_at(EPOCH + timedelta(milliseconds=milliseconds))
    nanoseconds = milliseconds * 1_000_000
    assert start <= made_at(nanoseconds)
    if nanoseconds:
        assert made_at(nanoseconds - 1) < start


def test_the_first_identifier_of_a_moment_has_the_layout_of_every_other():
    start = first_at(datetime.now(UTC))
    assert (start.version, start.variant) == (7, RFC_4122)


def test_a_moment_may_be_told_in_any_zone():
    moment = datetime.fromisoformat("2026-11-22T02:00:00+02:00")
    assert first_at(moment) == first_at(datetime(2026, 11, 22, tzinfo=UTC))
