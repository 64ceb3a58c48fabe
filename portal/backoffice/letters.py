"""The letters that the screens send."""

import logging

from flask import current_app, render_template

from portal.backoffice.current import current_person, current_tenant
from portal.backoffice.mailed_addresses import mailed_address
from portal.backoffice.messages import WARNING, tell
from portal.backoffice.role_words import role_words
from portal.backoffice.words import gettext
from portal.database import writing
from portal.people import mail
from portal.people.members import Invited, note_mailed
from portal.settings import Settings

log = logging.getLogger(__name__)


def send_invitation(invited: Invited) -> None:
    """Send the link and say so; where no mail goes out, show it, to be passed on by hand."""
    asked, secret = invited
    link = mailed_address("backoffice.invitation", number=asked.id, secret=secret)
    if _sent(asked.email, asked.role, link):
        with writing():
            note_mailed(asked.tenant_id, asked.id, secret)
        tell(gettext("%(email)s is invited; the link is on its way.", email=asked.email))
        return
    text = gettext(
        "No mail went to %(email)s. Pass this link on yourself: %(link)s",
        email=asked.email,
        link=link,
    )
    tell(text, WARNING)


def _sent(email: str, role: str, link: str) -> bool:
    settings: Settings = current_app.extensions["portal.settings"]
    person = current_person()
    text = render_template(
        "backoffice/mail/invitation.txt",
        link=link,
        who=person and (person.name or person.email),
        role_word=role_words()[role].name,
    )
    subject = gettext("Invitation to %(name)s", name=current_tenant().name)
    try:
        return mail.send(settings, email, subject, text)
    except mail.MailUnavailable:
        log.exception("the invitation of %s was not sent", email)
        return False
