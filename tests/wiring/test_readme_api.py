"""The README's examples of the API are answered as it says."""

import re
import shlex
from urllib.parse import urlsplit

import pytest

from portal.settings import ROOT
from tests import make
from tests.api.program import token

HOST = "data.lyon.example"
BLOCK = re.search(r"```sh\n(curl.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
COMMANDS = BLOCK.replace("\\\n", " ").strip().splitlines()
SCOPES = re.findall(r"`([a-z]+(?::[a-z]+)?)`", re.search(
    r"good for its scopes alone:(.*?)\.", (ROOT / "README.md").read_text(), re.DOTALL
)[1])  # fmt: skip


def sent(command: str, secret: str, identifier: str, tag: str) -> dict:
    """What curl would send, with a token, an id and a tag that there are."""
    words = iter(shlex.split(command.replace("$TOKEN", secret).replace('"…"', tag)))
    assert next(words) == "curl"
    request = {"method": "GET", "headers": {}}
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            request["headers"][name] = value
        elif word == "-X":
            request["method"] = next(words)
        elif word == "--json":
            request |= {"data": next(words), "content_type": "application/json"}
            request["method"] = request["method"].replace("GET", "POST")
        elif word == "-o":
            next(words)
        else:
            address = urlsplit(word)
    assert address.netloc == HOST
    path = re.sub(r"[0-9a-f-]{36}", identifier, address.path)
    return request | {"path": path, "query_string": address.query, "base_url": f"https://{HOST}"}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.rpartition("/")[2])
def test_an_example_is_answered(lone_app, command):
    make.tenant(lone_app, "lyon", hostname=HOST)
    make.cookie(lone_app, "lyon")
    secret, client = token(lone_app, slug="lyon"), lone_app.test_client()
    bearer = {"Authorization": f"Bearer {secret}"}
    listed = client.get("/api/v1/cookies", base_url=f"https://{HOST}", headers=bearer).json
    identifier = listed["items"][-1]["id"]
    shown = client.get(f"/api/v1/cookies/{identifier}", base_url=f"https://{HOST}", headers=bearer)
    answer = client.open(**sent(command, secret, identifier, shown.headers["ETag"]))
    assert answer.status_code in (200, 201), answer.text


def test_there_are_examples_of_everything():
    assert len(COMMANDS) == 6


def test_the_readme_names_every_scope():
    from portal.people.tokens import Scope

    assert set(SCOPES) == set(Scope)
