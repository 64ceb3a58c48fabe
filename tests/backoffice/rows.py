"""What a tenant's tables hold."""

from typing import TypeVar

from flask import Flask
from sqlalchemy import select

from portal.database import db
from tests import make

Row = TypeVar("Row")


def rows(app: Flask, model: type[Row], slug: str = "paris") -> list[Row]:
    with app.app_context():
        mine = select(model).where(model.tenant_id == make.find(slug).id)
        return list(db.session.scalars(mine))
