"""What somebody sent when they had to show first that it is still them: kept to be sent again."""

from flask import request, session
from werkzeug.datastructures import MultiDict

HELD = "held_form"  # in the session: an address and the fields that were sent there
MOST = 1000  # characters of all fields; a cookie holds four times that


def hold_form() -> None:
    """Keep what a small form holds, in place of one that was kept before."""
    fields = [one for one in request.form.items(multi=True) if one[0] != "csrf_token"]
    if fields and sum(len(name) + len(value) for name, value in fields) <= MOST:
        session[HELD] = [_here(), fields]


def held_form() -> MultiDict[str, str]:
    """What was sent to this address and not done, once; empty if there is nothing."""
    address, fields = session.pop(HELD, ("", []))
    return MultiDict(map(tuple, fields) if address == _here() else [])


def _here() -> str:
    """With the tenant, where the path names it: sessions are shared there."""
    return request.script_root + request.path
