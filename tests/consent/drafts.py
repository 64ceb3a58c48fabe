"""Changes of a tenant's draft that ask visitors again, or do not."""

from typing import Any

from flask import Flask
from sqlalchemy import delete, update

from portal.cookies.models import Category, Cookie
from portal.cookies.starter import CATEGORY_TEXTS
from portal.database import db, writing
from tests import make


def add_category(app: Flask, key: str, slug: str = "paris") -> None:
    title, description = CATEGORY_TEXTS[key]
    with app.app_context(), writing():
        db.session.add(
            Category(
                tenant_id=make.find(slug).id,
                key=key,
                position=9,
                title={"en": title},
                description={"en": description},
            )
        )


def remove_category(app: Flask, key: str) -> None:
    with app.app_context(), writing():
        mine = Category.tenant_id == make.find().id
        db.session.execute(delete(Category).where(mine, Category.key == key))


def change_cookie(app: Flask, name: str, **values: Any) -> None:
    with app.app_context(), writing():
        mine = Cookie.tenant_id == make.find().id
        db.session.execute(update(Cookie).where(mine, Cookie.name == name).values(**values))


def remove_cookie(app: Flask, name: str) -> None:
    with app.app_context(), writing():
        mine = Cookie.tenant_id == make.find().id
        db.session.execute(delete(Cookie).where(mine, Cookie.name == name))
