"""A counter for all servers together: a Redis as Debian has it, which keeps nothing on the disk."""

import shutil
import signal
import socket
import subprocess
from pathlib import Path

from trustme import CA

from tests.ports import free_port
from tests.waiting import wait_until


class Counter:
    def __init__(self, folder: Path) -> None:
        self.folder, self._port = folder, free_port()
        program = shutil.which("redis-server")
        assert program, "make counter installs it"
        self._process = subprocess.Popen(
            [program, *self.listening(str(self._port)), "--bind", "127.0.0.1", "--save", ""],
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        wait_until(self._listens)

    def listening(self, port: str) -> list[str]:
        return ["--port", port]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/"

    def freeze(self) -> None:
        """Take connections, and answer nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self._port)) == 0


class EncryptedCounter(Counter):
    """Its certificate is of an authority that nobody knows but those who are told."""

    def listening(self, port: str) -> list[str]:
        authority = CA()
        issued = authority.issue_cert("127.0.0.1")
        authority.cert_pem.write_to_path(self._authority)
        issued.private_key_and_cert_chain_pem.write_to_path(own := self.folder / "counter.pem")
        files = ["--tls-cert-file", str(own), "--tls-key-file", str(own)]
        return ["--port", "0", "--tls-port", port, *files, "--tls-auth-clients", "no"]

    @property
    def url(self) -> str:
        return f"rediss://127.0.0.1:{self._port}/?ssl_ca_certs={self._authority}"

    @property
    def _authority(self) -> Path:
        return self.folder / "authority.pem"
