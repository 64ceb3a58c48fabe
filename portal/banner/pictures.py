"""Pictures made of pixels: what they are and how large, from their first bytes."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.banner.images import UnknownFormat, check_size

Size = tuple[int, int]  # width and height in pixels


@dataclass(frozen=True, slots=True)
class Format:
    mimetype: str
    begins: Callable[[bytes], bool]
    size: Callable[["Bytes"], Size]


class Bytes:
    """Numbers at places of a file; one that ends too early is UnknownFormat."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def part(self, start: int, length: int) -> bytes:
        if start + length > len(self._content):
            raise UnknownFormat
        return self._content[start : start + length]

    def big(self, start: int, length: int) -> int:
        return int.from_bytes(self.part(start, length), "big")

    def little(self, start: int, length: int) -> int:
        return int.from_bytes(self.part(start, length), "little")


def read_picture(content: bytes) -> str:
    """The media type of a picture; raises UnknownFormat or BadDimensions."""
    known = next((one for one in FORMATS if one.begins(content)), None)
    if known is None:
        raise UnknownFormat
    check_size(*known.size(Bytes(content)))
    return known.mimetype


def _png_size(content: Bytes) -> Size:
    """From the header chunk, which comes first (PNG, third edition, 11.2.1)."""
    return content.big(16, 4), content.big(20, 4)


def _gif_size(content: Bytes) -> Size:
    """From the logical screen descriptor (GIF89a, 18)."""
    return content.little(6, 2), content.little(8, 2)


START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
FILL = 0xFF


def _jpeg_size(content: Bytes) -> Size:
    """From the first frame header, past the segments before it (ITU-T T.81, B.2.2)."""
    at = 2
    while content.big(at, 1) == FILL:
        marker = content.big(at + 1, 1)
        if marker in START_OF_FRAME:
            return content.big(at + 7, 2), content.big(at + 5, 2)
        at += 1 if marker == FILL else 2 + content.big(at + 2, 2)
    raise UnknownFormat


def _webp_size(content: Bytes) -> Size:
    """From the first chunk, of one of three kinds (RFC 9649, 2.5 to 2.7)."""
    kind = content.part(12, 4)
    if kind == b"VP8X":
        return content.little(24, 3) + 1, content.little(27, 3) + 1
    if kind == b"VP8L":
        bits = content.little(21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return content.little(26, 2) & 0x3FFF, content.little(28, 2) & 0x3FFF
    raise UnknownFormat


FORMATS = (
    Format("image/png", lambda one: one.startswith(b"\x89PNG\r\n\x1a\n"), _png_size),
    Format("image/jpeg", lambda one: one.startswith(b"\xff\xd8\xff"), _jpeg_size),
    Format("image/gif", lambda one: one.startswith((b"GIF87a", b"GIF89a")), _gif_size),
    Format("image/webp", lambda one: one[:4] == b"RIFF" and one[8:12] == b"WEBP", _webp_size),
)
