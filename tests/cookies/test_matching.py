"""Which names a declared one stands for, and what a refusal lets expire."""

import pytest

from portal.cookies.matching import stands_for


@pytest.mark.parametrize(
    ("declared", "name", "stands"),
    [
        ("k*", "kaX", True),
        ("k*", "K1", False),
        ("k[ab]*", "k[ab]z", True),
        ("k[ab]*", "ka", False),
        ("k?*", "k?x", True),
        ("k?*", "kaa", False),
        ("*[!a]", "x[!a]", True),
        ("*[!a]", "xb", False),
    ],
)
def test_only_the_star_of_a_pattern_is_any_text(declared, name, stands):
    assert stands_for("pattern", declared, name) == stands
