"""The consent portal: cookie policies, banners and a consent log for many tenants."""

import os
from collections.abc import Mapping

from flask import Flask

from portal import catalogues, database, errors, limits
from portal.api import bp as api_bp
from portal.backoffice import bp as backoffice_bp
from portal.backoffice import sign_in
from portal.consent import browsers, recording
from portal.consent.figures import impressions
from portal.counting import counts
from portal.middleware import Middleware
from portal.operations import bp as operations_bp
from portal.operations import certificates, readiness, upkeep
from portal.policy import live
from portal.public import assets, embed, look, pages
from portal.public import bp as public_bp
from portal.settings import Settings
from portal.tenants import changes, directory
from portal.tenants.current import refuse_unknown_hosts

LARGEST_BODY = 64 * 1024  # bytes


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """The application; raises BadSetting."""
    settings = Settings.read(environ)
    app = Flask(__name__, static_folder=None)
    app.extensions["portal.settings"] = settings
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    counts.init_app(app, settings)
    database.init_app(app, settings)
    catalogues.init_app(app)
    limits.init_app(app, settings)
    changes.init_app(app)
    directory.init_app(app)
    live.init_app(app)
    browsers.init_app(app)
    recording.init_app(app)
    impressions.init_app(app)
    assets.init_app(app)
    look.init_app(app)
    pages.init_app(app, settings)
    embed.init_app(app)
    readiness.init_app(app)
    certificates.init_app(app)
    upkeep.init_app(app)
    errors.init_app(app)
    for blueprint in (assets.bp, public_bp, api_bp, backoffice_bp, operations_bp):
        app.register_blueprint(blueprint)
    sign_in.init_app(app, settings)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask-Security brings its own provider
    app.before_request(refuse_unknown_hosts)
    app.wsgi_app = Middleware(app, settings)  # type: ignore[assignment, method-assign]
    return app
