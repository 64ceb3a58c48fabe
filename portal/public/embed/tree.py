"""HTML as a tree in JSON, `[tag, {attributes}, children…]`, from which a script makes nodes.

A page under Trusted Types lets no script write markup; making nodes one by one it allows.
"""

from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"input", "br", "img", "hr"})
Tree = list[Any]


def trees(html: str) -> list[Tree]:
    """The elements that stand side by side in a well-formed piece of HTML."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return [one for one in builder.top if isinstance(one, list)]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.top: Tree = []
        self._open: list[Tree] = [self.top]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element: Tree = [tag, {name: value or "" for name, value in attrs}]
        self._open[-1].append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        closed = self._open.pop()
        if closed[0] != tag:
            raise ValueError(f"</{tag}> closes <{closed[0]}>")

    def handle_data(self, data: str) -> None:
        """Space between words counts once, space between lines of the template not at all."""
        words = " ".join(data.split())
        if words:
            before = " " if data[0].isspace() and "\n" not in data[: data.index(words[0])] else ""
            after = " " if data[-1].isspace() and "\n" not in data[data.rindex(words[-1]) :] else ""
            self._open[-1].append(f"{before}{words}{after}")
        elif data and "\n" not in data:
            self._open[-1].append(" ")
