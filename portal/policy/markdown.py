"""What a tenant writes, in Markdown, to HTML that can do no harm.

Raw HTML is shown as text (markdown-it), and what comes out is cleaned once more by a list of what
is allowed (nh3). Pictures become their description, since pages load nothing from elsewhere.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from portal.catalogues import said

LONGEST = 20_000  # characters of a text

TAGS = {
    "p", "br", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "code", "pre",
    "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto"}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class TextError(ValueError):
    """A text cannot be kept. The message is English, for the catalogue of the back office."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values)
        self.message, self.values = message, values


class TextTooLong(TextError):
    pass


class TextNotPlain(TextError):
    pass


def plain(text: str) -> str:
    """The text without space around it, its lines ended as everywhere here."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def checked(text: str, longest: int = LONGEST) -> str:
    """The text as it is kept; raises TextTooLong or TextNotPlain."""
    text = plain(text)
    if len(text) > longest:
        raise TextTooLong(said("At most %(longest)s characters."), longest=longest)
    if CONTROL.search(text):
        raise TextNotPlain(said("This holds a character that cannot be shown."))
    return text


@lru_cache(maxsize=256)
def to_html(text: str, top: int = 3) -> str:
    """Clean HTML whose headings are of level `top` and the one below; raises TextError."""
    tokens = MARKDOWN.parse(checked(text))
    _level_headings(tokens, top)
    html = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    ).strip()


def _level_headings(tokens: Sequence[Token], top: int) -> None:
    """The text's highest headings become `top`, all others one below, so that none is skipped."""
    headings = [one for one in tokens if one.type in ("heading_open", "heading_close")]
    highest = min((one.tag for one in headings), default="")
    for one in headings:
        one.tag = f"h{top}" if one.tag == highest else f"h{top + 1}"


def _description(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    return escapeHtml(tokens[index].content)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("image", _description)
    return markdown


MARKDOWN = _markdown()
