"""The routes of a door, and how to call them."""

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import AnyConverter, Rule

from portal.database import owner_engine
from portal.models import metadata
from tests import make

OF_TENANTS = [one for one in metadata.sorted_tables if "tenant_id" in one.columns]


def rules(app: Flask, door: str) -> list[Rule]:
    return [one for one in app.url_map.iter_rules() if one.endpoint.startswith(f"{door}.")]


def backoffice_rules(app: Flask) -> list[Rule]:
    return rules(app, "backoffice")


def address(rule: Rule, ids: dict[str, str]) -> str:
    """The address of a rule with an id of the kind that it takes."""
    values = {name: ids.get(name, ids["other"]) for name in rule.arguments}
    values |= {name: 1 for name, kind in rule._converters.items() if "Integer" in str(type(kind))}
    values |= {
        name: ids["uuid"] for name, kind in rule._converters.items() if "UUID" in str(type(kind))
    }
    words = {
        name: kind for name, kind in rule._converters.items() if isinstance(kind, AnyConverter)
    }
    values |= {name: min(kind.items) for name, kind in words.items()}
    _, path = rule.build(values)
    return path


def everything_of(app: Flask, slug: str) -> dict[str, list]:
    with app.app_context(), owner_engine().connect() as connection:
        tenant = make.find(slug).id
        mine = {one.name: select(one).where(one.c.tenant_id == tenant) for one in OF_TENANTS}
        return {name: sorted(map(repr, connection.execute(mine[name]))) for name in mine}
