"""Who belongs to a tenant: invitations that end, and an owner who stays."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from portal.database import db, writing
from portal.people import members
from portal.people.accounts import add_person, find_person, role_of
from portal.people.refusals import LastOwner, MemberError, NoInvitation, NoSuchMember, PersonError
from tests import make
from tests.backoffice.member import add_member

ADA, BEN = "ada@paris.example", "ben@paris.example"


@pytest.fixture
def paris(app):
    number = make.tenant(app)
    add_member(app, ADA)
    with app.app_context():
        yield number


def add(email):
    with writing():
        return add_person(email)


def test_who_is_granted_a_role_is_a_member_and_has_one_role_at_a_time(paris):
    ben = add(BEN)
    with writing():
        members.grant(paris, ben, "editor")
    with writing():
        members.grant(paris, ben, "publisher")
    assert [one.role for one in members.members_of(paris)] == ["owner", "publisher"]


def test_the_last_owner_is_neither_removed_nor_demoted(paris):
    ada = find_person(ADA).id
    with pytest.raises(LastOwner), writing():
        members.remove(paris, ada)
    with pytest.raises(LastOwner), writing():
        members.change_role(paris, ada, "editor")
    assert role_of(find_person(ADA), paris) == "owner"


def test_an_owner_may_go_when_another_is_there(paris):
    ben = add(BEN)
    with writing():
        members.grant(paris, ben, "owner")
    with writing():
        members.remove(paris, find_person(ADA).id)
    assert [one.person.email for one in members.members_of(paris)] == [BEN]


def test_two_owners_who_are_demoted_at_the_same_moment_leave_one(app, paris):
    ben = add(BEN)
    with writing():
        members.grant(paris, ben, "owner")
    refused = []

    def demote(person_id):
        with app.app_context():
            try:
                with writing():
                    members.change_role(paris, person_id, "editor")
            except LastOwner as reason:
                refused.append(reason)

    ada_id, ben_id = find_person(ADA).id, find_person(BEN).id
    with writing():
        members.change_role(paris, ada_id, "editor")
        db.session.flush()
        other = Thread(target=demote, args=(ben_id,))
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join(10)
    assert len(refused) == 1


def test_members_of_another_tenant_are_nobody_here(app, paris):
    oslo = make.tenant(app, "oslo", "en", ("en",))
    with pytest.raises(NoSuchMember):
        members.member(oslo, find_person(ADA).id)
    with pytest.raises(NoSuchMember), writing():
        members.remove(oslo, find_person(ADA).id)


def test_an_unknown_role_is_refused(paris):
    with pytest.raises(MemberError, match="king"), writing():
        members.invite(paris, BEN, "king")


def invite(tenant_id, email=BEN, role="editor"):
    with writing():
        asked, secret = members.invite(tenant_id, email, role)
        return asked.id, secret


def test_the_link_of_an_invitation_opens_it_and_nothing_else_does(paris):
    number, secret = invite(paris)
    assert members.opened(paris, number, secret).email == BEN
    with pytest.raises(NoInvitation):
        members.opened(paris, number, secret[:-1] + "!")
    with pytest.raises(NoInvitation):
        members.opened(paris + 1, number, secret)


def test_the_secret_of_a_link_is_not_kept(paris):
    number, secret = invite(paris)
    assert secret not in vars(members.invitation(paris, number)).values()


def test_an_invitation_ends_after_seven_days(paris):
    number, secret = invite(paris)
    with writing():
        members.invitation(paris, number).expires_at = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(NoInvitation):
        members.opened(paris, number, secret)


def test_a_withdrawn_invitation_opens_nothing(paris):
    number, secret = invite(paris)
    with writing():
        members.withdraw(paris, number)
    with pytest.raises(NoInvitation):
        members.opened(paris, number, secret)


def test_inviting_again_replaces_the_link_and_the_role(paris):
    number, old = invite(paris)
    same, new = invite(paris, BEN.upper(), "auditor")
    assert same == number
    assert members.opened(paris, number, new).role == "auditor"
    with pytest.raises(NoInvitation):
        members.opened(paris, number, old)


def test_who_is_a_member_is_not_invited(paris):
    with pytest.raises(MemberError, match="already"):
        invite(paris, ADA.upper())


@pytest.mark.parametrize("email", ["", "ben", "ben@", "a@b@c.example", "ben@x.example\nBcc: y@z"])
def test_what_is_no_address_is_not_invited(paris, email):
    with pytest.raises(PersonError):
        invite(paris, email)


def test_accepting_makes_a_member_once(paris):
    number, secret = invite(paris, role="publisher")
    ben = add(BEN)
    with writing():
        members.accept(members.opened(paris, number, secret), ben)
    assert role_of(ben, paris) == "publisher"
    with pytest.raises(NoInvitation):
        members.opened(paris, number, secret)


def test_somebody_else_cannot_accept(paris):
    number, secret = invite(paris)
    eve = add("eve@paris.example")
    with pytest.raises(MemberError), writing():
        members.accept(members.opened(paris, number, secret), eve)
    assert role_of(eve, paris) is None
