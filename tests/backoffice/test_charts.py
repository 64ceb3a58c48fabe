"""Bars are as high as their numbers say."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.backoffice.charts import BARS, HEIGHT, WIDTH, stacked

START = date(2026, 1, 1)
counts = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=400)


@given(counts)
def test_nothing_is_lost_and_nothing_leaves_the_drawing(drawn):
    days = [START + timedelta(days=n) for n in range(len(drawn))]
    series = {
        name: {day: pair[place] for day, pair in zip(days, drawn, strict=True)}
        for place, name in enumerate(("accepted", "refused"))
    }
    chart = stacked(days, series)
    assert len(chart.bars) <= BARS
    assert sum(sum(bar.values) for bar in chart.bars) == sum(map(sum, drawn))
    for bar in chart.bars:
        assert sum(bar.values) <= chart.top
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 0.01
        assert all(-0.1 <= one.y <= HEIGHT for one in bar.segments)


def test_heights_are_in_proportion():
    chart = stacked([START], {"accepted": {START: 3}, "refused": {START: 1}})
    accepted, refused = chart.bars[0].segments
    assert chart.top == 5
    assert accepted.height == 3 * refused.height == HEIGHT * 3 / 5
    assert accepted.y + accepted.height == HEIGHT
