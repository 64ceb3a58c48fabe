"""On PostgreSQL, what the role that serves may do: what serving needs, and nothing else.

The owner of the tables migrates, makes and drops partitions, and purges. The role that serves owns
nothing, so that whoever gets to run SQL through a server can neither rewrite what was decided nor
take the triggers away that refuse it. Which roles serve, the database knows: those that may make
the coming partitions.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, text

READ, APPEND, CHANGE = "SELECT", "SELECT, INSERT", "SELECT, UPDATE"
APPEND_OR_ERASE = (
    "SELECT, INSERT, DELETE"  # where a trigger looks for an erasure, or it is no proof
)
EDIT = "SELECT, INSERT, UPDATE, DELETE"  # what is not listed: drafts, people and what is theirs

PRIVILEGES: Mapping[str, str] = {
    "alembic_version": READ,
    "audit_entries": APPEND,
    "change_counter": CHANGE,
    "consent_records": APPEND_OR_ERASE,
    "erasures": APPEND,
    "figures": READ,
    "idempotency_keys": APPEND_OR_ERASE,
    "known_providers": READ,
    "policy_versions": APPEND,
    "scripts": APPEND,
    "tenants": CHANGE,
    "uncounted": APPEND,
    "wordings": APPEND,
}
FUNCTIONS = (
    "sees_tenant(integer)",
    "make_coming_partitions()",
    "add_up_figures()",
    "is_any_tenant_there()",
)

# Partitions are reached through their table, whose rules hold then.
TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
AND relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition ORDER BY relname
"""
SERVING = """
SELECT pg_get_userbyid(grantee) FROM pg_proc, aclexplode(proacl)
WHERE pg_proc.oid = to_regprocedure('make_coming_partitions()')
AND grantee <> 0 AND grantee <> proowner
"""
EXISTS = "SELECT 1 FROM pg_roles WHERE rolname = :role"
OWNER = "SELECT relowner FROM pg_class WHERE oid = to_regclass('consent_records')"
SEES_EVERYTHING = f"""
SELECT rolsuper OR rolbypassrls OR coalesce(pg_has_role(oid, ({OWNER}), 'USAGE'), true)
FROM pg_roles WHERE rolname = current_user
"""
TOO_MUCH = {
    "is a superuser": "rolsuper",
    "bypasses row-level security": "rolbypassrls",
    "may make roles": "rolcreaterole",
    "owns the tables": f"pg_has_role(oid, ({OWNER}), 'MEMBER')",
    "may make tables": "has_schema_privilege(oid, current_schema(), 'CREATE')",
    "may rewrite the log": """EXISTS (
        SELECT FROM pg_trigger WHERE tgfoid = to_regproc('refuse_change')
        AND has_table_privilege(pg_roles.oid, tgrelid, 'UPDATE, TRUNCATE, TRIGGER')
    )""",
}


class BadRole(ValueError):
    """A role that cannot serve; the message says why and what to do."""


def too_much(connection: Connection, role: str | None = None) -> list[str]:
    """What a role (that of the connection) can do and one that serves should not, in words."""
    if connection.dialect.name != "postgresql":
        return []
    asked = f"SELECT {', '.join(TOO_MUCH.values())} FROM pg_roles WHERE rolname = "
    found = connection.execute(text(asked + "coalesce(:role, current_user)"), {"role": role}).one()
    return [words for words, is_so in zip(TOO_MUCH, found, strict=True) if is_so]


def sees_everything(connection: Connection) -> bool:
    """Whether the role of the connection sees every row; so it is before there are any tables."""
    return bool(connection.scalar(text(SEES_EVERYTHING)))


def serving_roles(connection: Connection) -> list[str]:
    """The roles that were made to serve; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    return sorted(connection.scalars(text(SERVING)))


def exists(connection: Connection, role: str) -> bool:
    return connection.scalar(text(EXISTS), {"role": role}) is not None


def make_role(connection: Connection, role: str) -> None:
    """A new role that can sign in and has no right of its own; raises BadRole."""
    statement = f"CREATE ROLE {_quoted(connection, role)} LOGIN"
    may_make = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    if not connection.scalar(text(may_make)):
        raise BadRole(
            f"the owner may make no roles: run {statement!r} as a superuser, then this again"
        )
    connection.execute(text(statement))


def set_password(connection: Connection, role: str, password: str) -> None:
    """What travels, and may stand in the server's log, is the hash that the server keeps."""
    driver: Any = connection.connection.driver_connection
    kept = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    statement = f"ALTER ROLE {_quoted(connection, role)} PASSWORD :kept"
    connection.execute(
        text(statement).bindparams(bindparam("kept", kept.decode(), literal_execute=True))
    )


def let_serve(connection: Connection, role: str) -> None:
    """Give a role all that serving needs and take whatever else it was given; raises BadRole."""
    for statement in _statements(connection, _quoted(connection, role)):
        connection.execute(text(statement))
    if found := too_much(connection, role):
        raise BadRole(f"role {role!r} {', '.join(found)}: choose another one to serve")


def _statements(connection: Connection, role: str) -> Iterator[str]:
    database = _quoted(connection, str(connection.scalar(text("SELECT current_database()"))))
    schema = _quoted(connection, str(connection.scalar(text("SELECT current_schema()"))))
    yield f"REVOKE TEMPORARY, CREATE ON DATABASE {database} FROM PUBLIC, {role}"
    yield f"GRANT CONNECT ON DATABASE {database} TO {role}"
    yield f"REVOKE ALL ON SCHEMA {schema} FROM {role}"
    yield f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        yield f"REVOKE ALL ON ALL {kind} IN SCHEMA {schema} FROM PUBLIC, {role}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"
    for table in connection.scalars(text(TABLES)).all():
        yield f"GRANT {PRIVILEGES.get(table, EDIT)} ON {_quoted(connection, table)} TO {role}"
    for function in FUNCTIONS:
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {role}"


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
