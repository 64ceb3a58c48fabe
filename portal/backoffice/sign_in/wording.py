"""What Flask-Security says, in our words and from our catalogue."""

from typing import Any

from flask_security.babel import FsDomain

from portal.backoffice.messages import ERROR, GOOD, WARNING
from portal.backoffice.words import gettext
from portal.catalogues import said

AGAIN = said("That did not work. Please try again.")
TOO_LATE = said("That took longer than %(within)s. Please start again.")
NOT_RIGHT = said("The email address or the password is not right.")

# by Flask-Security's names, without SECURITY_MSG_
MESSAGES: dict[str, tuple[str, str]] = {
    "API_ERROR": (AGAIN, ERROR),
    "DISABLED_ACCOUNT": (NOT_RIGHT, ERROR),
    "EMAIL_NOT_PROVIDED": (said("Give your email address."), ERROR),
    "FORGOT_PASSWORD": (said("Password forgotten?"), GOOD),
    "GENERIC_AUTHN_FAILED": (NOT_RIGHT, ERROR),
    "GENERIC_RECOVERY": (
        said("If this address is known here, a link comes by mail within a minute."),
        GOOD,
    ),
    "INVALID_CODE": (said("This code is not right."), ERROR),
    "INVALID_EMAIL_ADDRESS": (said("This is not an email address."), ERROR),
    "INVALID_INPUT": (AGAIN, ERROR),
    "INVALID_INPUT_LENGTH": (said("Use less than %(length)s characters."), ERROR),
    "INVALID_PASSWORD": (said("The password is not right."), ERROR),
    "INVALID_PASSWORD_CODE": (said("The password is not right."), ERROR),
    "INVALID_RECOVERY_CODE": (said("This code is not right, or was used before."), ERROR),
    "INVALID_REDIRECT": (AGAIN, ERROR),
    "INVALID_RESET_PASSWORD_TOKEN": (
        said("This link does not work any more. Ask for another one here."),
        ERROR,
    ),
    "LOGIN": (said("Please sign in."), WARNING),
    "PASSWORD_CHANGE": (
        said("The password is changed; everywhere else you are signed out."),
        GOOD,
    ),
    "PASSWORD_INVALID_LENGTH": (said("Use at least %(length)s characters."), ERROR),
    "PASSWORD_IS_THE_SAME": (said("Choose another password than the one until now."), ERROR),
    "PASSWORD_MISMATCH": (said("The two passwords are not the same."), ERROR),
    "PASSWORD_NOT_PROVIDED": (said("Give the password."), ERROR),
    "PASSWORD_RESET_NO_LOGIN": (said("The password is changed. Please sign in with it."), GOOD),
    "PASSWORD_RESET_REQUEST": (
        said("If %(email)s is known here, a link comes by mail within a minute."),
        GOOD,
    ),
    "REAUTHENTICATION_REQUIRED": (said("Please show that it is still you."), WARNING),
    "REAUTHENTICATION_SUCCESSFUL": (said("Thank you. Go on."), GOOD),
    "REFRESH": (said("Please show that it is still you."), WARNING),
    "RETYPE_PASSWORD_MISMATCH": (said("The two passwords are not the same."), ERROR),
    "TWO_FACTOR_INVALID_TOKEN": (said("This code is not right."), ERROR),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (said("You are signed in."), GOOD),
    "TWO_FACTOR_PERMISSION_DENIED": (said("Please start again with the password."), ERROR),
    "UNAUTHENTICATED": (said("Please sign in."), WARNING),
    "USER_DOES_NOT_EXIST": (NOT_RIGHT, ERROR),
    "WEBAUTHN_CREDENTIAL_DELETED": (said("The passkey “%(name)s” is removed."), GOOD),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (said("This passkey is known already."), ERROR),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (said("This passkey is not known here."), ERROR),
    "WEBAUTHN_EXPIRED": (TOO_LATE, ERROR),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (said("This passkey is somebody else’s."), ERROR),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (
        said("Use letters, digits, spaces and hyphens."),
        ERROR,
    ),
    "WEBAUTHN_NAME_INUSE": (said("You have a passkey “%(name)s” already."), ERROR),
    "WEBAUTHN_NAME_NOT_FOUND": (said("You have no passkey “%(name)s”."), ERROR),
    "WEBAUTHN_NAME_REQUIRED": (said("Give the passkey a name."), ERROR),
    "WEBAUTHN_NO_VERIFY": (said("The passkey could not be checked. Please try again."), ERROR),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (said("This passkey is not known here."), ERROR),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (
        said("From now on you can sign in with the passkey “%(name)s”."),
        GOOD,
    ),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (said("This passkey is not known here."), ERROR),
}

# of letters, without SECURITY_EMAIL_SUBJECT_
SUBJECTS = {
    "PASSWORD_RESET": said("Choose a new password"),
    "PASSWORD_NOTICE": said("Your password was changed"),
    "PASSWORD_CHANGE_NOTICE": said("Your password was changed"),
}


class Words(FsDomain):
    """Where Flask-Security looks its texts up."""

    def gettext(self, string: str, **variables: Any) -> str:
        return gettext(string, **variables)
