"""The members' screen, and the link that makes somebody a member."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from portal.database import db, writing
from portal.people.accounts import find_person, role_of
from portal.people.models import AuditEntry, Invitation
from tests import make
from tests.backoffice.browser import PASSWORD, Browser, give_password
from tests.backoffice.member import Member, add_member, owner
from tests.backoffice_host import both_ways
from tests.conftest import running

pytestmark = both_ways

MEMBERS = "/backoffice/members/"
BEN = "ben@city.example"


@pytest.fixture
def paris(app):
    make.tenant(app)
    return app


def invite(member, email=BEN, role="editor"):
    """The path of the link that the owner is shown, as no mail server is set."""
    answer = member.post(MEMBERS, {"email": email, "role": role}, follow_redirects=True)
    assert answer.status_code == 200
    return re.search(
        r"https://\w+\.example(?:/paris)?(/backoffice/invitation/[\w/-]+/)", answer.text
    )[1]


def role(app, email=BEN, slug="paris"):
    with app.app_context():
        person = find_person(email)
        return person and role_of(person, make.find(slug).id)


def person_id(app, email):
    with app.app_context():
        return find_person(email).id


def remove_path(app, email):
    return f"{MEMBERS}{person_id(app, email)}/remove/"


def test_somebody_new_makes_an_account_by_the_link_and_is_in(paris):
    link = invite(owner(paris), role="publisher")
    ben = Browser(paris)
    welcome = ben.submit(link, name="Ben", password=PASSWORD)
    assert (welcome.status_code, welcome.headers["Location"]) == (303, "/backoffice/")
    home = ben.get("/backoffice/")
    assert home.status_code == 200
    assert "Ben" in home.text
    assert role(paris) == "publisher"
    assert ben.cookies == {"sessionid", "csrftoken"}
    assert Browser(paris).sign_in(BEN).status_code == 302


def test_the_invitation_is_a_short_letter_that_says_from_whom_to_what(paris, caplog):
    link = invite(owner(paris), role="auditor")
    [letter] = [one.message for one in caplog.records if "To: " in one.message]
    for part in (BEN, "owner@paris.example", "Paris", "Auditor", link):
        assert part in letter
    assert len(letter) < 700


def test_a_short_password_is_told_at_its_field_and_the_name_is_kept(paris):
    link = invite(owner(paris))
    answer = Browser(paris).submit(link, name="Ben", password="short")
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert 'value="Ben"' in answer.text
    assert role(paris) is None


def test_who_has_an_account_signs_in_and_joins(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    add_member(paris, BEN, "editor", "oslo")
    give_password(paris, BEN)
    link = invite(owner(paris))
    ben = Browser(paris)
    assert "has an account here already" in ben.get(link).text
    ben.sign_in(BEN)
    assert ben.submit(link).status_code == 303
    assert role(paris) == "editor"


def test_an_invitation_never_opens_an_account_that_is_there(paris):
    add_member(paris, BEN, "editor", "paris")
    with paris.app_context(), writing():
        find_person(BEN).operator = True
        db.session.delete(find_person(BEN).memberships[0])
    link = invite(owner(paris))
    answer = Browser(paris).post(link, {"name": "Eve", "password": PASSWORD})
    assert answer.status_code == 403
    with paris.app_context():
        assert find_person(BEN).password is None


def test_somebody_else_who_is_signed_in_does_not_join(paris):
    member = owner(paris)
    link = invite(member)
    assert "but the invitation is for ben@city.example" in member.get(link).text
    assert member.post(link).status_code == 403
    assert role(paris) is None


def test_a_signed_in_person_joins_by_a_form_of_ours_alone(paris):
    add_member(paris, "ben@city.example", "editor", "paris")
    with paris.app_context(), writing():
        db.session.delete(find_person(BEN).memberships[0])
    link = invite(owner(paris))
    ben = Member(paris, BEN)
    ben.get(link)
    assert ben.client.post(link, base_url=ben.base).status_code == 400
    assert role(paris) is None


def test_a_link_that_is_used_withdrawn_or_old_gets_a_clear_page(paris):
    member = owner(paris)
    used, old = invite(member), invite(member, "old@city.example")
    Browser(paris).submit(used, name="Ben", password=PASSWORD)
    with paris.app_context(), writing():
        asked = db.session.scalars(select(Invitation)).one()
        asked.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    for link in (used, old, f"{old[:-5]}xxxx/"):
        answer = Browser(paris).get(link)
        assert answer.status_code == 404
        assert "This invitation is over" in answer.text
        assert "old@city.example" not in answer.text
    assert "over" in member.get(MEMBERS).text


def test_withdrawing_and_renewing_end_the_link_that_was_sent(paris):
    member = owner(paris)
    first = invite(member)
    number = first.split("/")[3]
    again = member.post(f"{MEMBERS}invitations/{number}/resend/", follow_redirects=True)
    second = re.search(
        r"https://\w+\.example(?:/paris)?(/backoffice/invitation/[\w/-]+/)", again.text
    )[1]
    assert Browser(paris).get(first).status_code == 404
    assert Browser(paris).get(second).status_code == 200
    member.post(f"{MEMBERS}invitations/{number}/withdraw/")
    assert Browser(paris).get(second).status_code == 404


def test_an_invitation_of_one_tenant_is_nothing_at_another(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    link = invite(owner(paris))
    assert Browser(paris, "oslo.example").get(link).status_code == 404
    stranger = owner(paris, "oslo")
    number = link.split("/")[3]
    for act in ("resend", "withdraw"):
        assert stranger.post(f"{MEMBERS}invitations/{number}/{act}/").status_code == 404
    assert Browser(paris).get(link).status_code == 200


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"email": "nobody", "role": "editor"}, "is not an email address"),
        ({"email": BEN, "role": "king"}, "no role"),
        ({"email": "owner@paris.example", "role": "editor"}, "is a member already"),
    ],
)
def test_a_wrong_invitation_is_told_and_nothing_typed_is_lost(paris, fields, complaint):
    answer = owner(paris).post(MEMBERS, fields)
    assert answer.status_code == 422
    assert complaint in answer.text
    assert f'value="{fields["email"]}"' in answer.text


def test_a_role_is_changed(paris):
    member = owner(paris)
    add_member(paris, BEN, "editor")
    assert member.post(f"{MEMBERS}{person_id(paris, BEN)}/", {"role": "auditor"}).status_code == 303
    assert role(paris) == "auditor"
    assert "Auditor" in member.get(MEMBERS).text


def test_a_member_is_removed_and_out_at_once(paris):
    member = owner(paris)
    add_member(paris, BEN, "editor")
    ben = Member(paris, BEN)
    assert ben.get().status_code == 200
    assert BEN in member.get(remove_path(paris, BEN)).text
    member.post(remove_path(paris, BEN))
    assert ben.get().status_code == 303
    assert role(paris) is None


def test_removing_asks_for_the_password_again_when_that_was_long_ago(paris):
    member = owner(paris)
    add_member(paris, BEN, "editor")
    with member.client.session_transaction("/backoffice/", base_url=member.base) as session:
        session["fs_paa"] -= 3600
    path = remove_path(paris, BEN)
    for answer in (member.get(path), member.post(path)):
        assert answer.headers["Location"] == f"/backoffice/sign-in/again/?next={path}"
    assert role(paris) == "editor"


def signed_in_an_hour_ago(app):
    member = owner(app)
    give_password(app, "owner@paris.example")
    with member.client.session_transaction("/backoffice/", base_url=member.base) as session:
        session["fs_paa"] -= 3600
    return member


def test_inviting_asks_for_the_password_again_and_keeps_what_was_typed(paris):
    member = signed_in_an_hour_ago(paris)
    asked = member.post(MEMBERS, {"email": BEN, "role": "auditor"})
    assert asked.headers["Location"] == f"/backoffice/sign-in/again/?next={MEMBERS}"
    assert f'value="{BEN}"' not in member.get("/backoffice/").text
    page = member.post(asked.headers["Location"], {"password": PASSWORD}, follow_redirects=True)
    assert f'value="{BEN}"' in page.text
    assert re.search(r'value="auditor"[^>]* checked', page.text)
    assert BEN not in member.get(MEMBERS).text  # shown once, and nobody is invited yet
    assert member.post(MEMBERS, {"email": BEN, "role": "auditor"}).status_code == 303
    assert BEN in member.get(MEMBERS).text


def test_what_is_sent_from_a_list_leads_back_to_the_list_once_it_is_still_them(paris):
    number = invite(owner(paris)).split("/")[3]
    member = Member(paris)
    with member.client.session_transaction("/backoffice/", base_url=member.base) as session:
        session["fs_paa"] -= 3600
    asked = member.post(f"{MEMBERS}invitations/{number}/resend/")
    assert asked.headers["Location"] == f"/backoffice/sign-in/again/?next={MEMBERS}"


def test_a_role_is_changed_by_who_has_just_signed_in(paris):
    member = signed_in_an_hour_ago(paris)
    add_member(paris, BEN, "editor")
    path = f"{MEMBERS}{person_id(paris, BEN)}/"
    assert "/again/" in member.post(path, {"role": "owner"}).headers["Location"]
    assert role(paris) == "editor"
    member.post(f"/backoffice/sign-in/again/?next={path}", {"password": PASSWORD})
    assert re.search(r'value="owner"[^>]* checked', member.get(path).text)


def test_the_last_owner_is_told_to_find_another_one(paris):
    member = owner(paris)
    me = person_id(paris, "owner@paris.example")
    removed = member.post(remove_path(paris, "owner@paris.example"), follow_redirects=True)
    demoted = member.post(f"{MEMBERS}{me}/", {"role": "editor"}, follow_redirects=True)
    for answer in (removed, demoted):
        assert "The last owner stays" in answer.text
    assert role(paris, "owner@paris.example") == "owner"


def test_members_of_another_tenant_do_not_exist_here(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    add_member(paris, BEN, "editor", "oslo")
    member, number = owner(paris), person_id(paris, BEN)
    for path in (f"{MEMBERS}{number}/", f"{MEMBERS}{number}/remove/", f"{MEMBERS}{2**70}/"):
        assert member.get(path).status_code == 404
        assert member.post(path, {"role": "owner"}).status_code == 404
    assert role(paris, slug="oslo") == "editor"


@pytest.mark.parametrize("name", ["editor", "publisher", "auditor"])
def test_only_owners_see_and_change_members(paris, name):
    add_member(paris, BEN, name)
    ben = Member(paris, BEN)
    assert ben.get(MEMBERS).status_code == 403
    assert ben.post(MEMBERS, {"email": "x@city.example", "role": "owner"}).status_code == 403
    assert "/backoffice/members/" not in ben.get().text


def test_who_joined_and_by_whose_hand_is_in_the_trail(paris):
    Browser(paris).submit(invite(owner(paris)), name="Ben", password=PASSWORD)
    with paris.app_context():
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        acts = [(one.actor, one.action, one.subject) for one in entries]
    assert ("owner@paris.example", "added", "invitations") in acts
    assert (BEN, "added", "memberships") in acts
    assert (BEN, "removed", "invitations") in acts


def test_a_mail_server_that_fails_does_not_lose_the_invitation(sqlite_environ):
    with contextmanager(running)(sqlite_environ | {"SMTP_URL": "smtp://127.0.0.1:1"}) as app:
        make.tenant(app)
        link = invite(owner(app))
        assert Browser(app).get(link).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_members(paris):
    member = owner(paris)
    member.get(MEMBERS)
    few = queries(paris, member)
    for number in range(8):
        add_member(paris, f"m{number}@city.example", "editor")
    assert queries(paris, member) == few


def queries(app, member):
    counted = []
    with app.app_context():
        engine = db.engine

    def count(*_):
        counted.append(1)

    event.listen(engine, "before_cursor_execute", count)
    member.get(MEMBERS)
    event.remove(engine, "before_cursor_execute", count)
    return len(counted)
