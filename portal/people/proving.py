"""Proving that an email address is one's own, by a secret link: what that changes."""

from portal.people.accounts import forget_second_factor, role_of, sign_out_everywhere
from portal.people.models import Person


def prove(person: Person, tenant_id: int | None) -> None:
    """The person followed a link for which a tenant vouches, or the operator or portal (None).

    Where the account was not trusted as far as that, whatever let somebody in until now goes; the
    caller sets a new password. A tenant's word takes nothing away from those of the others.
    """
    if person.vouched_by is None or (tenant_id is not None and role_of(person, tenant_id)):
        return
    forget_second_factor(person)
    person.webauthn.clear()
    person.password = None
    sign_out_everywhere(person)
    person.vouched_by = tenant_id
