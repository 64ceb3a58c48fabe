"""The visitors' style sheets, with the question for the colour scheme answered beforehand."""

import re
from functools import lru_cache

from portal.policy.document import DeclaredLook
from portal.public.assets import STATIC, assets
from portal.public.look import stylesheet

SCHEMES = ("light", "dark")
ASKS_FOR_DARK = re.compile(r"@media \(prefers-color-scheme:\s*dark\)")
BAR = STATIC / "public" / "preview.css"


def style(look: DeclaredLook | None, scheme: str) -> str:
    """What a visitor's browser would apply in this colour scheme; in its own if it is neither."""
    own = stylesheet(look.accent, look.accent_dark, look.corner, look.position) if look else ""
    return "\n".join(
        (
            _answered(assets().content("portal.css"), scheme),
            assets().content("videos.css"),
            _answered(own, scheme),
            _bar(),
        )
    )


@lru_cache(maxsize=1)
def _bar() -> str:
    return BAR.read_text()


def _answered(css: str, scheme: str) -> str:
    if scheme not in SCHEMES:
        return css
    always = "@media all" if scheme == "dark" else "@media not all"
    return ASKS_FOR_DARK.sub(always, css).replace(
        "color-scheme: light dark", f"color-scheme: {scheme}"
    )
