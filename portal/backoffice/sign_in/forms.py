"""Flask-Security's forms, without what the portal does not offer."""

from flask_security import (
    LoginForm,
    TwoFactorRescueForm,
    WebAuthnRegisterForm,
    WebAuthnSigninResponseForm,
)
from wtforms import HiddenField, RadioField
from wtforms.validators import AnyOf


class SignInForm(LoginForm):
    remember = None  # a cookie that lasts would be one more than the portal declares


class LostAppForm(TwoFactorRescueForm):
    help_setup = RadioField(choices=[])  # there is no help by mail: recovery codes, or an operator


class PasskeyForm(WebAuthnRegisterForm):
    usage = HiddenField(validators=[AnyOf(["first"])])


class PasskeySignInForm(WebAuthnSigninResponseForm):
    remember = HiddenField(filters=[lambda _: None])  # likewise, whatever is sent
