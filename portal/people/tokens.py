"""API tokens: a program's key to one tenant, for what its scopes name.

A secret is 256 random bits, shown once. What is kept is its plain SHA-256: nobody can guess or
enumerate that many, so a slow, salted hash, which makes up for weak passwords, would only slow down
every request. The check digits tell a mistyped or cut secret from an unknown one without a look
into the database, and secret scanners a real one from a lookalike.
"""

import secrets
import string
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID
from zlib import crc32

from sqlalchemy import ColumnElement, or_, select, update

from portal.catalogues import said
from portal.database import db
from portal.identifiers import uuid7
from portal.people.models import ApiToken
from portal.people.refusals import NoSuchToken, TokenError

PREFIX = "cpt_"  # consent portal token
DIGITS = string.digits + string.ascii_letters
RANDOM, CHECK = 43, 6  # digits: 62 ** 43 is more than 2 ** 256, 62 ** 6 more than 2 ** 32
HINT = len(PREFIX) + 4
LONGEST_NAME: int = ApiToken.__table__.columns["name"].type.length  # type: ignore[attr-defined]
LONGEST_LIFE = 3650  # days
USE_NOTED = timedelta(minutes=1)  # how exactly the last use is known


class Scope(StrEnum):
    """What a token may be for."""

    COOKIES_READ = "cookies:read"  # the draft: its list, what is missing in it, what would change
    COOKIES_WRITE = "cookies:write"
    PUBLISH = "publish"
    VERSIONS_READ = "versions:read"
    CONSENTS_READ = "consents:read"  # the log, and exporting it
    CONSENTS_ERASE = "consents:erase"
    FIGURES_READ = "figures:read"


class UnknownToken(Exception):
    """No token, or one that is not this tenant's, or is over: which of these is not told."""


class ScopeMissing(Exception):
    """The token is good, but not for this."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.scope = scope


class Made(NamedTuple):
    token: ApiToken
    secret: str  # shown this once


def make(
    tenant_id: int, name: str, scopes: Iterable[str], by: str, days: int | None = None
) -> Made:
    """A new token, which lives for so many days or until it is revoked; raises TokenError."""
    secret = _new_secret()
    token = ApiToken(
        tenant_id=tenant_id,
        id=uuid7(),
        name=_name(name),
        hint=secret[:HINT],
        secret=_hash(secret),
        scopes=_scopes(scopes),
        created_by=by,
        expires_at=_expiry(days),
    )
    db.session.add(token)
    return Made(token, secret)


def tokens_of(tenant_id: int) -> list[ApiToken]:
    """All there ever were, the newest first."""
    mine = select(ApiToken).where(ApiToken.tenant_id == tenant_id)
    return list(db.session.scalars(mine.order_by(ApiToken.id.desc())))


def find_token(tenant_id: int, identifier: UUID) -> ApiToken:
    """Raises NoSuchToken."""
    found = db.session.get(ApiToken, (tenant_id, identifier))
    if found is None:
        raise NoSuchToken
    return found


def revoke(tenant_id: int, identifier: UUID) -> ApiToken:
    """The token, which opens nothing from now on; raises NoSuchToken."""
    token = find_token(tenant_id, identifier)
    token.revoked_at = token.revoked_at or datetime.now(UTC)
    return token


def is_over(token: ApiToken, now: datetime) -> bool:
    return bool(token.revoked_at) or (token.expires_at is not None and token.expires_at <= now)


def opened(tenant_id: int, secret: str, now: datetime) -> ApiToken:
    """The tenant's token with this secret; raises UnknownToken."""
    if not _is_whole(secret):
        raise UnknownToken
    mine = (ApiToken.tenant_id == tenant_id) & (ApiToken.secret == _hash(secret))
    found = db.session.scalars(select(ApiToken).where(mine)).one_or_none()
    if found is None or is_over(found, now):
        raise UnknownToken
    return found


def use_is_unnoted(token: ApiToken, now: datetime) -> bool:
    """Whether the last use is worth writing down again."""
    return token.last_used_at is None or token.last_used_at <= now - USE_NOTED


def note_use(tenant_id: int, identifier: UUID, now: datetime) -> None:
    """Write down a use, unless another request has done so within the minute."""
    unnoted: ColumnElement[bool] = or_(
        ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= now - USE_NOTED
    )
    mine = (ApiToken.tenant_id == tenant_id) & (ApiToken.id == identifier)
    noted = update(ApiToken).where(mine, unnoted).values(last_used_at=now)
    db.session.execute(noted.execution_options(synchronize_session=False))


def _new_secret() -> str:
    random = "".join(secrets.choice(DIGITS) for _ in range(RANDOM))
    return f"{PREFIX}{random}{_check(random)}"


def _check(random: str) -> str:
    number, digits = crc32(random.encode()), ""
    for _ in range(CHECK):
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits


def _is_whole(secret: str) -> bool:
    random = secret.removeprefix(PREFIX)[:RANDOM]
    return secret.isascii() and secret == f"{PREFIX}{random}{_check(random)}"


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _name(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy:
        raise TokenError("name", said("Give the token a name: what will use it?"))
    if len(tidy) > LONGEST_NAME:
        raise TokenError("name", said("At most %(longest)s characters."), longest=LONGEST_NAME)
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in tidy):
        raise TokenError("name", said("This holds a character that cannot be shown."))
    return tidy


def _scopes(scopes: Iterable[str]) -> list[str]:
    """In the order of the table."""
    wanted = set(scopes)
    if unknown := wanted - {*Scope}:
        listed = ", ".join(sorted(unknown))[:100]
        raise TokenError("scopes", said("There is no scope “%(scopes)s”."), scopes=listed)
    if not wanted:
        raise TokenError("scopes", said("Choose what the token may do."))
    return [str(one) for one in Scope if one in wanted]


def _expiry(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= LONGEST_LIFE:
        message = said("Choose between one day and %(longest)s days.")
        raise TokenError("days", message, longest=LONGEST_LIFE)
    return datetime.now(UTC) + timedelta(days=days)
