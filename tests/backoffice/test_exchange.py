"""Import and export in the back office: look first, then import, nothing half done."""

import io
import json
import re
from html import unescape

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal.cookies import editing
from portal.cookies.declared import cookies
from portal.database import writing
from tests import make
from tests.backoffice.member import Member, add_member, owner

PATH = "/backoffice/cookies/exchange/"
HEADER = "category,provider,provider_name,name,lifetime_count,lifetime_unit,purpose.fr"
GOOD = "statistics,plausible,Plausible,seen,1,day,Compte <b>."
CHANGED = "necessary,opendatasoft,,sessionid,3,week,Autre."
WRONG = "statistics,plausible,Plausible,a b,1,day,Compte."


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


@pytest.fixture
def member(paris):
    return owner(paris)


def lines(*rows):
    return "\n".join((HEADER, *rows))


def send(member, **form):
    """As a browser sends a form with files."""
    boundary, body = encode_multipart(form)
    return member.post(PATH, body, content_type=f"multipart/form-data; boundary={boundary}")


def look(member, content):
    content = content.encode() if isinstance(content, str) else content
    return send(member, file=FileStorage(io.BytesIO(content), "list.csv", "file"))


def fields(page):
    """What the form of the page would send."""
    seen = re.search(r'name="seen" value="([^"]+)"', page.text)[1]
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.DOTALL)[1]
    skip = {"skip": "1"} if 'name="skip"' in page.text else {}
    return {"seen": seen, "text": unescape(text).replace("\n", "\r\n"), **skip}


def confirm(member, page, **changes):
    return send(member, **fields(page) | changes)


def words(page):
    """The text of the page, without its form."""
    main = page.text[page.text.index("<main") :]
    main = re.sub(r"<textarea.*?</textarea>", "", main, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def declared(app, slug="paris"):
    with app.app_context():
        return {one.name: one.lifetime_count for one in cookies(make.find(slug))}


def test_every_column_is_explained(member):
    page = words(member.get(PATH))
    for word in ("exempt_measurement", "purpose.fr", "fr en ar", "Which category"):
        assert word in page


@pytest.mark.parametrize(
    ("form", "start", "kind"),
    [
        ("commas", "\ufeffcategory,", "text/csv"),
        ("semicolons", "\ufeffcategory;", "text/csv"),
        ("csv", "category,", "text/csv"),
        ("json", '{\n  "version": 1', "application/json"),
    ],
)
def test_the_list_is_downloaded_and_comes_in_unchanged(member, form, start, kind):
    answer = member.get(f"{PATH}{form}/")
    assert answer.text.startswith(start)
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert 'attachment; filename="cookies-paris.' in answer.headers["Content-Disposition"]
    page = look(member, answer.data)
    assert page.status_code == 200
    assert "There is nothing to import." in words(page)
    assert "4 cookies stay as they are" in words(page)


def test_a_look_shows_what_would_happen_and_changes_nothing(member, paris):
    page = look(member, lines(GOOD, CHANGED, WRONG))
    said = words(page)
    assert page.status_code == 200
    assert "new 1 changed 1 unchanged 0 wrong 1" in said
    assert "4 a b name A name has no spaces" in said
    assert "lifetime_count 2 → 3" in said
    assert "Compte <b>." in said
    assert "plausible" in said
    assert len(declared(paris)) == 4


def test_what_is_confirmed_is_imported(member, paris):
    answer = confirm(member, look(member, lines(GOOD, CHANGED)))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/backoffice/cookies/")
    assert "One cookie was added. One cookie was changed." in words(member.get(PATH))
    assert declared(paris)["seen"] == 1
    assert declared(paris)["sessionid"] == 3


def test_json_is_brought_in_the_same_way(member, paris):
    exported = json.loads(member.get(f"{PATH}json/").data)
    exported["cookies"][0]["lifetime_count"] = 3
    assert confirm(member, look(member, json.dumps(exported))).status_code == 303
    assert declared(paris)["sessionid"] == 3


def test_wrong_rows_are_left_out_only_if_that_is_chosen(member, paris):
    page = look(member, lines(GOOD, WRONG))
    assert "Skip the wrong rows and import the rest" in words(page)
    without = {key: value for key, value in fields(page).items() if key != "skip"}
    refused = send(member, **without)
    assert refused.status_code == 422
    assert "A name has no spaces" in words(refused)
    assert len(declared(paris)) == 4
    assert confirm(member, refused).status_code == 303
    assert set(declared(paris)) > {"seen"}
    assert "a b" not in declared(paris)


def test_who_meets_a_changed_list_is_shown_it_first(member, paris):
    page = look(member, lines(GOOD))
    with paris.app_context(), writing():
        values = {"name": "seen", "category": "statistics", "provider": "opendatasoft"}
        values |= {"lifetime_count": "2", "lifetime_unit": "day", "purpose": {"fr": "Voit."}}
        editing.add_cookie(make.find(), values)
    again = confirm(member, page)
    assert again.status_code == 409
    assert "The list was changed while you looked" in words(again)
    assert "lifetime_count 2 → 1" in words(again)
    assert declared(paris)["seen"] == 2
    assert confirm(member, again).status_code == 303
    assert declared(paris)["seen"] == 1


def test_what_was_not_seen_is_not_imported(member, paris):
    page = look(member, lines(GOOD))
    assert confirm(member, page, text=lines(GOOD, CHANGED)).status_code == 409
    assert confirm(member, page, text=lines("short")).status_code == 409
    assert len(declared(paris)) == 4


HOSTILE = [
    (b"", "The file is empty."),
    (lines(GOOD).encode("utf-16"), "The file is in UTF-16."),
    (lines(GOOD).encode() + b"\n\0", "Line 3 holds a NUL"),
    (lines(GOOD, GOOD + "é").encode("latin-1"), "Line 3 is not in UTF-8."),
    (b"PK\x03\x04", "This is a workbook."),
    (b"<script>alert(1)</script>", "'<script>alert(1)</script>'"),
    (lines(*["short"] * 100_000).encode(), "more than 5000 rows"),
    (b'{"version": 1, "cookies": [' + b"[" * 100_000, "The JSON has another form."),
    (b"x" * (2 * 1024 * 1024 + 1), "2 MB at most"),
]


@pytest.mark.parametrize(("content", "reason"), HOSTILE, ids=[one for _, one in HOSTILE])
def test_a_file_that_is_no_list_is_refused_at_its_field(lone_app, content, reason):
    make.tenant(lone_app)
    page = look(owner(lone_app), content)
    assert page.status_code == 422
    assert reason in words(page)
    assert "<script>alert" not in page.text


def test_fifty_megabytes_are_refused_unread(lone_app):
    make.tenant(lone_app)
    page = look(owner(lone_app), b"a" * 50_000_000)
    assert page.status_code == 413
    assert "more data than this page takes" in words(page)


def test_no_file_at_all_is_a_mistake_like_others(lone_app):
    make.tenant(lone_app)
    assert owner(lone_app).post(PATH).status_code == 422


def test_the_largest_file_can_be_looked_at_and_imported(lone_app):
    make.tenant(lone_app)
    long = "statistics,plausible,Plausible,c{},1,day," + "é" * 980
    content = lines(*(long.format(number) for number in range(1000)))
    member = owner(lone_app)
    page = look(member, content)
    assert "and 800 more" in words(page)
    assert confirm(member, page).status_code == 303
    assert len(declared(lone_app)) == 1004


def test_what_stands_in_a_file_is_text_not_markup(lone_app):
    make.tenant(lone_app)
    evil = "</textarea><script>alert(1)</script>"
    page = look(owner(lone_app), lines(f"{evil},{evil},{evil},{evil},{evil},{evil},{evil}"))
    assert "<script>alert" not in page.text


def test_an_auditor_may_export_but_not_import(paris):
    add_member(paris, "auditor@paris.example", "auditor")
    auditor = Member(paris, "auditor@paris.example")
    assert auditor.get(f"{PATH}csv/").status_code == 200
    assert 'type="file"' not in auditor.get(PATH).text
    assert look(auditor, lines(GOOD)).status_code == 403


def test_an_import_goes_to_the_tenant_of_the_hostname(paris):
    make.tenant(paris, "oslo")
    oslo = owner(paris, "oslo")
    assert confirm(oslo, look(oslo, lines(GOOD))).status_code == 303
    assert "seen" in declared(paris, "oslo")
    assert "seen" not in declared(paris)
