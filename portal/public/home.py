"""The portal's home and its policy page."""

from flask import Response

from portal.public.door import bp
from portal.public.pages import page
from portal.public.rendering import PATHS


@bp.get(PATHS["home"])
def home() -> Response:
    return page("home")


@bp.get(PATHS["cookies_policy"])
def cookies_policy() -> Response:
    return page("cookies_policy")
