"""What the README says about settings, commands and addresses is so."""

import re
from dataclasses import fields

import pytest

from portal.cli import main
from portal.settings import ROOT, BadSetting, Settings

README = (ROOT / "README.md").read_text()


def test_the_readme_lists_every_setting_with_its_meaning():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \|.*?\| (.*?) \|$", README, re.MULTILINE))
    assert rows == {f.metadata["name"]: f.metadata["about"] for f in fields(Settings)}


@pytest.mark.parametrize("name", ["PORT", "PORTAL_PROXIES", "PORTAL_WORKERS", "PORTAL_THREADS"])
@pytest.mark.parametrize("value", ["many", "-1", "1e3", "99999999"])
def test_a_bad_setting_is_refused_with_its_name(name, value):
    with pytest.raises(BadSetting, match=name):
        Settings.read({name: value})


def test_every_command_that_the_readme_shows_exists():
    for words in re.findall(r"portal ([a-z]+(?: [a-z]+)*)", " ".join(code_of(README))):
        command = main
        for word in words.split():
            if not hasattr(command, "commands"):
                break
            assert word in command.commands, words
            command = command.commands[word]


def test_every_make_target_that_the_readme_shows_exists():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in re.findall(r"make ([a-z]+)", " ".join(code_of(README))):
        assert target in targets


def code_of(text: str) -> list[str]:
    return re.findall(r"```.*?```|`[^`]+`", text, re.DOTALL)
