"""The first screen: where the portal stands and what there is to do."""

from flask import render_template

from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.people.roles import Permission
from portal.policy.publishing import latest_version


@bp.get("/")
@needs(Permission.READ)
def home() -> str:
    version = latest_version(current_tenant().id)
    return render_template("backoffice/home.html", version=version)
