"""Whatever an operator writes, a command ends with one line: never a traceback."""

import json
import os
import subprocess
import sys
from importlib.metadata import version

import click
import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.settings import ROOT
from tests import make
from tests.cli.terminal import commands, run
from tests.operations.test_health import UNREACHABLE

COMMANDS = [one for one in commands() if one != ("serve",)]
PORTAL = (sys.executable, "-c", "from portal.cli import main; main()")
BAD = {
    "nothing": "",
    "zero": "0",
    "long": "x" * 5000,
    "signs": "\x1b[31m\r\n' OR 1=1 --",
    "no UTF-8": "\udcff",
    "a folder": "/",
    "a place that is not there": "/nonexistent/file",
    "a huge number": "9" * 40,
}


def command_of(words: tuple[str, ...]) -> click.Command:
    found = main
    for word in words:
        found = found.commands[word]
    return found


def filled(words: tuple[str, ...], value: str) -> list[str]:
    """A command with this for everything that it must be given."""
    given = list(words)
    for one in command_of(words).params:
        if isinstance(one, click.Argument):
            given += ["--", value] if value.startswith("-") else [value]
        elif one.required:
            given += [one.opts[0], value]
    return given


def assert_ends_well(result) -> None:
    """In one line, or several if it is about how the command is used."""
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code in (0, 1, 2), result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_no_command_breaks_over_what_it_is_given(lone_app, value):
    make.tenant(lone_app)
    for words in COMMANDS:
        if words != ("db", "downgrade"):  # for which nothing is a good answer, too
            assert_ends_well(run(lone_app, *filled(words, value)))


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_every_error_is_json_where_that_is_asked_for(lone_app, value):
    make.tenant(lone_app)
    for words in COMMANDS:
        result = run(lone_app, *filled(words, value), "--json")
        assert_ends_well(result)
        if result.exit_code:
            line = json.loads(result.stderr)
            assert set(line) == {"error", "code"}, words
            assert line["error"]
            assert line["code"] in ("failed", "usage", "database", "system"), (words, line)


SETTINGS = {
    "PORT": "abc",
    "PORTAL_METRICS_FROM": "everywhere",
    "PORTAL_LIMITS_URL": "ftp://x",
    "PORTAL_DATA": "/dev/null/data",
    "DATABASE_URL": "mysql://root:hunter2@x/y",
}
URLS = [
    "postgres",
    "postgresql://a:hunter2@h:port/x",
    "sqlite://",
    "://",
    "postgresql+asyncpg://hunter2@h/x",
]


@pytest.mark.parametrize(
    ("name", "value"), [*SETTINGS.items(), *(("DATABASE_URL", one) for one in URLS)]
)
@pytest.mark.parametrize("words", [("tenant", "list"), ("serve",), ("db", "upgrade")])
def test_a_setting_that_cannot_be_is_one_line_without_its_secret(
    monkeypatch, tmp_path, words, name, value
):
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path))
    monkeypatch.setenv(name, value)
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    [line] = result.stderr.splitlines()
    assert line.startswith(f"Error: {name}")
    assert "hunter2" not in line
    told = json.loads(CliRunner().invoke(main, [*words, "--json"]).stderr)
    assert name in told["error"] or told["code"] == "usage"


def test_help_needs_no_settings(monkeypatch):
    monkeypatch.setenv("PORT", "abc")
    for words in ((), *COMMANDS):
        assert CliRunner().invoke(main, [*words, "--help"]).exit_code == 0


def test_the_version_is_the_products(lone_app):
    assert run(lone_app, "--version").stdout == f"consent-portal {version('consent-portal')}\n"


def test_a_database_that_is_away_is_one_line_for_every_command(tmp_path):
    from portal import create_app

    app = create_app({"PORTAL_DATA": str(tmp_path)} | UNREACHABLE)
    for words in COMMANDS:
        result = run(app, *filled(words, "paris"), "--json")
        assert_ends_well(result)
        assert len(result.stderr.splitlines()) == (1 if result.exit_code else 0), words


def test_a_fault_of_the_portal_is_told_in_one_line_with_its_place(lone_app, monkeypatch):
    monkeypatch.setattr("portal.cli.tenants._facts", lambda _: {}["no such"])
    make.tenant(lone_app)
    result = run(lone_app, "tenant", "list", "--json")
    line = json.loads(result.stderr)
    assert (result.exit_code, line["code"]) == (70, "internal_error")
    assert "KeyError in tests/cli/test_failing.py:" in line["error"]


def terminal(environ, *words: str, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [*PORTAL, *words], cwd=ROOT, env=os.environ | environ, text=True, **options
    )


def test_a_reader_that_leaves_ends_a_command_quietly(lone_app, sqlite_environ):
    for number in range(30):
        make.tenant(lone_app, f"t{number}")
    reads, writes = os.pipe()
    os.close(reads)
    with terminal(
        sqlite_environ, "tenant", "list", stdout=writes, stderr=subprocess.PIPE
    ) as command:
        os.close(writes)
        assert command.stderr.read() == ""


def test_bytes_that_are_no_text_are_told(sqlite_environ):
    done = subprocess.run(
        [*PORTAL, "tenant", "show", b"\xff\xfe"],
        cwd=ROOT, env=os.environ | sqlite_environ, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"no UTF-8" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_downgrade_says_what_is_lost_and_does_nothing_unasked(app):
    make.tenant(app)
    result = run(app, "db", "downgrade", "0003")
    assert result.exit_code == 1
    assert "--yes" in result.stderr
    assert "1 tenants" in result.stderr
    assert "0004" in result.stderr
    assert "0003" not in result.stderr
    assert run(app, "tenant", "list").exit_code == 0


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("n\n", 130), ("", 130)])
def test_a_downgrade_asks_whoever_sits_there(lone_app, monkeypatch, answer, status):
    monkeypatch.setattr("portal.cli.db._somebody_is_there", lambda: True)
    runner = lone_app.test_cli_runner()
    result = runner.invoke(main, ["db", "downgrade", "0003"], prog_name="portal", input=answer)
    assert result.exit_code == status, result.output
    assert ("0004" in run(lone_app, "db", "downgrade", "0003").stderr) == bool(status)
