"""The WSGI entry: `granian --interface wsgi wsgi:app` or any other WSGI server."""

from portal import create_app, logs

logs.set_up()
app = create_app()
