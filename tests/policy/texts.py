"""Short ways to write a tenant's own texts."""

from flask import Flask

from portal.database import writing
from portal.policy.passages import link_legal_page, write_passage
from portal.policy.typed import Shown, Typed
from portal.policy.wordings import own_wordings, reword
from tests import make


def own(app: Flask, source: str, text: str, language: str = "fr") -> None:
    """Say a built-in text in own words."""
    with app.app_context(), writing():
        tenant = make.find()
        before = own_wordings(tenant).get(language, {}).get(source, "")
        reword(tenant, language, [Typed(source, text, Shown(before).seal)])


def passage(app: Flask, key: str = "why", **texts: str) -> None:
    with app.app_context(), writing():
        for language, text in texts.items():
            write_passage(make.find(), key, language, text)


def link(app: Flask, key: str, url: str) -> None:
    with app.app_context(), writing():
        link_legal_page(make.find(), key, url)
