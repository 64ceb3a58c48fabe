"""What the banner costs over the same page without it: markup, styles and script, compressed."""

import re

import brotli
import pytest

from portal.settings import ROOT
from tests.client import POLICY

BUDGET = 5_000  # bytes; the smallest full rivals cost 13,000
BANNER_CSS = ROOT / "static" / "public" / "ask.css"
SECOND_LAYER = re.compile(rb"<dialog.*</dialog>", re.DOTALL)


def compressed(plain: bytes) -> int:
    return len(brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11, lgwin=18))


def page(server, path: str, **headers: str) -> bytes:
    answer = server.ask("pivohub", path, Accept_Encoding="br", Accept_Language="fr", **headers)
    assert answer.headers["Content-Encoding"] == "br"
    return answer.body


def size_of_script(server) -> int:
    address = re.search(rb'src="(/static/[^"]+/ask.js)"', server.ask("pivohub").body)[1]
    return len(server.ask("pivohub", address.decode(), Accept_Encoding="br").body)


@pytest.mark.parametrize("path", ["/", POLICY])
def test_the_banner_costs_less_than_five_kilobytes(server, path):
    asked = page(server, path)
    decided = page(server, path, Cookie=f"cookies_preferences={server.decision('pivohub')}")
    plain = SECOND_LAYER.sub(b"", brotli.decompress(decided))
    cost = {
        "first layer": len(asked) - len(decided),
        "second layer": len(decided) - compressed(plain),
        "styles": compressed(BANNER_CSS.read_bytes()),
        "script": size_of_script(server),
    }
    print(f"\n{path}: {cost}, together {sum(cost.values())} bytes")
    assert sum(cost.values()) <= BUDGET


@pytest.mark.parametrize("path", ["/", POLICY])
def test_a_page_asks_for_one_script_and_one_stylesheet(open_page, path):
    page, names = open_page(), []
    page.on("request", lambda one: names.append(one.url.rpartition("/")[2]))
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert [one for one in names if one != "icon.svg"] == ["", "portal.css", "ask.js"]
