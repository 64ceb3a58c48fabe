"""Whose word it is that an account belongs to its email address, and where that word counts.

An account is opened by a secret link. Who followed it holds the address if the link reached only
its mailbox. A tenant cannot promise that to others: it sees links that are shown on its screen, and
since it controls the DNS of its hostname, also those that were mailed and lead there. So:

| who vouches: how password and factors were set                    | `vouched_by` | roles count   |
|-------------------------------------------------------------------|--------------|---------------|
| the operator: by a command, as `portal user password`             | None         | everywhere    |
| the portal: a link to the hostname of all back offices, mailed or |              |               |
| printed by a command                                              | None         | everywhere    |
| a tenant: a link to its own hostname, or one shown on its screen  | the tenant   | at the tenant |
| nobody: from before this was written down, and no member any more | NOWHERE      | nowhere       |

A role at another tenant counts as well once the person joined there: signed in, by a link of that
tenant, which knows by then that both are the same (`Membership.accepted_under`). A role that was
only granted waits until the person follows a link for which this tenant, the portal or the operator
vouches; that drops what was set before, by whoever it was, with the roles that rested on it.
"""

from sqlalchemy import ColumnElement, or_

from portal.people.models import Membership, Person

NOWHERE = 0  # no tenant has this id


def counting() -> ColumnElement[bool]:
    """Of memberships joined with their persons, those whose role counts: the table above."""
    return or_(
        Person.vouched_by.is_(None),
        Person.vouched_by == Membership.tenant_id,
        Person.vouched_by == Membership.accepted_under,
    )
