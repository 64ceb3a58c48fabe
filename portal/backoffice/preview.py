"""The draft in a phone and on a desk: in any language, colour scheme and direction."""

from typing import Any

from flask import render_template, request, url_for

from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.preview_links import LASTS, new_token
from portal.backoffice.preview_page import CHOICES, PAGES
from portal.headers import REACH, Reach
from portal.people.roles import Permission
from portal.policy.drafting import draft


@bp.get("/preview/")
@needs(Permission.READ)
def publish_preview() -> str:
    tenant = current_tenant()
    document = draft(tenant)
    page = request.args.get("page", "")
    choices: dict[str, Any] = {name: value for name in CHOICES if (value := request.args.get(name))}
    address = url_for(
        "backoffice.publish_preview_page",
        token=new_token(tenant.id),
        page=page if page in PAGES else "home",
        _external=True,
        **choices,
    )
    request.environ[REACH] = Reach.FRAMING
    return render_template(
        "backoffice/publish/preview.html",
        document=document,
        address=address,
        values=request.args,
        days=LASTS.days,
    )
