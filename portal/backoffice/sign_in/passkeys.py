"""Passkeys: what is asked of the browser, for Flask-Security."""

from typing import Any

from flask_security import UserMixin, WebauthnUtil
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.backoffice.current import name_of_sign_in


class Passkeys(WebauthnUtil):
    """A passkey knows whose it is and asks for a finger or a PIN: it is both factors in one.

    It belongs to the hostname on which it was made, as browsers will have it.
    """

    def registration_options(
        self, user: UserMixin, usage: str, existing_options: dict[str, Any]
    ) -> dict[str, Any]:
        named = existing_options | {"rp_name": name_of_sign_in()}
        return super().registration_options(user, usage, named)

    def authenticator_selection(
        self, _user: UserMixin, _usage: str
    ) -> AuthenticatorSelectionCriteria:
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(
        self, _user: UserMixin | None, _usage: list[str]
    ) -> UserVerificationRequirement:
        return UserVerificationRequirement.REQUIRED
