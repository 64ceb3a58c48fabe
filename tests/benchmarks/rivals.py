"""The consent scripts that ours is measured against, from npm, pinned by version and hash.

Each is set up as its documentation says, with the categories, cookies and words of our own banner,
which are read from what our portal answers.
"""

import io
import json
import re
import subprocess
import tarfile
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha512
from html import escape
from pathlib import Path
from typing import Any

Tree = list[Any]
VOID = {"input", "br"}


@dataclass(frozen=True)
class Package:
    """A package of the npm registry, with the files of it that a page loads."""

    name: str
    version: str
    integrity: str  # SHA-512 of the archive, as package locks write it
    files: tuple[str, ...]

    def fetch(self, folder: Path) -> dict[str, bytes]:
        archive = folder / f"{self.name}-{self.version}.tgz"
        if not archive.exists():
            folder.mkdir(parents=True, exist_ok=True)
            command = ["npm", "pack", "--silent", f"{self.name}@{self.version}"]
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return self._unpack(archive.read_bytes())

    def _unpack(self, packed: bytes) -> dict[str, bytes]:
        found = "sha512-" + b64encode(sha512(packed).digest()).decode()
        if found != self.integrity:
            raise ValueError(f"{self.name} {self.version} is not what was pinned: {found}")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            members = {one: archive.extractfile(f"package/dist/{one}") for one in self.files}
            return {name: member.read() for name, member in members.items()}


OREJIME = Package(
    "orejime",
    "3.2.1",
    "sha512-jAEjX6Rzn8W6D+vkoFhJUXECzpLtGUXQJ9yj9PhEkDo/7ZeK2uGjAfXxdQRI4IWPvIL+jVPxgm5Dsi5Rv+8qMw==",
    ("orejime-standard-en.js", "orejime-standard.css"),
)
VANILLA = Package(
    "vanilla-cookieconsent",
    "3.1.0",
    "sha512-/McNRtm/3IXzb9dhqMIcbquoU45SzbN2VB+To4jxEPqMmp7uVniP6BhGLjU8MC7ZCDsNQVOp27fhQTM/ruIXAA==",
    ("cookieconsent.umd.js", "cookieconsent.css"),
)


@dataclass(frozen=True)
class Category:
    key: str
    title: str
    description: str
    cookies: list[tuple[str, str]]  # name, purpose


@dataclass(frozen=True)
class Words:
    """What our banner says, for others to say the same."""

    title: str
    description: str  # HTML
    buttons: dict[str, str]  # by answer
    centre: str  # title of the second layer
    policy: str  # address
    categories: list[Category]


def words_of(texts: dict[str, Any], policy: dict[str, Any]) -> Words:
    """From the trees of our script and from what the API tells of the published policy."""
    about, title = _first(texts["first"], "div"), _first(texts["first"], "h2")
    both = [texts["first"], texts["second"]]
    buttons = {
        attributes["data-answer"]: _text(children)
        for tree in both
        for attributes, children in _all(tree, "button")
    }
    return Words(
        title=_text(title[2:]),
        description="".join(_html(one) for one in about[2:] if one is not title),
        buttons=buttons,
        centre=_text(_first(texts["second"], "h2")[2:]),
        policy=_first(texts["first"], "a")[1]["href"],
        categories=[_category(one) for one in policy["categories"]],
    )


def _category(one: dict[str, Any]) -> Category:
    cookies = [(cookie["name"], cookie["purpose"]) for cookie in one["cookies"]]
    return Category(one["key"], one["title"], one["description"], cookies)


def _all(tree: Tree, tag: str) -> list[tuple[dict[str, str], Tree]]:
    inside = [found for one in tree[2:] if isinstance(one, list) for found in _all(one, tag)]
    return [(tree[1], tree[2:]), *inside] if tree[0] == tag else inside


def _first(tree: Tree, tag: str) -> Tree:
    attributes, children = _all(tree, tag)[0]
    return [tag, attributes, *children]


def _text(children: Tree) -> str:
    return "".join(one if isinstance(one, str) else _text(one[2:]) for one in children).strip()


def _html(tree: Tree | str) -> str:
    if isinstance(tree, str):
        return escape(tree)
    tag, attributes, *children = tree
    if "hidden" in attributes:
        return ""
    shown = f' href="{escape(attributes["href"])}"' if tag == "a" else ""
    return f"<{tag}{shown}>{''.join(map(_html, children))}</{tag}>"


def orejime(words: Words) -> str:
    """Its configuration, a script."""
    answers = words.buttons
    config = {
        "privacyPolicyUrl": words.policy,
        "purposes": [
            {
                "id": one.key,
                "title": one.title,
                "description": one.description,
                "cookies": [name for name, _ in one.cookies],
                "isMandatory": one.key == "necessary",
            }
            for one in words.categories
        ],
        "translations": {
            "banner": {
                "title": words.title,
                "description": re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", words.description)),
                "accept": answers["accept_all"],
                "decline": answers["reject_all"],
                "configure": answers["choose"],
            },
            "modal": {
                "title": words.centre,
                "acceptAll": answers["accept_all"],
                "declineAll": answers["reject_all"],
                "save": answers["save"],
            },
        },
    }
    return f"window.orejimeConfig = {json.dumps(config)};"


def vanilla(words: Words, address: str) -> str:
    """Its configuration, a module that imports it."""
    answers = words.buttons
    common = {
        "acceptAllBtn": answers["accept_all"],
        "acceptNecessaryBtn": answers["reject_all"],
    }
    first = {
        "title": words.title,
        "description": words.description,
        "showPreferencesBtn": answers["choose"],
    }
    second = {
        "title": words.centre,
        "savePreferencesBtn": answers["save"],
        "sections": [_section(one) for one in words.categories],
    }
    config = {
        "hideFromBots": False,  # or it hides from a browser that a program drives
        "categories": {one.key: {"readOnly": one.key == "necessary"} for one in words.categories},
        "language": {
            "default": "en",
            "translations": {
                "en": {"consentModal": common | first, "preferencesModal": common | second}
            },
        },
    }
    return f'import "{address}";\nCookieConsent.run({json.dumps(config)});'


def _section(category: Category) -> dict[str, Any]:
    return {
        "title": category.title,
        "description": category.description,
        "linkedCategory": category.key,
        "cookieTable": {
            "headers": {"name": "Cookie", "purpose": "Purpose"},
            "body": [{"name": name, "purpose": purpose} for name, purpose in category.cookies],
        },
    }
