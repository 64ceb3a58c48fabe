"""Attempts to get in are counted, for each network they come from and each account they try.

Strangers who guess must not lock out whose account it is. So guesses at one account are few from
one network; from all networks together they meet a ceiling, which is high where anybody may guess,
and is none for networks from which the account has signed in before.
"""

from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Flask, Response, request, session
from flask_limiter import Limiter

from portal.backoffice.current import current_person
from portal.backoffice.sign_in.known_networks import has_signed_in_from_here, network
from portal.limits import storage_options
from portal.people.accounts import find_active, normalised
from portal.people.models import Person
from portal.people.refusals import PersonError
from portal.settings import Settings

FROM_ONE_NETWORK = "10 per minute; 50 per hour"
AT_ONE_ACCOUNT_FROM_ONE_NETWORK = "10 per 10 minutes; 50 per day"

Viewing = Callable[..., Any]
Key = Callable[[], str]


class Counted(NamedTuple):
    """How the attempts at a view are counted: at whose account, and the ceiling of all networks."""

    account: Key
    email: Key
    ceiling: str


def throttle(app: Flask, settings: Settings) -> Callable[[str, Viewing, Counted], Viewing]:
    """What limits a view; the attempts of those who get in are not counted.

    While a counter beside us does not answer, each process counts for itself.
    """
    limiter = Limiter(
        network,
        app=app,
        storage_uri=settings.limits_url,
        storage_options=storage_options(settings),
        in_memory_fallback_enabled=True,
        swallow_errors=True,  # where the counter goes away between the attempt and its count
    )
    app.extensions["portal.limiter"] = limiter

    def limited(name: str, view: Viewing, by: Counted) -> Viewing:
        counted: dict[str, Any] = {"methods": ["POST"], "deduct_when": _failed}
        from_network = limiter.shared_limit(FROM_ONE_NETWORK, f"{name} from", **counted)
        by_both = limiter.shared_limit(
            AT_ONE_ACCOUNT_FROM_ONE_NETWORK,
            f"{name} at and from",
            key_func=lambda: _hashed(f"{by.account()} {network()}"),
            **counted,
        )
        at_account = limiter.shared_limit(
            by.ceiling,
            f"{name} at",
            key_func=lambda: _hashed(by.account()),
            exempt_when=lambda: has_signed_in_from_here(by.email()),
            **counted,
        )
        within_limits: Viewing = from_network(by_both(at_account(view)))
        return within_limits

    return limited


def _failed(response: Response) -> bool:
    """A form that is right leads on to another page; one that is wrong is shown again."""
    return response.status_code == HTTPStatus.OK


def _hashed(account: str) -> str:
    """The counters need not know who it is."""
    return sha256(account.encode(errors="replace")).hexdigest()


def _written_email() -> str:
    """The address that the form names, however it is spelt."""
    written = request.form.get("email", "")
    try:
        return normalised(written)
    except PersonError:
        return written


def _person() -> Person | None:
    """Whoever is signed in, or has given the password and is asked for more."""
    return current_person() or find_active(session.get("tf_user_id"))


def _identity() -> str:
    person = _person()
    return person.fs_uniquifier if person else ""


def _email() -> str:
    person = _person()
    return person.email if person else ""


def _path() -> str:
    """The secret link that the form is sent to."""
    return request.path


TIGHT = "10 per 10 minutes; 50 per day"
BY_EMAIL = Counted(_written_email, _written_email, "100 per hour; 500 per day")
BY_MAIL = Counted(_written_email, _written_email, "10 per hour; 30 per day")  # all of it is sent
BY_PERSON = Counted(_identity, _email, TIGHT)  # who guesses here knows the password
BY_LINK = Counted(_path, _path, TIGHT)
