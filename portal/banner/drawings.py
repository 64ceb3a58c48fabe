"""Drawings (SVG): every element and attribute is on a list, or the whole is refused.

Nothing that runs, loads, links, declares entities or multiplies itself is on it. Repeating
elements such as `use` are not, because ten lines of them can draw a thousand million shapes.
"""

import re
from collections.abc import Callable
from typing import NoReturn
from xml.parsers import expat

from portal.banner.images import ForbiddenContent, UnknownFormat, check_size

SVG, XML = "http://www.w3.org/2000/svg", "http://www.w3.org/XML/1998/namespace"
HREF = frozenset({"href", "http://www.w3.org/1999/xlink href"})
DEEPEST = 50  # elements inside one another


def _named(names: str) -> frozenset[str]:
    return frozenset(names.split())


ELEMENTS = _named(
    "svg g defs title desc path rect circle ellipse line polyline polygon text tspan "
    "linearGradient radialGradient stop clipPath style"
)
WORDS = _named("id class role aria-label aria-labelledby aria-hidden data-name") | {f"{XML} lang"}
DRAWN = _named(
    "d points x y x1 y1 x2 y2 cx cy r rx ry dx dy fx fy fr rotate width height viewBox version "
    "preserveAspectRatio transform gradientTransform gradientUnits spreadMethod offset pathLength "
    "clipPathUnits clip-path clip-rule fill fill-rule fill-opacity stroke stroke-width "
    "stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset "
    "stroke-opacity stop-color stop-opacity color opacity display visibility overflow style "
    "font-family font-size font-weight font-style font-variant letter-spacing word-spacing "
    "text-anchor dominant-baseline baseline-shift shape-rendering text-rendering vector-effect "
    "paint-order enable-background textLength lengthAdjust"
) | {f"{XML} space"}
FUNCTIONS = _named("rgb rgba hsl hsla matrix translate scale rotate skewX skewY")

CALL = re.compile(r"([\w-]*)\s*\(\s*(['\"]?#)?")
UNWANTED = re.compile(r"\\|@|clip-path", re.IGNORECASE)  # escapes, at-rules, nested clipping
LOCAL = re.compile(r"#[\w.-]+")
CLIP = re.compile(r"url\(#[\w.-]+\)")
LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+)(?:px)?\s*")


def read_drawing(content: bytes) -> str:
    """The media type of a plain drawing; raises UnknownFormat, BadDimensions, ForbiddenContent."""
    try:
        _Reader().read(content)
    except expat.ExpatError as reason:
        raise UnknownFormat from reason
    return "image/svg+xml"


class _Reader:
    """Walks through the elements as the parser meets them."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._styles = ""
        # the parser reads UTF-8 whatever the file says, so it may say nothing else to browsers
        self._parser = parser = expat.ParserCreate("utf-8", " ")
        parser.XmlDeclHandler = _check_encoding
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse("<!DOCTYPE>")
        parser.ProcessingInstructionHandler = _refuse("<?…?>")

    def read(self, content: bytes) -> None:
        self._parser.Parse(content, True)  # noqa: FBT003  the parser takes it by position
        _check_style(self._styles)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if namespace != SVG or local not in ELEMENTS:
            raise ForbiddenContent(f"<{local}>")
        if not self._open:
            _check_root(local, attributes)
        for attribute, value in attributes.items():
            _check_attribute(local, attribute, value)
        if "clipPath" in self._open and "clip-path" in attributes:
            raise ForbiddenContent("<clipPath clip-path>")
        self._open.append(local)
        if len(self._open) > DEEPEST:
            raise ForbiddenContent(f"{DEEPEST} × <{local}>")

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open[-1] == "style":
            self._styles += text


def _refuse(what: str) -> Callable[..., NoReturn]:
    def refuse(*_: object) -> NoReturn:
        raise ForbiddenContent(what)

    return refuse


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
        raise ForbiddenContent(encoding)


def _check_root(name: str, attributes: dict[str, str]) -> None:
    """The size, if it is in pixels; a drawing has one by its viewBox at least."""
    if name != "svg":
        raise UnknownFormat
    sides = [LENGTH.fullmatch(attributes.get(side, "")) for side in ("width", "height")]
    if all(sides):
        check_size(*(float(one[1]) for one in sides if one))
    elif "viewBox" not in attributes:
        check_size(0, 0)


def _check_attribute(element: str, name: str, value: str) -> None:
    if not _may_have(element, name, value):
        raise ForbiddenContent(f"<{element} {name.rpartition(' ')[2]}>")
    if name in DRAWN and name != "clip-path":
        _check_style(value)


def _may_have(element: str, name: str, value: str) -> bool:
    if name in HREF:
        return element.endswith("Gradient") and bool(LOCAL.fullmatch(value))
    if name == "clip-path":
        return bool(CLIP.fullmatch(value))
    if name == "type":
        return element == "style" and value == "text/css"
    return name in WORDS or name in DRAWN


def _check_style(text: str) -> None:
    """Colours and lines by CSS, which may point nowhere but to the drawing's own gradients."""
    if unwanted := UNWANTED.search(text):
        raise ForbiddenContent(unwanted[0])
    for name, local in CALL.findall(text):
        if name not in FUNCTIONS and not (name == "url" and local):
            raise ForbiddenContent(f"{name}()")
