"""Links to the preview of a draft: for whoever holds one, for some days, for one tenant."""

from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

LASTS = timedelta(days=7)


class LinkExpired(Exception):
    """A link that was good once."""


class NoSuchLink(LookupError):
    """A link that the portal never gave out for this tenant."""


def new_token(tenant_id: int) -> str:
    return str(_serializer().dumps(tenant_id))


def check_token(token: str, tenant_id: int) -> None:
    """Raises LinkExpired, and NoSuchLink for anything else that is wrong with it."""
    try:
        named = _serializer().loads(token, max_age=int(LASTS.total_seconds()))
    except SignatureExpired as reason:
        raise LinkExpired from reason
    except BadSignature as reason:
        raise NoSuchLink from reason
    if named != tenant_id:
        raise NoSuchLink


def _serializer() -> URLSafeTimedSerializer:
    secret = current_app.secret_key
    if secret is None:
        raise RuntimeError("the application has no secret to sign links with")
    return URLSafeTimedSerializer(secret, salt="preview of a draft")
