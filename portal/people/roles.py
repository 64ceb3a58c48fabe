"""What each role may do: the one table of permissions."""

from enum import StrEnum


class Permission(StrEnum):
    READ = "read"  # the drafts and what was published
    EDIT = "edit"  # the drafts
    PUBLISH = "publish"
    READ_LOG = "read_log"  # consent records and figures
    READ_AUDIT = "read_audit"
    MANAGE = "manage"  # members, hostnames, settings


EDITOR, PUBLISHER, AUDITOR, OWNER = "editor", "publisher", "auditor", "owner"

ROLES: dict[str, frozenset[Permission]] = {
    OWNER: frozenset(Permission),
    PUBLISHER: frozenset({Permission.READ, Permission.EDIT, Permission.PUBLISH}),
    EDITOR: frozenset({Permission.READ, Permission.EDIT}),
    AUDITOR: frozenset({Permission.READ, Permission.READ_LOG, Permission.READ_AUDIT}),
}
