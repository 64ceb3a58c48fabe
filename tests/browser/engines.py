"""Firefox and WebKit, as Debian has them: each goes to an address and runs scripts there.

WebKit is driven by Selenium. Debian has no driver for Firefox, which speaks WebDriver BiDi itself
(https://www.w3.org/TR/webdriver-bidi/).
"""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import websocket
from selenium import webdriver
from selenium.webdriver.webkitgtk.service import Service

PATIENCE = 30  # seconds
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


class Engine(Protocol):
    def goto(self, address: str) -> None: ...

    def run(self, expression: str) -> Any: ...


def until(engine: Engine, expression: str) -> None:
    end = time.monotonic() + PATIENCE
    while not engine.run(expression):
        if time.monotonic() > end:
            raise TimeoutError(expression)
        time.sleep(0.05)


class Firefox:
    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket, self._number = socket, 0
        self._ask("session.new", capabilities={})
        self._context = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def goto(self, address: str) -> None:
        self._ask("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def run(self, expression: str) -> Any:
        answer = self._ask(
            "script.evaluate",
            expression=f"JSON.stringify([{expression}])",
            target={"context": self._context},
            awaitPromise=True,
        )
        return json.loads(answer["result"]["value"])[0]

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while (answer := json.loads(self._socket.recv())).get("id") != self._number:
            pass
        if answer["type"] == "error":
            raise RuntimeError(answer["message"])
        return answer["result"]


@contextmanager
def firefox(folder: Path) -> Iterator[Engine]:
    command = ["firefox-esr", "--headless", "--no-remote", "--remote-debugging-port=0"]
    environ = os.environ | {"HOME": str(folder)}
    with subprocess.Popen(
        [*command, "--profile", str(folder)], env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            found = next(filter(None, map(LISTENING.search, process.stderr)))
            address = f"{found[1]}/session"
            with closing(
                websocket.create_connection(address, PATIENCE, suppress_origin=True)
            ) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()


class WebKit:
    def __init__(self, driver: webdriver.WebKitGTK) -> None:
        self._driver = driver

    def goto(self, address: str) -> None:
        self._driver.get(address)

    def run(self, expression: str) -> Any:
        return json.loads(self._driver.execute_script(f"return JSON.stringify([{expression}])"))[0]


@contextmanager
def webkit(folder: Path) -> Iterator[Engine]:
    with screen() as display:
        environ = os.environ | {"DISPLAY": display, "HOME": str(folder)}
        driver = webdriver.WebKitGTK(service=Service("/usr/bin/WebKitWebDriver", env=environ))
        try:
            yield WebKit(driver)
        finally:
            driver.quit()


@contextmanager
def screen() -> Iterator[str]:
    """A screen that nobody sees; its name."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield f":{process.stdout.readline().strip()}"
        finally:
            process.terminate()
