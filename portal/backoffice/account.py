"""What a person keeps about themselves: name and language; how they sign in."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.current import current_person
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import LANGUAGES, gettext
from portal.database import writing
from portal.languages import language
from portal.people.models import Person
from portal.people.roles import Permission

LONGEST_NAME = 200


@bp.get("/account/")
@needs(Permission.READ)
def account() -> str:
    person = current_person()
    languages = [(tag, language(tag).name) for tag in LANGUAGES]
    return render_template("backoffice/account/account.html", values=person, languages=languages)


@bp.post("/account/")
@needs(Permission.READ)
def account_save() -> Response:
    wanted = request.form.get("language", "")
    with writing():
        person: Person = current_person()  # type: ignore[assignment]  # the guard saw to it
        person.name = request.form.get("name", "").strip()[:LONGEST_NAME]
        person.language = wanted if wanted in LANGUAGES else ""
    tell(gettext("Saved."))
    return redirect(url_for("backoffice.account"), 303)
