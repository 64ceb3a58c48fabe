"""Attempts to get in are counted, for each address they come from and each account they try."""

from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from portal.backoffice.current import current_person
from portal.limits import storage_options
from portal.people.accounts import normalised
from portal.people.refusals import PersonError
from portal.settings import Settings

FROM_ONE_ADDRESS = "10 per minute; 50 per hour"
AT_ONE_ACCOUNT = "10 per 10 minutes; 50 per day"

Viewing = Callable[..., Any]
Key = Callable[[], str]


def throttle(app: Flask, settings: Settings) -> Callable[[str, Viewing, Key], Viewing]:
    """What limits a view; the attempts of those who get in are not counted.

    While a counter beside us does not answer, each process counts for itself.
    """
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=settings.limits_url,
        storage_options=storage_options(settings),
        in_memory_fallback_enabled=True,
        swallow_errors=True,  # where the counter goes away between the attempt and its count
    )
    app.extensions["portal.limiter"] = limiter

    def limited(name: str, view: Viewing, account: Key) -> Viewing:
        counted: dict[str, Any] = {"methods": ["POST"], "deduct_when": _failed}
        by_address = limiter.shared_limit(FROM_ONE_ADDRESS, f"{name} from", **counted)
        by_account = limiter.shared_limit(
            AT_ONE_ACCOUNT, f"{name} at", key_func=lambda: _hashed(account()), **counted
        )
        within_limits: Viewing = by_address(by_account(view))
        return within_limits

    return limited


def _failed(response: Response) -> bool:
    """A form that is right leads on to another page; one that is wrong is shown again."""
    return response.status_code == HTTPStatus.OK


def _hashed(account: str) -> str:
    """The counters need not know who it is."""
    return sha256(account.encode(errors="replace")).hexdigest()


def by_email() -> str:
    """The account that the form names, however it spells the address."""
    written = request.form.get("email", "")
    try:
        return normalised(written)
    except PersonError:
        return written


def by_person() -> str:
    """Whoever is signed in, or has given the password and is asked for more."""
    person = current_person()
    return person.fs_uniquifier if person else session.get("tf_user_id", "")


def by_link() -> str:
    """The secret link that the form is sent to."""
    return request.path
