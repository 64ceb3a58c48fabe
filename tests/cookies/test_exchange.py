"""Exporting and importing a list: nothing is lost, nothing half done, nothing touched unasked."""

import csv
import io
import json
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from portal.cookies import editing
from portal.cookies.declared import cookies, providers
from portal.cookies.exchange.exporting import as_csv, as_json, exported
from portal.cookies.exchange.importing import ListChanged, RowsWrong, apply, import_rows
from portal.cookies.exchange.planning import plan
from portal.cookies.exchange.plans import Change, Status
from portal.cookies.exchange.reading import rows_of
from portal.cookies.findings import wrong
from portal.cookies.models import CATEGORIES, UNITS, Cookie, Provider
from portal.database import db, writing
from portal.people.models import AuditEntry
from tests import make

HEADER = "category,provider,provider_name,name,domain,lifetime_count,lifetime_unit,purpose.fr"
GOOD = "statistics,plausible,Plausible,seen,,1,day,Compte."
NEW, CHANGED, UNCHANGED, WRONG = Status
NOTHING = dict.fromkeys(Status, 0)


@pytest.fixture
def paris(app):
    """Paris within a transaction, with the four cookies and one of Matomo."""
    make.tenant(app)
    make.cookie(app)
    with app.app_context(), writing():
        yield make.find()


def rows(*lines, header=HEADER):
    return rows_of("\n".join((header, *lines)).encode())


def entries(*changed):
    return rows_of(json.dumps({"version": 1, "cookies": changed}).encode())


def entry(tenant, name="_pk_id", **changes):
    found = next(one for one in exported(tenant) if one["name"] == name)
    return found | changes


def counts(plan, **expected):
    return plan.counts == NOTHING | {Status(name): number for name, number in expected.items()}


def reasons(plan):
    """Line, field and words of everything that is wrong."""
    return [
        (row.line, one.field, one.message % one.values)
        for row in plan.cookies
        for one in wrong(row.findings)
    ]


def one(tenant, name):
    db.session.flush()
    return next(cookie for cookie in cookies(tenant) if cookie.name == name)


FORMS = [as_csv, lambda tenant: as_csv(tenant, ";", marked=True), as_json]


@pytest.mark.parametrize("written", FORMS)
def test_what_was_exported_changes_nothing_when_it_is_imported(paris, written):
    found = import_rows(paris, rows_of(written(paris).encode()))
    assert counts(found, unchanged=5)
    assert found.providers == []
    assert not db.session.dirty


@pytest.mark.parametrize("written", FORMS)
def test_a_list_moves_to_another_tenant(app, written):
    make.tenant(app)
    make.cookie(app, name="_pk_*", match="pattern", domain=".paris.example", third_party=True)
    make.tenant(app, "lyon")
    with app.app_context(), writing():
        content = written(make.find()).encode()
        found = import_rows(make.find("lyon"), rows_of(content))
        assert counts(found, new=1, unchanged=4)
        assert written(make.find("lyon")) == written(make.find())


ONE_LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
TOKENS = st.text("ab=+-@'"[:2] + "!#$%&'+-.^_`|~0Z", min_size=1, max_size=8)
HOSTS = st.sampled_from(["", "example.org", ".example.org", "xn--mnchen-3ya.example"])
COOKIES = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["necessary", "statistics"]),
        "provider": st.sampled_from(["opendatasoft", "matomo"]),
        "name": TOKENS,
        "match": st.sampled_from(["exact", "prefix"]),
        "storage": st.sampled_from(["any", "cookie"]),
        "domain": HOSTS,
        "path": st.sampled_from(["/", "/a", "/=+@,'"]),
        "third_party": st.booleans(),
        "http_only": st.booleans(),
        "lifetime_count": st.integers(1, 12),
        "lifetime_unit": st.sampled_from([one for one in UNITS if one not in ("session", "year")]),
        "function": st.fixed_dictionaries({"fr": ONE_LINE, "ar": ONE_LINE}),
        "purpose": st.fixed_dictionaries({"fr": ONE_LINE.map("=1+{}".format), "ar": ONE_LINE}),
    }
)


@pytest.fixture
def lone_paris(lone_app):
    make.tenant(lone_app)
    with lone_app.app_context():
        yield make.find()


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(values=st.lists(COOKIES, min_size=1, max_size=4, unique_by=lambda one: one["name"]))
def test_whatever_stands_in_a_list_comes_back_from_a_file(lone_paris, values):
    try:
        formula = "=cmd|' /C calc'!A0"
        db.session.add(Provider(tenant_id=lone_paris.id, key="matomo", name=formula))
        for one in values:
            editing.add_cookie(lone_paris, one)
        for written in FORMS:
            found = plan(lone_paris, rows_of(written(lone_paris).encode()))
            assert counts(found, unchanged=4 + len(values))
            assert found.providers == []
    finally:
        db.session.rollback()


def test_no_cell_of_an_export_is_a_formula(app):
    make.tenant(app)
    with app.app_context(), writing():
        paris = make.find()
        values = {"name": "-2+3", "category": "statistics", "provider": "opendatasoft"}
        editing.add_cookie(paris, {**values, "purpose": {"fr": "=HYPERLINK(1);@SUM(2)"}})
        cells = [cell for line in csv.reader(io.StringIO(as_csv(paris))) for cell in line]
    assert "'-2+3" in cells
    assert "'=HYPERLINK(1);'@SUM(2)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_an_export_shows_built_in_texts_in_each_language(paris):
    shown = entry(paris, "sessionid")["function"]
    assert shown["en"] == "Authentication (front and back office)"
    assert shown["fr"] != shown["en"] != shown["ar"]


def test_new_rows_come_last_in_their_category_in_the_order_of_the_file(paris):
    lines = [GOOD.replace("seen", name) for name in ("b", "a")]
    found = import_rows(paris, rows(*lines))
    assert counts(found, new=2)
    assert [cookie.name for cookie in cookies(paris)][-3:] == ["_pk_id", "b", "a"]
    made = one(paris, "a")
    assert (made.match, made.path, made.third_party) == ("exact", "/", False)
    assert made.purpose == {"fr": "Compte."}


def test_a_provider_that_is_named_for_the_first_time_is_added_with_its_cookies(paris):
    found = import_rows(paris, rows(GOOD, GOOD.replace("seen", "later").replace("Plausible", "")))
    [planned] = found.providers
    assert (planned.key, planned.status) == ("plausible", NEW)
    assert [(one.key, one.name) for one in providers(paris)][-1] == ("plausible", "Plausible")


def test_a_provider_may_be_named_by_name(paris):
    lines = [
        "statistics,MATOMO,,a,,1,day,Compte.",
        "statistics,Google Maps,,b,,1,day,Carte.",
        "statistics,google maps,,c,,1,day,Carte.",
    ]
    import_rows(paris, rows(*lines))
    assert [one(paris, name).provider for name in "abc"] == ["matomo", *["google-maps"] * 2]


def test_a_provider_gets_the_name_and_address_that_the_file_gives(paris):
    changed = entry(paris, provider_name="Matomo Cloud", provider_privacy_url="https://m.example/")
    found = import_rows(paris, entries(changed))
    assert counts(found, unchanged=1)
    [planned] = found.providers
    assert planned.status == CHANGED
    assert planned.changes[0] == Change("name", "Matomo", "Matomo Cloud")
    matomo = next(one for one in providers(paris) if one.key == "matomo")
    assert (matomo.name, matomo.privacy_url) == ("Matomo Cloud", "https://m.example/")


PROVIDERS = [
    ("provider_privacy_url", "javascript:alert(1)", "Write a full address"),
    ("provider_name", 7, "This has to be text."),
    ("provider", "", "Say who sets the cookie."),
    ("provider", [], "Say who sets the cookie."),
    ("provider_name", "x" * 201, "At most 200 characters."),
]


@pytest.mark.parametrize(("field", "value", "words"), PROVIDERS)
def test_a_provider_that_cannot_be_makes_its_row_wrong(paris, field, value, words):
    found = plan(
        paris, entries(entry(paris) | {"provider": "new", "provider_name": "New", field: value})
    )
    assert any(where == field and words in said for _, where, said in reasons(found)), found
    assert found.providers == []


def test_a_provider_cannot_take_the_name_of_another(paris):
    found = plan(paris, entries(entry(paris, provider_name="OpenDataSoft")))
    assert reasons(found) == [(1, "provider_name", "The list already has a provider of this name.")]


def test_lines_that_disagree_about_a_provider_are_wrong(paris):
    other = GOOD.replace("seen", "later").replace("Plausible", "Plausible Inc")
    found = plan(paris, rows(GOOD, other))
    assert reasons(found) == [
        (3, "provider_name", "Line 2 says something else about this provider.")
    ]


def test_changes_are_told_by_field_and_language(paris):
    before = entry(paris)
    changed = entry(paris, lifetime_count=6, purpose={"fr": "Compte.", "ar": ""})
    found = import_rows(paris, entries(changed))
    assert counts(found, changed=1)
    assert found.cookies[0].changes == [
        Change("lifetime_count", 13, 6),
        Change("purpose.fr", before["purpose"]["fr"], "Compte."),
        Change("purpose.ar", before["purpose"]["ar"], ""),
    ]
    cookie = one(paris, "_pk_id")
    assert cookie.lifetime_count == 6
    assert cookie.purpose == {"fr": "Compte.", "en": before["purpose"]["en"]}


def test_a_translation_whose_source_the_file_changed_is_stale(paris):
    before = entry(paris)["purpose"]
    import_rows(paris, entries(entry(paris, purpose={**before, "fr": "Compte."})))
    assert one(paris, "_pk_id").sources["purpose"] == dict.fromkeys(("ar", "en"), before["fr"])


def test_importing_a_second_time_changes_nothing(paris):
    shown = entry(paris, "sessionid")["purpose"]
    file = [
        entry(paris, "sessionid", purpose={**shown, "fr": "Autre."}),
        entry(paris) | {"name": "new"},
    ]
    assert counts(import_rows(paris, entries(*file)), changed=1, new=1)
    assert one(paris, "sessionid").sources["purpose"] == {"en": shown["fr"], "ar": shown["fr"]}
    assert counts(import_rows(paris, entries(*file)), unchanged=2)


def test_columns_that_are_missing_leave_everything_as_it_is(paris):
    header = "category,provider,name,lifetime_count,lifetime_unit"
    found = plan(paris, rows("statistics,matomo,_pk_id,13,month", header=header))
    assert counts(found, unchanged=1)


def test_what_the_file_does_not_name_stays(paris):
    import_rows(paris, rows(GOOD))
    assert len(cookies(paris)) == 6
    assert len(providers(paris)) == 3


def test_another_category_puts_a_cookie_at_its_end(paris):
    import_rows(paris, entries(entry(paris, "sessionid", category="statistics")))
    assert one(paris, "sessionid").position > one(paris, "_pk_id").position


WRONGS = [
    ("name", "a b", "A name has no spaces"),
    ("category", "ads", "Choose one of these"),
    ("category", "marketing", "The list has no such category."),
    ("storage", "disk", "Choose one of these"),
    ("storage", 1, "This has to be text."),
    ("lifetime_count", "1e3", "Write a whole number."),
    ("lifetime_count", "9" * 5000, "Write a whole number."),
    ("lifetime_count", 401, "Browsers keep a cookie for 400 days"),
    ("third_party", "perhaps", "This has to be yes or no."),
    ("domain", "no host", "Write a hostname"),
    ("domain", {"a": []}, "This has to be text."),
    ("path", ["/"], "This has to be text."),
    ("name", None, "A cookie needs a name."),
    ("purpose", {"fr": "", "en": "", "ar": ""}, ""),
    ("purpose", "text", "This has to be text."),
    ("purpose", {"fr": 1}, "This has to be text."),
    ("function", {"tlh": "x"}, "There is no language “tlh”."),
    ("function", {"fr": "a\x00b"}, "This holds a character that cannot be shown."),
]


@pytest.mark.parametrize(("field", "value", "words"), WRONGS, ids=lambda one: str(one)[:20])
def test_what_breaks_a_rule_is_wrong_with_the_reason_at_its_column(paris, field, value, words):
    row = entry(paris) | {"lifetime_unit": "day", "lifetime_count": 1, field: value}
    found = plan(paris, entries(row))
    assert counts(found, wrong=1)
    assert any(where == field and words in said for _, where, said in reasons(found))


def test_a_cookie_that_stands_in_the_file_twice_is_wrong_the_second_time(paris):
    lines = (GOOD, GOOD.replace("Compte", "Voit"), GOOD.replace(",,1", ",x.org,1"))
    found = plan(paris, rows(*lines))
    assert [row.status for row in found.cookies] == [NEW, WRONG, NEW]
    assert reasons(found)[0][:2] == (3, "name")
    assert "Line 2" in reasons(found)[0][2]


def test_a_wrong_row_does_not_count_for_those_after_it(paris):
    wrong = GOOD.replace("Plausible", "Other").replace("day", "century")
    found = plan(paris, rows(wrong, GOOD))
    assert [row.status for row in found.cookies] == [WRONG, NEW]


def test_a_stored_cookie_that_breaks_a_newer_rule_stays_unchanged_not_wrong(paris):
    one(paris, "_pk_id").lifetime_count = 99
    assert counts(plan(paris, rows_of(as_csv(paris).encode())), unchanged=5)


def test_nothing_is_written_as_long_as_a_row_is_wrong(app):
    make.tenant(app)
    with app.app_context(), pytest.raises(RowsWrong) as refused, writing():
        import_rows(make.find(), rows(GOOD, GOOD, "too,short"))
    assert counts(refused.value.plan, new=1, wrong=2)
    with app.app_context():
        assert len(cookies(make.find())) == 4
        assert len(providers(make.find())) == 1


def test_wrong_rows_can_be_skipped(paris):
    other = "statistics,unwanted,,a b,,1,day,Compte."
    found = import_rows(paris, rows(GOOD, other), skip_wrong=True)
    assert counts(found, new=1, wrong=1)
    assert one(paris, "seen")
    assert {one.key for one in providers(paris)} == {"opendatasoft", "matomo", "plausible"}


def test_what_was_seen_is_what_is_imported(paris):
    seen = plan(paris, rows(GOOD)).digest
    with pytest.raises(ListChanged) as refused:
        import_rows(paris, rows(GOOD.replace("day", "week")), seen=seen)
    assert counts(refused.value.plan, new=1)
    editing.add_cookie(paris, {"name": "seen", "category": "statistics", "provider": "matomo",
                               "lifetime_count": "2", "lifetime_unit": "day",
                               "purpose": {"fr": "Compte."}})  # fmt: skip
    with pytest.raises(ListChanged) as refused:
        import_rows(paris, rows(GOOD), seen=seen)
    assert counts(refused.value.plan, changed=1)
    assert counts(import_rows(paris, rows(GOOD), seen=refused.value.plan.digest), changed=1)


def test_an_import_touches_no_other_tenant(app):
    make.tenant(app)
    make.tenant(app, "oslo")
    with app.app_context():
        before = as_json(make.find("oslo"))
        with writing():
            import_rows(make.find(), rows(GOOD, "necessary,opendatasoft,,sessionid,,1,day,Autre."))
        assert as_json(make.find("oslo")) == before


def test_an_import_is_written_down_in_the_audit_trail(app):
    make.tenant(app)
    with app.app_context():
        with writing():
            import_rows(make.find(), rows(GOOD, "necessary,opendatasoft,,sessionid,,9,day,Autre."))
        entries = db.session.scalars(select(AuditEntry)).all()
    told = {(one.subject, one.action, one.name) for one in entries}
    assert told > {("cookies", "added", "seen"), ("providers", "added", "Plausible")}
    [changed] = [one for one in entries if one.action == "changed" and one.name == "sessionid"]
    assert changed.before["lifetime_count"] == 2
    assert changed.after["lifetime_count"] == 9
    assert set(changed.after) == {"lifetime_count", "lifetime_unit", "purpose"}


def test_who_edits_meanwhile_notices(paris):
    before = one(paris, "_pk_id").revision
    import_rows(paris, entries(entry(paris, lifetime_count=6)))
    assert one(paris, "_pk_id").revision == before + 1


def test_what_somebody_changed_since_it_was_planned_is_not_overwritten(paris):
    planned = plan(paris, entries(entry(paris, lifetime_count=6)))
    later = update(Cookie.__table__).values(lifetime_count=1, revision=Cookie.revision + 1)
    db.session.execute(later.where(Cookie.name == "_pk_id"))
    with pytest.raises(ListChanged):
        apply(paris, planned)
    db.session.rollback()


def test_two_imports_at_once_come_one_after_the_other(app):
    make.tenant(app)
    done = []

    def bring_in():
        with app.app_context(), writing():
            done.append(import_rows(make.find(), rows(GOOD)))

    both = [Thread(target=bring_in) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(one.counts[NEW] for one in done) == [0, 1]


def statements(app, content):
    """How many an import takes, preview and apply together."""
    executed = []
    with app.app_context(), writing():
        event.listen(db.engine, "before_cursor_execute", lambda *given: executed.append(given[2]))
        import_rows(make.find(), rows_of(content.encode()))
        db.session.flush()
    return len(executed)


def test_the_number_of_statements_does_not_grow_with_the_rows(app):
    make.tenant(app)
    few, many = (
        [f"statistics,p{size}-{n},,c{size}-{n},,1,day,Compte." for n in range(size)]
        for size in (3, 300)
    )
    added = [statements(app, "\n".join((HEADER, *lines))) for lines in (few, many)]
    changed = [
        statements(app, "\n".join((HEADER, *lines)).replace("1,day,Compte", "2,week,Voit"))
        for lines in (few, many)
    ]
    assert added[1] == added[0]
    assert changed[1] == changed[0]


def test_every_category_can_be_imported_that_the_list_has(paris):
    lines = [GOOD.replace("statistics", one).replace("seen", one) for one in CATEGORIES]
    assert [row.status for row in plan(paris, rows(*lines)).cookies] == [NEW, WRONG, NEW, WRONG]


@pytest.mark.parametrize("category", [["statistics"], {}, None, 1])
def test_a_category_of_any_kind_is_answered(paris, category):
    made = plan(paris, entries(entry(paris, name="sessionid") | {"category": category}))
    assert {field for _, field, _ in reasons(made)} == {"category"}


@pytest.mark.parametrize("tag", ["zz", "", "../../x", "en_US", "a\x00"])
def test_an_unknown_language_of_a_cookie_in_the_list_is_answered(paris, tag):
    made = plan(paris, entries(entry(paris, name="sessionid", purpose={tag: "y"})))
    assert {field for _, field, _ in reasons(made)} == {"purpose"}
