"""What a page with integrations loads, and what its script has to know."""

from typing import Any, NamedTuple

from portal.languages import language
from portal.policy.live import Version
from portal.public.embed.patterns import names
from portal.public.embed.texts import HOLD
from portal.public.embed.tree import trees
from portal.public.integrations.shown import WITH_VIDEOS, Tag, signals, tags, videos
from portal.public.rendering import render_part, wording_of


class Gating(NamedTuple):
    tags: list[Tag]
    facts: dict[str, Any]


def gating(version: Version, template: str, tag: str) -> Gating | None:
    """None where nothing has to wait, so that the page needs no script for it."""
    waiting = tags(version.document)
    holding = template == WITH_VIDEOS and bool(videos(version.document))
    if not (waiting or holding):
        return None
    return Gating(waiting, _facts(version, tag) | (_placeholder(version, tag) if holding else {}))


def _facts(version: Version, tag: str) -> dict[str, Any]:
    document = version.document
    return {
        "language": tag,
        "categories": {one.key: {"names": names(one)} for one in document.categories},
        "signals": signals(document),
    }


def _placeholder(version: Version, tag: str) -> dict[str, Any]:
    html = render_part(HOLD, version, wording_of(version, tag), tag)
    return {
        "dir": language(tag).direction,
        "hold": trees(html)[0],
        "titles": {one.key: one.title[tag] for one in version.document.optional},
    }
