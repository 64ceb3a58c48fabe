"""Every command explains itself, with examples to copy."""

import re
import shlex

import pytest
from click.testing import CliRunner

from portal.cli import main
from tests.cli.terminal import commands, run, say

COMMANDS = commands()


def examples(text: str) -> list[str]:
    """The lines below the word Example, up to the options."""
    found = re.search(r"Examples?:\n(.*?)\n\n", text, re.DOTALL)
    return [line.strip() for line in found[1].splitlines()] if found else []


def test_the_command_line_names_its_groups_and_settings(lone_app):
    text = say(lone_app, "--help")
    for word in ("consents", "db", "serve", "tenant", "DATABASE_URL", "PORTAL_DATA"):
        assert word in text


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(lone_app, words):
    text = say(lone_app, *words, "--help")
    assert examples(text)
    for example in examples(text):
        assert " ".join(words) in example


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_is_explained(words):
    command = main
    for word in words:
        command = command.commands[word]
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help or parameter.type.name == "choice"


@pytest.mark.parametrize("words", [one for one in COMMANDS if one[0] == "tenant"], ids=" ".join)
def test_every_command_about_tenants_answers_programs_too(lone_app, words):
    assert "--json" in say(lone_app, *words, "--help")


def test_the_examples_of_creating_a_tenant_can_be_copied(lone_app):
    for example in examples(say(lone_app, "tenant", "create", "--help")):
        assert run(lone_app, *shlex.split(example)[1:]).exit_code == 0


@pytest.mark.parametrize("words", [("nonsense",), ("tenant", "nonsense"), ("tenant", "create")])
def test_what_is_no_command_leads_to_the_help(lone_app, words):
    result = run(lone_app, *words)
    assert result.exit_code == 2
    assert "--help" in result.stderr


@pytest.mark.parametrize("words", [("tenant", "list"), ("serve",)], ids=" ".join)
def test_a_setting_that_cannot_be_is_told_in_one_line(monkeypatch, words):
    monkeypatch.setenv("PORT", "abc")
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: PORT='abc'")
