"""Whose word an account rests on, and what somebody gains who opened it for an address not theirs.

Oslo is hostile and no mail is set: its owner invites an address of Paris and takes the link that is
shown. `test_sign_in` in the back office has how links are asked for.
"""

import re

import pytest

from portal.backoffice.admission import may_follow_link
from portal.backoffice.current import role_here
from portal.database import db, writing
from portal.people.accounts import add_person, find_person, role_of
from portal.people.members import grant, invite
from portal.people.models import Membership, Passkey
from portal.people.passwords import has_password
from portal.people.proving import prove
from portal.people.vouching import NOWHERE
from tests import make
from tests.backoffice.browser import PASSWORD, Browser, give_password
from tests.backoffice.member import add_member, owner
from tests.cli.terminal import facts, say
from tests.waiting import wait_until

VICTIM, OTHER = "victim@paris.example", "a horse, a battery, a staple"
MEMBERS, FORGOTTEN = "/backoffice/members/", "/backoffice/sign-in/password/"


@pytest.fixture
def planted(app):
    """Both portals, and the account that Oslo's owner opened for an address of Paris."""
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    shown = owner(app, "oslo").post(
        MEMBERS, {"email": VICTIM, "role": "editor"}, follow_redirects=True
    )
    eve = Browser(app, "oslo.example")
    eve.submit(link_in(shown.text, "oslo"), name="Eve", password=PASSWORD)
    assert eve.get("/backoffice/").status_code == 200
    return app


def link_in(text, slug="paris"):
    return re.search(rf"https://{slug}\.example(/backoffice/[\w/.-]+/)", text)[1]


def gets_in(app, slug, password=PASSWORD):
    browser = Browser(app, f"{slug}.example")
    browser.sign_in(VICTIM, password)
    return browser.get("/backoffice/").status_code == 200


def mailed_link(app, caplog, browser, slug="paris"):
    caplog.clear()
    browser.submit(FORGOTTEN, email=VICTIM)
    wait_until(lambda: "this was not sent" in caplog.text)
    return link_in(caplog.text, slug)


@pytest.mark.parametrize(
    "words", [("grant", VICTIM, "--tenant", "paris", "--role", "owner"), ("operator", VICTIM)]
)
def test_what_an_operator_grants_is_nothing_to_who_opened_the_account(planted, words):
    text = say(planted, "user", *words)
    assert "counts once" in text
    assert not facts(planted, "user", "show", VICTIM)["proven"]
    assert not gets_in(planted, "paris")
    assert gets_in(planted, "oslo")  # as far as Oslo's own word goes


def test_a_session_of_theirs_gains_nothing_either(planted):
    """One that Oslo's member would carry to Paris, were it not bound, or got before the grant."""
    with planted.app_context(), writing():
        grant(make.find().id, find_person(VICTIM), "owner")
    with planted.test_request_context("/", base_url="http://paris.example"):
        assert role_here(find_person(VICTIM)) is None


def test_whose_address_it_is_gets_in_by_mail_and_what_was_set_before_is_gone(planted, caplog):
    with planted.app_context(), writing():
        victim = find_person(VICTIM)
        grant(make.find().id, victim, "owner")
        victim.tf_primary_method, victim.tf_totp_secret = "authenticator", "eve's"
        victim.mf_recovery_codes = ["eve's"]
        victim.webauthn.append(
            Passkey(credential_id=b"1", public_key=b"1", backup_state=False, device_type="x",
                    name="Eve", usage="first")
        )  # fmt: skip
    eve = Browser(planted, "oslo.example")
    eve.sign_in(VICTIM)
    link = mailed_link(planted, caplog, Browser(planted))
    Browser(planted).submit(link, password=OTHER, password_confirm=OTHER)
    with planted.app_context():
        victim = find_person(VICTIM)
        left = [victim.tf_primary_method, victim.mf_recovery_codes, *victim.webauthn]
        assert not any(left)
    assert gets_in(planted, "paris", OTHER)
    assert not gets_in(planted, "paris", PASSWORD)
    assert eve.get("/backoffice/").status_code == 303
    assert not gets_in(planted, "oslo", OTHER)  # Oslo's role rested on Eve's having the address


def test_whom_another_tenant_invites_proves_the_address_there(planted, caplog):
    """The password is not theirs, so they ask for another with the invitation in hand."""
    shown = owner(planted).post(MEMBERS, {"email": VICTIM, "role": "editor"}, follow_redirects=True)
    link, victim = link_in(shown.text), Browser(planted)
    assert not gets_in(planted, "paris")  # an invitation without its link is nothing
    victim.get(link)
    chosen = mailed_link(planted, caplog, victim)
    Browser(planted).submit(chosen, password=OTHER, password_confirm=OTHER)
    victim.get(link)
    assert victim.sign_in(VICTIM, OTHER).status_code == 302
    assert victim.submit(link).status_code == 303
    assert victim.get("/backoffice/").status_code == 200
    assert not gets_in(planted, "oslo", OTHER)


def test_nobody_joins_by_the_password_alone_nor_by_the_link_alone(planted):
    shown = owner(planted).post(MEMBERS, {"email": VICTIM, "role": "editor"}, follow_redirects=True)
    link = link_in(shown.text)
    assert not gets_in(planted, "paris")
    stranger = Browser(planted)
    stranger.get(link)
    assert stranger.post(link, {"password": OTHER}).status_code == 403
    with planted.app_context():
        assert has_password(find_person(VICTIM), PASSWORD)


def test_who_joins_a_second_portal_signed_in_works_for_both(planted):
    shown = owner(planted).post(MEMBERS, {"email": VICTIM, "role": "editor"}, follow_redirects=True)
    link, person = link_in(shown.text), Browser(planted)
    person.get(link)
    assert person.sign_in(VICTIM).status_code == 302
    assert person.submit(link).status_code == 303
    assert gets_in(planted, "paris")
    assert gets_in(planted, "oslo")


def test_the_operators_link_to_a_tenant_proves_it_there_alone(planted):
    """For that tenant reads it; the role at Oslo rested on Oslo's word and goes."""
    say(planted, "user", "grant", VICTIM, "--tenant", "paris", "--role", "owner")
    link = link_in(say(planted, "user", "link", VICTIM, "--tenant", "paris"))
    Browser(planted).submit(link, password=OTHER, password_confirm=OTHER)
    assert not facts(planted, "user", "show", VICTIM)["proven"]
    assert gets_in(planted, "paris", OTHER)
    assert not gets_in(planted, "oslo", OTHER)
    assert not gets_in(planted, "oslo", PASSWORD)


def test_who_only_invites_somebody_gets_no_link_into_an_account_that_counts_everywhere(app, caplog):
    """Oslo reads its own mails: with one into the account it would hold every role elsewhere."""
    make.tenant(app)
    make.tenant(app, "oslo", "en", ("en",))
    add_member(app, VICTIM)
    give_password(app, VICTIM)
    shown = owner(app, "oslo").post(
        MEMBERS, {"email": VICTIM, "role": "editor"}, follow_redirects=True
    )
    oslo = Browser(app, "oslo.example")
    oslo.get(link_in(shown.text, "oslo"))
    caplog.clear()
    oslo.submit(FORGOTTEN, email=VICTIM)
    assert "sign-in/password/" not in caplog.text
    with app.test_request_context("/", base_url="https://oslo.example"):
        assert not may_follow_link(find_person(VICTIM))
    assert gets_in(app, "paris")


def test_a_link_of_a_tenant_takes_nothing_from_an_account_that_counts_there(planted, caplog):
    with planted.app_context(), writing():
        find_person(VICTIM).mf_recovery_codes = ["theirs"]
    link = mailed_link(planted, caplog, Browser(planted, "oslo.example"), "oslo")
    Browser(planted, "oslo.example").submit(link, password=OTHER, password_confirm=OTHER)
    with planted.app_context():
        assert find_person(VICTIM).mf_recovery_codes == ["theirs"]
    assert gets_in(planted, "oslo", OTHER)


PARIS, OSLO = "paris", "oslo"


@pytest.mark.parametrize(
    ("vouched_by", "accepted_under", "counts"),
    [
        (None, None, True),
        (PARIS, None, True),
        (OSLO, None, False),
        (OSLO, OSLO, True),
        (OSLO, PARIS, False),
        (NOWHERE, None, False),
        (None, OSLO, True),
    ],
)
def test_the_rule(app, vouched_by, accepted_under, counts):
    """Of a role at Paris."""
    number = {PARIS: make.tenant(app), OSLO: make.tenant(app, "oslo", "en", ("en",))}
    with app.app_context(), writing():
        person = add_person(VICTIM, vouched_by=number.get(vouched_by, vouched_by))
        row = Membership(tenant_id=number[PARIS], person_id=person.id, role="editor")
        row.accepted_under = number.get(accepted_under, accepted_under)
        db.session.add(row)
        db.session.flush()
        assert (role_of(person, number[PARIS]) is not None) == counts


def test_an_owner_who_does_not_count_yet_is_not_the_last_one(planted):
    """Else nobody would be left who gets in."""
    with planted.app_context(), writing():
        grant(make.find().id, find_person(VICTIM), "owner")
    add_member(planted, "owner@paris.example")
    text = say(planted, "user", "grant", "owner@paris.example", "--tenant", "paris", "--role",
               "owner")  # fmt: skip
    assert "is owner" in text
    from tests.cli.terminal import complaint

    assert "last owner" in complaint(
        planted, "user", "revoke", "owner@paris.example", "--tenant", "paris"
    )


def test_who_does_not_count_yet_can_be_invited(planted):
    with planted.app_context(), writing():
        grant(make.find().id, find_person(VICTIM), "editor")
        invited = invite(make.find().id, VICTIM, "owner").invitation
        assert invited.email == VICTIM


def test_proving_leaves_alone_whom_the_operator_vouches_for(planted):
    add_member(planted, "ada@city.example")
    give_password(planted, "ada@city.example")
    with planted.app_context(), writing():
        ada = find_person("ada@city.example")
        prove(ada, make.find("oslo").id)
        assert ada.vouched_by is None
        assert has_password(ada, PASSWORD)
