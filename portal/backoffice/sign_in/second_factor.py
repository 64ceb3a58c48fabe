"""The second factor, as Flask-Security keeps it: codes of an app, and recovery codes."""

import hmac
from hashlib import sha256

from flask import current_app
from flask_security import MfRecoveryCodesUtil, Totp, UserMixin

from portal.database import db
from portal.limits import counters

STEP = 30  # seconds for which an app shows a code, and by which its clock may be wrong


class OneTimeCodes(Totp):
    """Codes that let somebody in once: one that was looked at is of no use any more."""

    def verify_totp(
        self, token: str, totp_secret: str, user: UserMixin, window: int = STEP
    ) -> bool:
        right = super().verify_totp(token, totp_secret, user, window)
        return right and _is_first_use(user, "".join(filter(str.isdigit, token)))


def _is_first_use(user: UserMixin, code: str) -> bool:
    """Remembered as long as the code is valid, where attempts are counted."""
    return counters().count(f"code/{user.fs_uniquifier}/{code}", 4 * STEP) == 1


class HashedCodes(MfRecoveryCodesUtil):
    """Recovery codes are shown when they are made and never again: only their hashes are kept."""

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        db.session.refresh(user, ["mf_recovery_codes"], with_for_update=True)  # once, also at once
        return any(hmac.compare_digest(_hashed(code), one) for one in user.mf_recovery_codes or [])

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        used, kept = _hashed(code), user.mf_recovery_codes or []
        user.mf_recovery_codes = [one for one in kept if one != used]
        return True

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [_hashed(code) for code in codes]


def _hashed(code: str) -> str:
    """With the installation's secret, for the codes are short; spaces and capitals do not count."""
    written = "".join(code.lower().split())
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, f"recovery:{written}".encode(), sha256).hexdigest()
