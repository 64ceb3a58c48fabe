"""Contrast is WCAG's, and no look that fails it can be made."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.banner.contrast import (
    DARK,
    EDGE,
    LIGHT,
    SCHEMES,
    TEXT,
    BadColour,
    colour,
    contrast,
    legible,
    luminance,
    palette,
    text_on,
    weak_pairs,
)
from portal.settings import ROOT

colours = st.binary(min_size=3, max_size=3).map(lambda channels: f"#{channels.hex()}")
every_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda one: one.field)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#777777", "#ffffff", 4.478),  # the grey that just fails, known from many tools
        ("#767676", "#ffffff", 4.542),  # and the one that just passes
        ("#0000ff", "#ffffff", 8.592),
        ("#ff0000", "#ffffff", 3.998),
        ("#00ff00", "#000000", 15.304),
    ],
)
def test_the_ratio_is_that_of_wcag(one, other, ratio):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.001)


def test_the_least_ratios_are_those_of_wcag():
    assert (TEXT, EDGE) == (4.5, 3)


def test_luminance_goes_from_black_to_white():
    assert (luminance("#000000"), luminance("#ffffff")) == (0, pytest.approx(1))


@given(colours)
def test_the_text_on_any_accent_can_be_read(accent):
    assert contrast(text_on(accent), accent) >= TEXT


@every_scheme
def test_the_grounds_are_those_of_the_stylesheet(scheme):
    light, dark = re.findall(
        r":root \{(.*?)\}", (ROOT / "static/colours.css").read_text(), re.DOTALL
    )
    values = dict(re.findall(r"--(\w+): (#\w+);", light if scheme is LIGHT else dark))
    surface = {"#fff": "#ffffff"}.get(values["surface"], values["surface"])
    assert (values["paper"], surface) == (scheme.paper, scheme.surface)


def test_the_portals_own_accents_pass():
    assert weak_pairs("#0f5c4d", LIGHT) == weak_pairs("#7dd3bd", DARK) == []


@pytest.mark.parametrize(
    ("accent", "scheme", "passes"),
    [
        ("#f7941d", LIGHT, False),
        ("#f7941d", DARK, True),
        ("#0f5c4d", DARK, False),
        ("#ffffff", LIGHT, False),
        ("#000000", DARK, False),
    ],
)
def test_an_accent_passes_in_one_scheme_or_the_other(accent, scheme, passes):
    assert (weak_pairs(accent, scheme) == []) is passes


def test_a_link_may_be_weak_in_the_banner_or_on_the_page_alone():
    weak = [one.what for one in weak_pairs("#767676", LIGHT)]
    assert weak == ["link_on_page"]  # 4.54 on white, less on paper


def test_edges_need_less_than_text():
    weak = {one.what for one in weak_pairs("#8c8c8c", LIGHT)}
    assert weak == {"link_on_page", "link_in_banner"}


@every_scheme
@given(accent=colours)
def test_there_is_always_a_colour_near_that_can_be_saved(accent, scheme):
    near = legible(accent, scheme)
    assert weak_pairs(near, scheme) == []
    if not weak_pairs(accent, scheme):
        assert near == accent


def test_the_colour_near_keeps_its_hue():
    assert legible("#f7941d", LIGHT) == "#aa6006"  # orange, darker


@every_scheme
@given(accent=colours)
def test_a_tint_leaves_links_as_legible_as_they_have_to_be(accent, scheme):
    near = legible(accent, scheme)
    assert contrast(near, palette(near, scheme)["tint"]) >= TEXT


@every_scheme
@given(accent=colours)
def test_text_stays_legible_on_a_tint(accent, scheme):
    ink = {LIGHT: "#4d5a56", DARK: "#b3bdb9"}[scheme]  # --soft, the weaker of the two
    assert contrast(ink, palette(legible(accent, scheme), scheme)["tint"]) >= TEXT


@pytest.mark.parametrize("text", ["#0F5C4D", " #0f5c4d\n"])
def test_a_colour_is_read_as_people_write_it(text):
    assert colour(text) == "#0f5c4d"


@pytest.mark.parametrize(
    "text", ["", "0f5c4d", "#fff", "#0f5c4g", "red", "#0f5c4d;}", "#" + 6 * "\u0660"]
)
def test_anything_else_is_no_colour(text):
    with pytest.raises(BadColour):
        colour(text)
