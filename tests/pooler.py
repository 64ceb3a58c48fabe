"""A PgBouncer as Debian has it, which lends a connection to the database for one transaction."""

import os
import shutil
import socket
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.databases import OWNER, SERVING
from tests.ports import free_port
from tests.waiting import wait_until

SETTINGS = """
[databases]
* = host={host}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 3
server_lifetime = 1
"""


class Pooler:
    """It has fewer connections than a server has threads, and gives each up after a second."""

    def __init__(self, folder: Path, database: str) -> None:
        folder.chmod(0o755)
        self._port = free_port()
        [host] = parse_qs(urlsplit(database).query)["host"]
        (users := folder / "users.txt").write_text(
            "".join(f'"{one}" ""\n' for one in (OWNER, SERVING))
        )
        (settings := folder / "pgbouncer.ini").write_text(
            SETTINGS.format(host=host, port=self._port, users=users)
        )
        program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "make pooler installs it"
        root = os.geteuid() == 0  # it refuses to be that
        self._process = subprocess.Popen(
            [program, "-q", str(settings)],
            cwd="/",
            user=Path(host).owner() if root else None,
        )
        try:
            wait_until(self._listens)
        except TimeoutError:
            self.close()
            raise

    def url(self, database: str) -> str:
        """The address of a database that leads through here."""
        parts = urlsplit(database)
        return f"postgresql://{parts.username}@127.0.0.1:{self._port}{parts.path}"

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        assert self._process.poll() is None, "the pooler has ended"
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self._port)) == 0
