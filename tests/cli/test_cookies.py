"""`portal cookies export` and `import`: a list out, edited, and in again."""

import json

import pytest

from portal.cli import main
from portal.cookies.declared import cookies
from portal.database import db
from portal.people.models import AuditEntry
from tests import make
from tests.cli.terminal import complaint, facts, run, say

PARIS = ("--tenant", "paris")
HEADER = "category,provider,provider_name,name,lifetime_count,lifetime_unit,purpose.fr"
GOOD = "statistics,plausible,Plausible,seen,1,day,Compte."
WRONG = "statistics,plausible,Plausible,a b,1,day,Compte."


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


@pytest.fixture
def file(tmp_path):
    def write(*lines, header=HEADER):
        path = tmp_path / "list.csv"
        path.write_text("\n".join((header, *lines)))
        return str(path)

    return write


def declared(app):
    with app.app_context():
        return [one.name for one in cookies(make.find())]


@pytest.mark.parametrize(
    "form", [(), ("--bom", "--separator", "semicolon"), ("--format", "json")], ids=len
)
def test_what_is_exported_can_be_imported_again(paris, tmp_path, form):
    path = str(tmp_path / "paris")
    assert say(paris, "cookies", "export", *PARIS, *form, "--output", path) == ""
    told = facts(paris, "cookies", "import", path, *PARIS)
    assert told["counts"] == {"new": 0, "changed": 0, "unchanged": 4, "wrong": 0}
    assert (told["tenant"], told["written"], told["providers"]) == ("paris", True, [])


def test_export_writes_to_standard_output(paris):
    header, *lines = say(paris, "cookies", "export", *PARIS).splitlines()
    assert header.startswith("category,provider,provider_name,")
    assert header.endswith("purpose.fr,purpose.en,purpose.ar")
    assert len(lines) == 4
    document = json.loads(say(paris, "cookies", "export", *PARIS, "--format", "json"))
    assert (document["version"], len(document["cookies"])) == (1, 4)


def test_export_for_a_spreadsheet_has_its_mark_and_separator(paris):
    text = say(paris, "cookies", "export", *PARIS, "--bom", "--separator", "semicolon")
    assert text.startswith("\ufeffcategory;provider;")


def test_export_of_an_unknown_tenant_leaves_the_file_alone(paris, tmp_path):
    kept = tmp_path / "kept.csv"
    kept.write_text("kept")
    words = ("cookies", "export", "--tenant", "lyon", "--output", str(kept))
    assert complaint(paris, *words) == "there is no tenant 'lyon': see `portal tenant list`"
    assert kept.read_text() == "kept"


def test_import_adds_and_changes_and_says_so(paris, file):
    changed = "necessary,opendatasoft,,sessionid,3,week,Autre."
    text = say(paris, "cookies", "import", file(GOOD, changed), *PARIS)
    header, *lines, summary = text.splitlines()
    assert header.split() == ["LINE", "ROW", "NAME", "WHAT"]
    assert lines[0].split(maxsplit=3) == ["2", "new", "seen", "statistics, plausible"]
    assert "lifetime_count: 2 → 3" in lines[1]
    assert lines[2].split() == ["new", "plausible", "provider"]
    assert summary.startswith("1 new, 1 changed, 0 unchanged, 0 wrong; ")
    assert summary.endswith("portal tenant publish paris")
    assert "seen" in declared(paris)


def test_import_is_written_down_as_the_command(paris, file):
    say(paris, "cookies", "import", file(GOOD), *PARIS)
    with paris.app_context():
        entries = db.session.query(AuditEntry).filter_by(name="seen").all()
    assert [one.actor for one in entries] == ["portal cookies import"]


def test_a_dry_run_writes_nothing(paris, file):
    told = facts(paris, "cookies", "import", file(GOOD, WRONG), *PARIS, "--dry-run")
    assert told["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "wrong": 1}
    assert not told["written"]
    assert [one["line"] for one in told["cookies"]] == [2, 3]
    assert told["cookies"][1]["findings"][0]["field"] == "name"
    assert len(declared(paris)) == 4


def test_a_wrong_row_stops_the_import_with_its_line_and_reason(paris, file):
    advice = complaint(paris, "cookies", "import", file(GOOD, WRONG, "short"), *PARIS)
    assert "line 3, name: A name has no spaces" in advice
    assert "line 4, This line has 1 cells, the header has 7." in advice
    assert "--skip-wrong" in advice
    assert len(declared(paris)) == 4


def test_wrong_rows_can_be_skipped(paris, file):
    text = say(paris, "cookies", "import", file(GOOD, WRONG), *PARIS, "--skip-wrong")
    assert "1 new, 0 changed, 0 unchanged, 1 wrong" in text
    assert "seen" in declared(paris)


def test_import_reads_standard_input(paris):
    words = ["cookies", "import", "-", *PARIS]
    result = paris.test_cli_runner().invoke(main, words, input=f"{HEADER}\n{GOOD}")
    assert result.exit_code == 0
    assert "seen" in declared(paris)


MANY = "a,b\n" * 100_000
HOSTILE = [
    (b"\xff\xfea\0", "UTF-16"),
    (b"a\0", "holds a NUL"),
    (f"{HEADER}\n{GOOD}é".encode("latin-1"), "Line 2 is not in UTF-8"),
    (b"x" * 50_000_000, "2 MB at most"),
    (f"{HEADER}\n{MANY}".encode(), "more than 5000 rows"),
    (b"name\n", "lacks these columns"),
]


@pytest.mark.parametrize(("content", "words"), HOSTILE, ids=[words for _, words in HOSTILE])
def test_a_file_that_is_no_list_is_refused_in_one_line(paris, tmp_path, content, words):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert words in complaint(paris, "cookies", "import", str(path), *PARIS)


def test_what_a_terminal_would_obey_is_not_printed(paris, file):
    wrong = GOOD.replace("seen", "\x1b[2J")
    assert "\x1b" not in say(paris, "cookies", "import", file(wrong), *PARIS, "--dry-run")


def test_a_file_that_is_not_there_is_a_mistake_of_the_command(paris, tmp_path):
    result = run(paris, "cookies", "import", str(tmp_path / "missing"), *PARIS)
    assert result.exit_code == 2
    assert "No such file" in result.stderr
