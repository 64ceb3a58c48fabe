"""How many statements something sends to the database."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import event

from portal.database import db


def counted(app: Flask, deed: Callable[[], object]) -> int:
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    deed()
    event.remove(engine, "before_cursor_execute", note)
    return len(statements)
