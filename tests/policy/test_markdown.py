"""What tenants write in Markdown comes out as HTML that can do no harm."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.policy.markdown import LONGEST, TextNotPlain, TextTooLong, to_html

ALLOWED = re.compile(
    r"</?(?:p|br|h3|h4|ul|ol|li|strong|em|code|pre|blockquote|hr|table|thead|tbody|tr|th|td|a)>"
    r'|<a (?:href="(?:https?://|mailto:|/|#|\?|[\w.])[^"<>]*" )?rel="noopener noreferrer">'
)


def marks(html: str) -> list[str]:
    """The tags that are not allowed as they stand."""
    return [tag for tag in re.findall(r"<[^>]*>?", html) if not ALLOWED.fullmatch(tag)]


def test_prose_comes_out_as_html():
    html = to_html("We *count* **visits**.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<em>count</em> <strong>visits</strong>" in html
    assert "<li>one</li>" in html
    assert "<td>1</td>" in html
    assert marks(html) == []


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("[a](https://example.org/?a=1&b=2)", 'href="https://example.org/?a=1&amp;b=2"'),
        ("[a](/terms/cookies-policy/#why)", 'href="/terms/cookies-policy/#why"'),
        ("<mailto:dpo@example.org>", 'href="mailto:dpo@example.org"'),
    ],
)
def test_links_lead_out_without_telling_where_from(text, link):
    assert f'<a {link} rel="noopener noreferrer">' in to_html(text)


@pytest.mark.parametrize("top", [2, 3])
def test_headings_fit_under_the_title_and_none_is_skipped(top):
    html = to_html("# Main\n\n#### Deep\n\n# Main again\n\n###### Deepest", top)
    assert re.findall(r"<h(\d)>", html) == [str(n) for n in (top, top + 1, top, top + 1)]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="https://example.org" onclick="alert(1)">a</a>',
        "<svg/onload=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&colon;alert(1))",
        "[a](<java\tscript:alert(1)>)",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "[a](vbscript:x)",
        "[a](ftp://example.org)",
        "![a](https://example.org/pixel.gif)",
        '[a](https://example.org "title")',
        "[a]: javascript:alert(1)\n\n[a]",
        "<!-- --><iframe src=https://example.org></iframe>",
        "```<script>\nalert(1)\n```",
    ],
)
def test_nothing_hostile_survives(text):
    html = to_html(text)
    assert marks(html) == []
    assert not re.search(r"(?:src|on\w+|style|title)=", re.sub(r"&lt;.*?&gt;", "", html))


@given(st.text(st.sampled_from("<>[]()!*_`#|-&:;\"'\\/ \nahrefsctipjv"), max_size=300))
def test_no_text_at_all_brings_forbidden_marks(text):
    assert marks(to_html(text)) == []


@pytest.mark.parametrize("piece", ["> ", "[", "- ", "*a ", "![", "[a](", "<", "|a|\n|-|\n", "`"])
def test_deep_nesting_costs_no_more_work_than_its_length(piece):
    half, whole = (work(to_html, (piece * LONGEST)[:length]) for length in (LONGEST // 2, LONGEST))
    assert whole < 2.5 * half
    assert to_html((piece * LONGEST)[:LONGEST]).count("<blockquote>") < 100


def work(function, text: str) -> int:
    """How many calls it takes, in Python and of what is built in: the same on every machine."""
    calls = 0

    def count(_frame, event: str, _argument) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function.__wrapped__(text)
    finally:
        sys.setprofile(before)
    return calls


def test_a_text_has_a_greatest_length():
    to_html("a" * LONGEST)
    with pytest.raises(TextTooLong, match="20000"):
        to_html("a" * (LONGEST + 1))
    with pytest.raises(TextTooLong):
        to_html("a" * 1_000_000)


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x7f", "\ud800", "\ufffe"])
def test_a_character_that_cannot_be_shown_is_refused(sign):
    with pytest.raises(TextNotPlain):
        to_html(f"a{sign}b")
