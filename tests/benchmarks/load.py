"""Load by wrk: so many requests a second, or an error if any answer was not as it should be."""

import re
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from statistics import median

SECONDS, ROUNDS = 4, 3

SCRIPT = """
math.randomseed(%(seed)d)
local hosts, body = {%(hosts)s}, %(body)s
local n = math.random(1, #hosts)
local function uuid()
  local r = math.random
  return string.format("%%08x-%%04x-4%%03x-8%%03x-%%06x%%06x", r(0, 0x7fffffff), r(0, 0xffff),
    r(0, 0xfff), r(0, 0xfff), r(0, 0xffffff), r(0, 0xffffff))
end
request = function()
  n = n %% #hosts + 1
  local sent = body and body:gsub("UUID", uuid)
  return wrk.format("%(method)s", "%(path)s", {%(headers)s, ["Host"] = hosts[n]}, sent)
end
done = function(summary)
  io.write(string.format("errors=%%d\\n", summary.errors.status + summary.errors.read
    + summary.errors.write + summary.errors.timeout + summary.errors.connect))
end
"""


@dataclass
class Load:
    name: str
    base: str
    path: str
    hosts: list[str] = field(default_factory=lambda: ["127.0.0.1"])
    body: str | None = None
    cookie: str = ""

    def answer(self, requests: int) -> None:
        """Load without measuring, until so many requests were answered."""
        while requests > 0:
            requests -= int(self.rate() * SECONDS)

    def rate(self, connections: int = 8) -> float:
        """Requests a second."""
        headers = '["Accept-Encoding"] = "gzip, br", ["Accept-Language"] = "fr,en;q=0.5"'
        if self.cookie:
            headers += f', ["Cookie"] = "{self.cookie}"'
        if self.body:
            headers += ', ["Content-Type"] = "application/json"'
        script = SCRIPT % {
            "hosts": ",".join(f'"{one}"' for one in self.hosts),
            "seed": secrets.randbits(31),
            "method": "POST" if self.body else "GET",
            "path": self.path,
            "headers": headers,
            "body": f"[[{self.body}]]" if self.body else "nil",
        }
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
            file.write(script)
            file.flush()
            return _run(file.name, self.base, connections)


def _run(script: str, base: str, connections: int) -> float:
    wrk = shutil.which("wrk")
    if not wrk:
        raise SystemExit("the benchmark needs wrk: apt-get install wrk")
    command = [
        wrk,
        "-t1",
        f"-c{connections}",
        f"-d{SECONDS}s",
        "--timeout",
        "10s",
        "-s",
        script,
        base,
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if re.search(r"errors=(\d+)", output)[1] != "0":
        raise SystemExit(f"some answers were errors:\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def compare(*loads: Load, connections: int = 8) -> dict[str, float]:
    """Median rates of several loads, measured in turns so that the machine's moods hit all."""
    rates = {one.name: [] for one in loads}
    for _ in range(ROUNDS):
        for one in loads:
            rates[one.name].append(one.rate(connections))
    return {name: median(found) for name, found in rates.items()}
