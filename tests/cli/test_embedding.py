"""`portal tenant embed`: what is named changes, the rest stays."""

import pytest

from tests import make
from tests.cli.terminal import complaint, facts, run, say

EMBED = ("tenant", "embed", "paris")


@pytest.fixture
def paris(lone_app):
    make.tenant(lone_app)
    return lone_app


def test_without_anything_named_it_tells_how_it_is(paris):
    assert facts(paris, *EMBED) == {
        "tenant": "paris",
        "cookie_domain": "",
        "sites": [],
        "signals": ["google", "microsoft", "matomo"],
        "reloads": True,
        "script": '<script src="https://paris.example/consent.js" async></script>',
    }


def test_what_is_named_changes_and_the_rest_stays(paris):
    named = ("--cookie-domain", "paris.example", "--site", "shop.example", "--no-reload")
    first = facts(paris, *EMBED, *named)
    assert (first["cookie_domain"], first["sites"]) == ("paris.example", ["https://shop.example"])
    second = facts(paris, *EMBED, "--signal", "matomo")
    assert second == first | {"signals": ["matomo"]}


def test_all_can_be_taken_away_again(paris):
    say(paris, *EMBED, "--cookie-domain", "paris.example", "--site", "shop.example", "--no-reload")
    away = ("--cookie-domain", "", "--site", "", "--signal", "none", "--reload")
    found = facts(paris, *EMBED, *away)
    assert (found["cookie_domain"], found["sites"], found["signals"]) == ("", [], [])
    assert found["reloads"] is True


def test_what_cannot_be_is_one_line_that_says_why(paris):
    assert "not part of this domain" in complaint(paris, *EMBED, "--cookie-domain", "oslo.example")
    assert "no web address" in complaint(paris, *EMBED, "--site", "ftp://shop.example")
    assert run(paris, *EMBED, "--signal", "nobody").exit_code == 2


def test_people_read_a_table(paris):
    assert "<script src=" in say(paris, *EMBED)
