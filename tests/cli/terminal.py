"""An operator at a terminal."""

import json
from typing import Any

import click
from click.testing import Result
from flask import Flask

from portal.cli import main


def run(app: Flask, *words: str) -> Result:
    """`portal …` with these words."""
    return app.test_cli_runner().invoke(main, words, prog_name="portal")


def say(app: Flask, *words: str) -> str:
    """What a command that succeeds answers."""
    result = run(app, *words)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def facts(app: Flask, *words: str) -> Any:
    """What a command that succeeds answers with --json."""
    return json.loads(say(app, *words, "--json"))


def complaint(app: Flask, *words: str) -> str:
    """The one sentence of a command that fails, which stands on standard error alone."""
    result = run(app, *words)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return str(line.removeprefix("Error: "))


def commands(group: click.Group = main, *above: str) -> list[tuple[str, ...]]:
    """The words of every command that there is."""
    found = []
    for name, command in group.commands.items():
        is_group = isinstance(command, click.Group)
        found += commands(command, *above, name) if is_group else [(*above, name)]
    return found
