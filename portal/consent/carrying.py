"""A decision under a seal of the portal, on its way to another site of the same tenant."""

from urllib.parse import unquote

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.consent import preferences
from portal.consent.models import ConsentRecord

LASTS = 60  # seconds


class SealBroken(ValueError):
    """A seal that is too old, not the portal's, or of another tenant or site."""


def seal(record: ConsentRecord, origin: str) -> str:
    """The decision of a record for one site, in letters that an address may hold."""
    cookie = unquote(preferences.write(record))
    return str(_serializer().dumps([record.tenant_id, origin, cookie]))


def unseal(sealed: str, tenant_id: int, origin: str) -> str:
    """What the cookie holds, as JSON; raises SealBroken."""
    try:
        made_for, made_at, cookie = _serializer().loads(sealed, max_age=LASTS)
    except BadSignature as reason:
        raise SealBroken(str(reason)) from reason
    if (made_for, made_at) != (tenant_id, origin):
        raise SealBroken("made for another tenant or site")
    return str(cookie)


def _serializer() -> URLSafeTimedSerializer:
    secret = current_app.secret_key
    if secret is None:
        raise RuntimeError("the application has no secret to seal decisions with")
    return URLSafeTimedSerializer(secret, salt="decision carried to another site")
