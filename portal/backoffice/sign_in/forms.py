"""Flask-Security's forms, without what the portal does not offer."""

from typing import Any

from flask_security import (
    ForgotPasswordForm,
    Form,
    LoginForm,
    TwoFactorRescueForm,
    WebAuthnRegisterForm,
    WebAuthnSigninResponseForm,
)
from flask_security.forms import EmailValidation, email_required
from wtforms import EmailField, HiddenField, RadioField
from wtforms.validators import AnyOf


class SignInForm(LoginForm):
    remember = None  # a cookie that lasts would be one more than the portal declares


class ForgottenForm(ForgotPasswordForm):
    """Whether somebody has the address is not for the form to say."""

    email = EmailField(validators=[email_required, EmailValidation(verify=True)])

    def validate(self, **options: Any) -> bool:
        right: bool = Form.validate(self, **options)
        return right


class LostAppForm(TwoFactorRescueForm):
    help_setup = RadioField(choices=[])  # there is no help by mail: recovery codes, or an operator


class PasskeyForm(WebAuthnRegisterForm):
    usage = HiddenField(validators=[AnyOf(["first"])])


class PasskeySignInForm(WebAuthnSigninResponseForm):
    remember = HiddenField(filters=[lambda _: None])  # likewise, whatever is sent
