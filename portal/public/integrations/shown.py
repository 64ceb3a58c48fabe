"""The scripts and videos of a document, and the hosts that its pages may load them from."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from portal.cookies.integrations.kinds import KINDS, OWN, Kind, filled
from portal.headers import Reach
from portal.policy.document import DeclaredIntegration, Document

WITH_VIDEOS = "home"  # the page that shows them


class Tag(NamedTuple):
    """A script that waits for consent to a category; without an address it is the portal's own."""

    category: str
    address: str
    data: dict[str, str]


class Video(NamedTuple):
    category: str
    provider: str
    title: str
    frame: str
    page: str


def tags(document: Document) -> list[Tag]:
    """In the order in which they have to run."""
    return [tag for one, kind in _known(document) for tag in _tags(one, kind)]


def _tags(one: DeclaredIntegration, kind: Kind) -> Iterator[Tag]:
    facts = {"kind": one.kind, "identifier": one.identifier, "server": one.server}
    data = {name: _filled(text, one) for name, text in kind.data.items()}
    for address in kind.scripts:
        yield Tag(one.category, _filled(address, one), facts if address == OWN else data)


def videos(document: Document) -> list[Video]:
    return [
        Video(one.category, kind.name, one.title, _filled(kind.frame, one), _filled(kind.page, one))
        for one, kind in _known(document)
        if kind.frame
    ]


def signals(document: Document) -> list[str]:
    """Whose consent calls the page makes, because a service of theirs hears them."""
    return sorted({kind.signal for _, kind in _known(document) if kind.signal})


def reach(document: Document, template: str) -> Reach | None:
    """What a page may load besides its own; None for one that loads nothing else."""
    hosts: defaultdict[str, dict[str, None]] = defaultdict(dict)  # each once, in order
    trusted_types = True
    for one, kind in _known(document):
        if kind.frame and template != WITH_VIDEOS:
            continue
        trusted_types = trusted_types and not kind.own_scripts
        for directive, sources in kind.sources.items():
            hosts[directive] |= dict.fromkeys(_filled(source, one) for source in sources)
    return Reach.to(hosts, trusted_types=trusted_types) if hosts else None


def _known(document: Document) -> Iterator[tuple[DeclaredIntegration, Kind]]:
    """A version may name a kind that is offered no more; it is left out."""
    return ((one, KINDS[one.kind]) for one in document.integrations if one.kind in KINDS)


def _filled(text: str, one: DeclaredIntegration) -> str:
    return filled(text, one.identifier, one.server)
