"""The routes of a door."""

from flask import Flask
from werkzeug.routing import Rule


def backoffice_rules(app: Flask) -> list[Rule]:
    return [one for one in app.url_map.iter_rules() if one.endpoint.startswith("backoffice.")]
