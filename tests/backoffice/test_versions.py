"""The versions: who, when, why; what differs between two; and going back."""

import re

import pytest

from portal.cookies.models import Cookie
from portal.policy.models import PolicyVersion
from tests import make
from tests.backoffice.member import Member, add_member, owner
from tests.backoffice.queries import counted
from tests.backoffice.rows import rows
from tests.backoffice.test_publishing import PUBLISH, VERSIONS, seen, words

RESTORE = "/backoffice/versions/1/restore/"


@pytest.fixture
def ada(app) -> Member:
    """The owner of Paris, who has published two versions and drafted a third."""
    make.tenant(app)
    make.cookie(app)
    ada = owner(app)
    ada.post(PUBLISH, {"note": "Matomo & co."})
    make.cookie(app, name="_later")
    return ada


def names(app) -> set[str]:
    return {one.name for one in rows(app, Cookie)}


def test_every_version_is_listed_with_who_why_and_hash(app, ada):
    page = ada.get(VERSIONS).text
    for one in rows(app, PolicyVersion):
        assert one.digest in page
    assert "owner@paris.example" in page
    assert "Matomo &amp; co." in page
    assert page.index("Version 2") < page.index("Version 1")
    assert "live" in words(page)


def test_any_two_are_compared(ada):
    text = words(ada.get(f"{VERSIONS}?from=1&to=2").text)
    assert "From version 1 to version 2" in text
    assert "New _pk_id · Statistiques" in text
    assert "Gone _pk_id" in words(ada.get(f"{VERSIONS}?from=2&to=1").text)
    assert "They say just the same." in ada.get(f"{VERSIONS}?from=2&to=2").text


@pytest.mark.parametrize("number", ["3", "0", "-1", "one", "1.0", "9" * 40, "1;2"])
def test_a_version_that_there_is_not_is_not_found(ada, number):
    assert ada.get(f"{VERSIONS}?from=1&to={number}").status_code == 404
    assert ada.get(f"{VERSIONS}{number}/restore/").status_code == 404
    assert ada.post(f"{VERSIONS}{number}/restore/").status_code == 404


def test_before_a_version_is_restored_it_is_told_what_the_draft_loses(app, ada):
    text = words(ada.get(RESTORE).text)
    assert "Gone _later · Statistiques" in text
    assert "Gone Matomo" in text
    assert names(app) >= {"_later", "_pk_id"}


def test_a_restored_version_is_the_draft_and_not_live(app, ada, visitor):
    answer = ada.post(RESTORE, {"seen": seen(ada.get(RESTORE).text)})
    assert (answer.status_code, answer.location) == (303, PUBLISH)
    assert not names(app) & {"_later", "_pk_id"}
    assert "_pk_id" in visitor.get().text
    ada.post(PUBLISH)
    digests = {one.number: one.digest for one in rows(app, PolicyVersion)}
    assert digests[3] == digests[1]


def test_a_draft_that_somebody_just_changed_is_not_overwritten_unseen(app, ada):
    form = {"seen": seen(ada.get(RESTORE).text)}
    make.cookie(app, name="_other")
    answer = ada.post(RESTORE, form)
    assert answer.status_code == 409
    assert "_other" in answer.text
    assert "_other" in names(app)


def test_a_draft_that_says_the_same_has_nothing_to_restore(ada):
    ada.post(PUBLISH)
    page = ada.get("/backoffice/versions/3/restore/").text
    assert "The draft says just the same already." in page
    assert not re.search(r"<form method=\"post\" class=\"actions\"", page)


def test_an_auditor_reads_but_restores_nothing(app, ada):
    add_member(app, "otto@paris.example", "auditor")
    otto = Member(app, "otto@paris.example")
    page = otto.get(VERSIONS)
    assert page.status_code == 200
    assert "Restore as draft" not in page.text
    assert otto.get(RESTORE).status_code == 403
    assert otto.post(RESTORE).status_code == 403


def test_versions_of_another_tenant_are_neither_listed_nor_compared(app, ada):
    make.tenant(app, "oslo", "en", ("en",))
    olga = owner(app, "oslo")
    assert "Matomo" not in olga.get(VERSIONS).text
    assert olga.get(f"{VERSIONS}?from=1&to=2").status_code == 404
    assert olga.get("/backoffice/versions/2/restore/").status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_versions(app, ada):
    ada.get(VERSIONS)
    few = counted(app, lambda: ada.get(VERSIONS))
    for number in range(5):
        make.change(app, "paris", name=f"Paris {number}")
        make.publish(app)
    ada.get(VERSIONS)
    assert counted(app, lambda: ada.get(VERSIONS)) == few
