"""The first screen says what is left to do, and nothing that is done."""

from tests import make
from tests.backoffice.member import Member, add_member, owner

DETAILS = {"controller": "City of Paris", "email": "dpo@paris.example", "authority": "CNIL"}


def steps(member):
    page = member.get().text
    places = ("settings", "translations", "publish")
    listed = page.partition('<ol class="steps-next">')[2].partition("</ol>")[0]
    return [place for place in places if f'href="/backoffice/{place}/"' in listed]


def test_a_new_portal_lacks_its_contact_details(app):
    make.tenant(app)
    assert steps(owner(app)) == ["settings"]


def test_a_changed_draft_waits_to_be_published(app):
    make.tenant(app, **DETAILS)
    member = owner(app)
    assert steps(member) == []
    make.change(app, "paris", name="Lutetia")
    assert steps(member) == ["publish"]
    make.publish(app)
    assert steps(member) == []


def test_a_missing_translation_is_counted(app):
    make.tenant(app, **DETAILS)
    make.cookie(app, purpose={"fr": "Distingue les visites."})
    member = owner(app)
    assert steps(member) == ["translations", "publish"]


def test_who_cannot_edit_is_given_nothing_to_do(app):
    make.tenant(app)
    add_member(app, "dpo@paris.example", "auditor")
    assert steps(Member(app, "dpo@paris.example")) == []
