"""The published document as typed values, and back. One document in, one page out."""

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import rfc8785

Texts = dict[str, str]

DECIDED_ON = (
    "name", "match", "provider", "domain", "path", "third_party", "lifetime_count", "lifetime_unit",
)  # fmt: skip


@dataclass(frozen=True)
class DeclaredCookie:
    name: str
    provider: str
    domain: str
    path: str
    third_party: bool
    lifetime_count: int
    lifetime_unit: str
    lifetime: Texts
    function: Texts
    purpose: Texts
    match: str = "exact"
    http_only: bool = False
    exempt_measurement: bool = False
    storage: str = "any"


@dataclass(frozen=True)
class DeclaredCategory:
    key: str
    title: Texts
    description: Texts
    cookies: tuple[DeclaredCookie, ...]

    @cached_property
    def fingerprint(self) -> str:
        """What a visitor decides on, without its wording: a change of it asks again."""
        facts = sorted([getattr(cookie, name) for name in DECIDED_ON] for cookie in self.cookies)
        return digest(canonical({"key": self.key, "cookies": facts}))


@dataclass(frozen=True)
class DeclaredProvider:
    key: str
    name: str
    privacy_url: str


@dataclass(frozen=True)
class Controller:
    """Who is responsible and how to reach them and the authority (L6)."""

    name: str
    address: str
    email: str
    dpo_email: str
    authority: str
    authority_url: str


@dataclass(frozen=True)
class DeclaredLook:
    """Colours as `#rrggbb`, the corner in CSS pixels, the logo by its digest, if there is one.

    `reopener` says how visitors come back to their choice: by a link or a floating button.
    """

    accent: str
    accent_dark: str
    corner: int
    position: str
    logo: str
    reopener: str = "link"


@dataclass(frozen=True)
class DeclaredPassage:
    """A section or a legal page in the tenant's own words, as sanitised HTML, or a link."""

    url: str
    html: Texts

    def nearest(self, tag: str, default: str) -> str:
        """The language to show it in: the visitor's, else the default, else one that there is."""
        return next((one for one in (tag, default) if one in self.html), min(self.html))


@dataclass(frozen=True)
class DeclaredIntegration:
    """A service of the portal's pages that waits for consent to a category; see its kind."""

    kind: str
    category: str
    identifier: str
    server: str
    title: str


@dataclass(frozen=True)
class Document:
    """All that visitors see. Members with a default came later: older versions lack them."""

    slug: str
    name: str
    hostname: str
    default_language: str
    consent_days: int
    controller: Controller
    wordings: dict[str, str]
    categories: tuple[DeclaredCategory, ...]
    providers: tuple[DeclaredProvider, ...]
    look: DeclaredLook | None = None
    passages: dict[str, DeclaredPassage] = field(default_factory=dict)
    integrations: tuple[DeclaredIntegration, ...] = ()

    def canonical(self) -> bytes:
        return canonical(asdict(self))

    @cached_property
    def digest(self) -> str:
        return digest(self.canonical())

    @property
    def fingerprints(self) -> dict[str, str]:
        return {one.key: one.fingerprint for one in self.categories}

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted(self.wordings, key=lambda tag: (tag != self.default_language, tag)))

    @property
    def optional(self) -> tuple[DeclaredCategory, ...]:
        return tuple(one for one in self.categories if one.key != "necessary")

    def category(self, key: str) -> DeclaredCategory | None:
        return next((one for one in self.categories if one.key == key), None)

    def provider(self, key: str) -> DeclaredProvider:
        return next(one for one in self.providers if one.key == key)

    @classmethod
    def read(cls, text: str | bytes) -> "Document":
        raw: dict[str, Any] = json.loads(text)
        return cls(
            **{
                **raw,
                "controller": Controller(**raw["controller"]),
                "categories": tuple(_category(one) for one in raw["categories"]),
                "providers": tuple(DeclaredProvider(**one) for one in raw["providers"]),
                "look": DeclaredLook(**raw["look"]) if raw.get("look") else None,
                "passages": {
                    key: DeclaredPassage(**one) for key, one in raw.get("passages", {}).items()
                },
                "integrations": tuple(
                    DeclaredIntegration(**one) for one in raw.get("integrations", ())
                ),
            }
        )


def _category(raw: dict[str, Any]) -> DeclaredCategory:
    return DeclaredCategory(
        **{**raw, "cookies": tuple(DeclaredCookie(**one) for one in raw["cookies"])}
    )


def canonical(value: Any) -> bytes:
    """The canonical JSON form (RFC 8785)."""
    return rfc8785.dumps(value)


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()
