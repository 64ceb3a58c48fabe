"""What a tenant's other sites load: the script, its texts, and a decision carried between them."""

from flask import Flask

from portal.public.embed import carrying, script, texts

__all__ = ["carrying", "init_app"]


def init_app(app: Flask) -> None:
    script.init_app(app)
    texts.init_app(app)
