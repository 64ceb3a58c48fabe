"""How well the colours of a look stand out, and what follows from a colour that was chosen.

Measured as WCAG 2.2 defines it (https://www.w3.org/TR/WCAG22/). Nothing here is rounded: 4.499
is less than 4.5.
"""

import colorsys
import re
from dataclasses import dataclass

TEXT, EDGE = 4.5, 3.0  # least ratios: SC 1.4.3 for text, SC 1.4.11 for what shows a control
COLOUR = re.compile(r"#[0-9a-f]{6}")
BLACK, WHITE = "#000000", "#ffffff"
HOVER = {WHITE: "0.88", BLACK: "1.12"}  # brightness: away from the colour of the text
STRONGEST_TINT = 10  # percent of the accent
LINEAR_TO = 0.04045  # of a channel; sRGB is a curve above it (IEC 61966-2-1)
STEPS = 256  # of lightness, when another colour of the same hue is looked for


class BadColour(ValueError):
    """A text that is no colour of the form `#rrggbb`."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """What the accent is seen on, as static/colours.css has it; `field` is the look's."""

    field: str
    paper: str
    surface: str


LIGHT = Scheme("accent", "#faf9f6", "#ffffff")
DARK = Scheme("accent_dark", "#121716", "#1a211f")
SCHEMES = (LIGHT, DARK)


@dataclass(frozen=True, slots=True)
class Contrast:
    """One pair of colours: `what` is seen, in the scheme of this field, and how well."""

    field: str
    what: str
    ratio: float
    least: float

    @property
    def enough(self) -> bool:
        return self.ratio >= self.least


def colour(text: str) -> str:
    """A colour as `#rrggbb`, in small letters; raises BadColour."""
    found = text.strip().lower()
    if not COLOUR.fullmatch(found):
        raise BadColour(f"{text!r} is no colour of the form #rrggbb")
    return found


def luminance(one: str) -> float:
    """Relative luminance, from 0 for black to 1 for white (WCAG 2.2, "relative luminance")."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(one))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= LINEAR_TO else ((channel + 0.055) / 1.055) ** 2.4


def _channels(one: str) -> bytes:
    return bytes.fromhex(one[1:])


def contrast(one: str, other: str) -> float:
    """From 1 to 21, whichever comes first (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(background: str) -> str:
    """Black or white, whichever is read better: at least 4.58, the square root of 21, on any."""
    return max(BLACK, WHITE, key=lambda text: contrast(text, background))


def measure(accent: str, scheme: Scheme) -> list[Contrast]:
    """Every pair that an accent makes in a scheme."""
    on_paper, on_surface = contrast(accent, scheme.paper), contrast(accent, scheme.surface)
    return [
        Contrast(scheme.field, "button_text", contrast(accent, text_on(accent)), TEXT),
        Contrast(scheme.field, "link_on_page", on_paper, TEXT),
        Contrast(scheme.field, "link_in_banner", on_surface, TEXT),
        Contrast(scheme.field, "button_edge", min(on_paper, on_surface), EDGE),
    ]


def weak_pairs(accent: str, scheme: Scheme) -> list[Contrast]:
    """Those that are too weak to be shown to anybody; none if the accent can be saved."""
    return [one for one in measure(accent, scheme) if not one.enough]


def legible(accent: str, scheme: Scheme) -> str:
    """The accent itself if it can be saved, else the nearest of its hue that can."""
    red, green, blue = (channel / 255 for channel in _channels(accent))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    shades = (_shade(hue, step / (STEPS - 1), saturation) for step in range(STEPS))
    fitting = [one for one in (accent, *shades) if not weak_pairs(one, scheme)]
    return min(fitting, key=lambda one: (one != accent, abs(_lightness(one) - lightness)))


def _shade(hue: float, lightness: float, saturation: float) -> str:
    channels = colorsys.hls_to_rgb(hue, lightness, saturation)
    return "#" + bytes(round(channel * 255) for channel in channels).hex()


def _lightness(one: str) -> float:
    channels = _channels(one)
    return (max(channels) + min(channels)) / 510


def palette(accent: str, scheme: Scheme) -> dict[str, str]:
    """What follows from an accent, by the names that page.css gives."""
    text = text_on(accent)
    return {
        "accent": accent,
        "on-accent": text,
        "tint": tint(accent, scheme),
        "hover": HOVER[text],
    }


def tint(accent: str, scheme: Scheme) -> str:
    """The surface with as much of the accent in it as leaves links legible on it."""
    mixed = [_mixed(accent, scheme.surface, share) for share in range(STRONGEST_TINT, 0, -1)]
    return next((one for one in mixed if contrast(accent, one) >= TEXT), scheme.surface)


def _mixed(accent: str, surface: str, percent: int) -> str:
    pairs = zip(_channels(accent), _channels(surface), strict=True)
    return "#" + bytes((percent * a + (100 - percent) * s) // 100 for a, s in pairs).hex()
