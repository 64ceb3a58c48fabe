"""The WSGI entry, which `portal serve` loads in each of its processes, or any other WSGI server."""

import gc

from portal import create_app, logs
from portal.operations.upkeep import upkeep

logs.set_up()
app = create_app()
# what is there now stays: to look through it for garbage would stop every visitor for 0.1 s
gc.collect()
gc.freeze()
upkeep(app).start()
