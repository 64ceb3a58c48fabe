"""What every template of the back office knows."""

from typing import Any

from flask import g, get_flashed_messages
from flask_babel import format_date, format_datetime, format_decimal, format_percent
from flask_wtf.csrf import generate_csrf

from portal.backoffice import words
from portal.backoffice.current import (
    current_person,
    current_role,
    current_tenant,
    may,
    names_tenant,
    place,
    portal_origin,
)
from portal.backoffice.door import bp
from portal.backoffice.mailed_addresses import mailed_address
from portal.backoffice.navigation import has_other_portals, navigation
from portal.languages import language


def context() -> dict[str, Any]:
    """Texts, dates and numbers in the person's language; who and where they are."""
    return {
        "gettext": words.gettext,
        "ngettext": words.ngettext,
        "in_words": words.in_words,
        "date": format_date,
        "moment": format_datetime,
        "number": format_decimal,
        "percent": format_percent,
        "language": language(g.language),
        "language_of": language,
        "csrf_token": generate_csrf,
        "person": current_person(),
        "role": current_role(),
        "tenant": current_tenant() if names_tenant() else None,
        "place": place(),
        "portal_origin": portal_origin,
        "has_other_portals": has_other_portals,
        "may": may,
        "mailed_address": mailed_address,
        "navigation": navigation,
        "messages": get_flashed_messages,  # asked for once the page is drawn, not before
    }


bp.context_processor(context)
