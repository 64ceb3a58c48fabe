"""What the documentation of production says of commands, settings, files and metrics is so."""

import re
from dataclasses import fields

from portal.cli import main
from portal.counting.metrics import declared
from portal.settings import ROOT, Settings

DOCS = ROOT / "docs"
TEXT = (DOCS / "production.md").read_text()


def test_every_command_that_is_shown_exists():
    shown = re.findall(r"(?:bin/|`|^)portal ((?:[a-z]+ )*[a-z]+)", "\n".join(code()), re.MULTILINE)
    assert {"backup", "db upgrade", "serve", "consents purge"} <= set(shown)
    for words in shown:
        command = main
        for word in words.split():
            if not hasattr(command, "commands"):
                break
            assert word in command.commands, words
            command = command.commands[word]


def test_every_setting_that_is_named_exists():
    names = {one.metadata["name"] for one in fields(Settings)}
    named = set(re.findall(r"\b(PORTAL_[A-Z_]+|DATABASE_URL|SMTP_URL|MAIL_FROM)\b", TEXT))
    assert len(named) > 5
    assert named <= names


def test_every_file_that_is_linked_is_there():
    linked = [one for one in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in one]
    assert len(linked) >= 3
    for one in linked:
        assert (DOCS / one).exists(), one


def test_every_metric_that_is_named_is_counted():
    names = {one.name for one in declared}
    for named in re.findall(r"`(portal_\w+)`", TEXT):
        assert re.sub("_(total|count)$", "", named) in names, named


def code() -> list[str]:
    blocks = re.findall(r"```\w*\n(.*?)```", TEXT, re.DOTALL)
    return [*blocks, *(f"`{one}`" for one in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", TEXT))]
