"""From published HTML back to Markdown, for a draft that goes back to what was published.

It knows the HTML that portal/policy/markdown.py makes, and no other.
"""

import re
from html.parser import HTMLParser

SPECIAL = re.compile(r"([\\`*_\[\]<]|&(?=[#\w]+;))")
AT_START = re.compile(r"^( *)([#>+=~|-]|\d+(?=[.)]))", re.MULTILINE)
BREAKS = {"br", "hr"}  # elements without content
BLOCKS = {"p", "h2", "h3", "h4", "ul", "ol", "pre", "blockquote", "hr", "table"}
INLINE = {"strong": "**", "em": "*"}


class Element:
    def __init__(self, tag: str, href: str = "") -> None:
        self.tag, self.href = tag, href
        self.children: list[Element | str] = []

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.children)

    def all(self, tag: str) -> "list[Element]":
        inside = [one for one in self.children if isinstance(one, Element)]
        return [one for one in inside if one.tag == tag] + [
            each for one in inside for each in one.all(tag)
        ]


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs).get("href") or "")
        self.open[-1].children.append(element)
        if tag not in BREAKS:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def to_markdown(html: str, top: int) -> str:
    """Markdown whose HTML, with headings from level `top` on, is the same again."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    return _blocks(tree.open[0], top)


def _blocks(parent: Element, top: int) -> str:
    """The blocks of an element; what stands between them is white space or a tight item's text."""
    parts: list[str] = []
    inline: list[Element | str] = []
    for one in [*parent.children, Element("end")]:
        if isinstance(one, str) or one.tag not in {*BLOCKS, "end"}:
            inline.append(one)
            continue
        if text := _inline(inline).strip():
            parts.append(text)
        inline = []
        if one.tag != "end":
            parts.append(_block(one, top))
    tight = parent.tag == "li" and not parent.all("p")
    return ("\n" if tight else "\n\n").join(parts)


def _block(block: Element, top: int) -> str:
    match block.tag:
        case "hr":
            text = "---"
        case "pre":
            text = _fenced(block.text)
        case "blockquote":
            text = re.sub(r"^", "> ", _blocks(block, top), flags=re.MULTILINE)
        case "ul" | "ol":
            text = _list(block, top)
        case "table":
            text = _table(block)
        case "p":
            text = _inline(block.children).strip()
        case _:
            text = _heading(_inline(block.children).strip(), int(block.tag[1]) - top + 1)
    return text


def _heading(text: str, level: int) -> str:
    """Underlined where it has several lines, which only level 1 and 2 can be."""
    if "\n" in text:
        return f"{text}\n{'===' if level == 1 else '---'}"
    return f"{'#' * level} {text}"


def _fenced(code: str) -> str:
    fence = "`" * max(3, _longest_run(code) + 1)
    return f"{fence}\n{code.removesuffix(chr(10))}\n{fence}"


def _longest_run(code: str) -> int:
    return max(map(len, re.findall("`+", code)), default=0)


def _list(block: Element, top: int) -> str:
    items = [one for one in block.children if isinstance(one, Element)]
    loose = any(
        isinstance(each, Element) and each.tag == "p" for one in items for each in one.children
    )
    marked = [
        _indented("- " if block.tag == "ul" else f"{number}. ", _blocks(item, top))
        for number, item in enumerate(items, 1)
    ]
    return ("\n\n" if loose else "\n").join(marked)


def _indented(mark: str, text: str) -> str:
    return mark + re.sub(r"\n(?=[^\n])", "\n" + " " * len(mark), text)


def _table(table: Element) -> str:
    rows = [
        [
            _inline(cell.children).strip().replace("|", "\\|")
            for cell in row.all("th") + row.all("td")
        ]
        for row in table.all("tr")
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _inline(nodes: list[Element | str]) -> str:
    return "".join(_escaped(one) if isinstance(one, str) else _marked(one) for one in nodes)


def _escaped(text: str) -> str:
    return AT_START.sub(_hidden, SPECIAL.sub(r"\\\1", text))


def _hidden(found: re.Match[str]) -> str:
    space, sign = found.groups()
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"


def _marked(element: Element) -> str:
    if element.tag == "br":
        return "\\"
    if element.tag == "code":
        return _code(element.text)
    inside = _inline(element.children)
    if element.tag == "a":
        return f"[{inside}](<{element.href}>)"
    mark = INLINE[element.tag]
    return f"{mark}{inside}{mark}"


def _code(code: str) -> str:
    mark = "`" * (_longest_run(code) + 1)
    pad = " " if code.startswith(("`", " ")) or code.endswith(("`", " ")) else ""
    return f"{mark}{pad}{code}{pad}{mark}"
