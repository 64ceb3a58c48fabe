"""What can be added by its ID: how the ID reads, what a page loads for it, and from where.

A kind is named after its known provider, whose cookies come with it. In addresses `{identifier}`,
`{server}` and `{origin}` stand for the ID, the address that the tenant gave and its origin.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from portal.catalogues import said

NOTHING: Mapping[str, str] = MappingProxyType({})
OWN = ""  # among the scripts of a kind: what the portal itself says to it, static/integrations
TAG_MANAGER = "https://www.googletagmanager.com"
Sources = Mapping[str, tuple[str, ...]]  # by directive of the Content-Security-Policy


@dataclass(frozen=True, slots=True)
class Kind:
    """`identifier` finds the ID in what was typed, as its one group that matches.

    `server` says what address is asked for besides, if any; `usual` is taken where none is given.
    `own_scripts` says that the service writes scripts of its own into the page, which Trusted
    Types would forbid.
    """

    name: str
    category: str
    label: str
    identifier: re.Pattern[str]
    example: str
    sources: Sources
    scripts: tuple[str, ...] = ()
    frame: str = ""
    page: str = ""  # where a video is for those who do not see it here
    data: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    server: str = ""
    usual: str = ""
    own_scripts: bool = False
    signal: str = ""  # whose consent calls it hears, of SIGNALS

    def read(self, text: str) -> str | None:
        """The ID in what somebody typed or pasted; None if it holds none."""
        found = self.identifier.fullmatch(text.strip())
        return found and next((one for one in found.groups() if one), None)


KINDS: Mapping[str, Kind] = {
    "matomo": Kind(
        name="Matomo",
        category="statistics",
        label=said("Number of the site in Matomo"),
        identifier=re.compile(r"([1-9][0-9]{0,8})"),
        example="7",
        server=said("Address of your Matomo"),
        signal="matomo",
        scripts=(OWN, "{server}matomo.js"),
        sources=dict.fromkeys(("script-src", "connect-src", "img-src"), ("{origin}",)),
    ),
    "google-analytics": Kind(
        name="Google Analytics 4",
        category="statistics",
        label=said("Measurement ID"),
        identifier=re.compile(r"(G-[A-Z0-9]{4,20})", re.IGNORECASE),
        example="G-AB12CD34EF",
        signal="google",
        scripts=(OWN, f"{TAG_MANAGER}/gtag/js?id={{identifier}}"),
        sources={
            "script-src": (TAG_MANAGER,),
            "connect-src": (
                TAG_MANAGER,
                "https://*.google-analytics.com",
                "https://*.analytics.google.com",
            ),
            "img-src": (TAG_MANAGER, "https://*.google-analytics.com"),
        },
        own_scripts=True,
    ),
    "google-tag-manager": Kind(
        name="Google Tag Manager",
        category="marketing",  # a container may load anything
        label=said("ID of the container"),
        identifier=re.compile(r"(GTM-[A-Z0-9]{4,12})", re.IGNORECASE),
        example="GTM-AB12CD3",
        signal="google",
        scripts=(OWN, f"{TAG_MANAGER}/gtm.js?id={{identifier}}"),
        sources=dict.fromkeys(("script-src", "connect-src", "img-src"), (TAG_MANAGER,)),
        own_scripts=True,
    ),
    "piano-analytics": Kind(
        name="Piano Analytics (AT Internet)",
        category="statistics",
        label=said("Number of the site"),
        identifier=re.compile(r"([1-9][0-9]{2,11})"),
        example="123456789",
        server=said("Collection domain"),
        scripts=("https://tag.aticdn.net/piano-analytics.js", OWN),
        sources={"script-src": ("https://tag.aticdn.net",), "connect-src": ("{origin}",)},
    ),
    "plausible": Kind(
        name="Plausible Analytics",
        category="statistics",
        label=said("Name of the site in Plausible"),
        identifier=re.compile(r"([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE),
        example="data.example.org",
        server=said("Address of your Plausible"),
        usual="https://plausible.io/",
        scripts=("{server}js/script.js",),
        data={"domain": "{identifier}"},
        sources={"script-src": ("{origin}",), "connect-src": ("{origin}",)},
    ),
    "hotjar": Kind(
        name="Hotjar",
        category="statistics",
        label=said("Number of the site"),
        identifier=re.compile(r"([1-9][0-9]{2,11})"),
        example="1234567",
        scripts=(OWN, "https://static.hotjar.com/c/hotjar-{identifier}.js?sv=6"),
        sources={
            "script-src": ("https://static.hotjar.com", "https://script.hotjar.com"),
            "connect-src": ("https://*.hotjar.com", "https://*.hotjar.io", "wss://*.hotjar.com"),
            "img-src": ("https://static.hotjar.com", "https://script.hotjar.com"),
        },
        own_scripts=True,
    ),
    "youtube": Kind(
        name="YouTube",
        category="marketing",
        label=said("Address of the video"),
        identifier=re.compile(
            r"(?:(?:https?://)?(?:www\.|m\.)?(?:youtu\.be/|youtube(?:-nocookie)?\.com/"
            r"(?:watch\?(?:[^#]*&)?v=|embed/|shorts/|live/)))([\w-]{11})(?:[?&#/].*)?|([\w-]{11})",
            re.ASCII,
        ),
        example="https://youtu.be/dQw4w9WgXcQ",
        frame="https://www.youtube-nocookie.com/embed/{identifier}",
        page="https://www.youtube.com/watch?v={identifier}",
        sources={"frame-src": ("https://www.youtube-nocookie.com",)},
    ),
    "vimeo": Kind(
        name="Vimeo",
        category="statistics",
        label=said("Address of the video"),
        identifier=re.compile(
            r"(?:https?://)?(?:www\.|player\.)?vimeo\.com/(?:video/)?([1-9][0-9]{4,11})(?:[?#/].*)?"
            r"|([1-9][0-9]{4,11})"
        ),
        example="https://vimeo.com/76979871",
        frame="https://player.vimeo.com/video/{identifier}",
        page="https://vimeo.com/{identifier}",
        sources={"frame-src": ("https://player.vimeo.com",)},
    ),
}


def filled(text: str, identifier: str, server: str) -> str:
    """An address of a kind, for one that was added."""
    parts = urlsplit(server)
    origin = f"{parts.scheme}://{parts.netloc}"
    return text.format(identifier=identifier, server=server, origin=origin)
