"""What Flask-Security, Flask-WTF and the session are told."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from portal.backoffice.guard import FRESH
from portal.backoffice.sign_in.wording import MESSAGES, SUBJECTS
from portal.people import passwords


def configuration(secret: str) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_NAME": "sessionid",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(weeks=2),
        "WTF_CSRF_CHECK_DEFAULT": False,  # the guard checks, once it knows who is asking
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_LOGIN_URL": "/sign-in/",
        "SECURITY_POST_LOGIN_VIEW": "backoffice.home",
        "SECURITY_POST_LOGOUT_VIEW": "backoffice.home",
        "SECURITY_POST_VERIFY_VIEW": "backoffice.account",
        "SECURITY_POST_CHANGE_VIEW": "backoffice.account",
        "SECURITY_WAN_POST_REGISTER_VIEW": "backoffice.account",
        **_templates(),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],  # salted by itself
        "SECURITY_PASSWORD_LENGTH_MIN": passwords.SHORTEST,
        "SECURITY_PASSWORD_NORMALIZE_FORM": passwords.FORM,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,  # who has an account is nobody's business
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},  # asks no name server
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_LOGOUT_CSRF": True,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": True,  # refuse_foreign_requests guards those
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,  # seconds that a phone's clock may err
        "SECURITY_TOTP_SECRETS": {"1": _derived(secret, "totp")},
        "SECURITY_TOTP_ISSUER": "Consent portal",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 10,
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_ALLOW_USER_HINTS": False,  # a passkey says whose it is
        "SECURITY_WAN_ALLOW_AS_VERIFY": ["first"],
        "SECURITY_WAN_SIGNIN_WITHIN": timedelta(minutes=5),
        **{f"SECURITY_MSG_{key}": message for key, message in MESSAGES.items()},
        **{f"SECURITY_EMAIL_SUBJECT_{key}": subject for key, subject in SUBJECTS.items()},
    }


def _templates() -> dict[str, str]:
    sign_in, account, letters = (f"backoffice/{one}" for one in ("sign_in", "account", "mail"))
    return {
        "SECURITY_LOGIN_USER_TEMPLATE": f"{sign_in}/sign_in.html",
        "SECURITY_LOGOUT_USER_TEMPLATE": f"{sign_in}/sign_out.html",
        "SECURITY_VERIFY_TEMPLATE": f"{sign_in}/again.html",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": f"{sign_in}/code.html",
        "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": f"{sign_in}/recovery_code.html",
        "SECURITY_WAN_SIGNIN_TEMPLATE": f"{sign_in}/passkey.html",
        "SECURITY_WAN_VERIFY_TEMPLATE": f"{sign_in}/passkey_again.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": f"{account}/password.html",
        "SECURITY_WAN_REGISTER_TEMPLATE": f"{account}/passkeys.html",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": f"{letters}/changed",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": f"{letters}/changed",
    }


def _derived(secret: str, purpose: str) -> str:
    key = hashlib.sha256(f"{purpose}:{secret}".encode()).digest()
    return base64.urlsafe_b64encode(key).decode()
