"""On PostgreSQL, a role that serves can work without owning anything.

Only the owner sees every tenant at once; others what is public of each, to find the one that a
hostname stands for. A query may name several tenants. What serving needs of the owner's rights are
functions with one effect each.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import EVERYTHING, let_owner_see

revision = "0017"
down_revision = "0016"

SETTING = "current_setting('portal.tenant', true)"
SEES_TENANT = """
CREATE OR REPLACE FUNCTION sees_tenant(tenant integer) RETURNS boolean LANGUAGE sql STABLE
"""
BEFORE = f"AS $$ SELECT tenant = nullif(nullif({SETTING}, '*'), '')::integer OR {SETTING} = '*' $$"
AFTER = f"RETURN tenant = ANY (string_to_array(nullif({SETTING}, '*'), ',')::integer[])"
SECURED = """
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relrowsecurity AND relkind IN ('r', 'p')
"""
PUBLIC = ("tenants", "hostnames", "embeddings")  # what a hostname leads to
TRIGGERS = ("refuse_change", "refuse_unless_erased", "count_records")
FUNCTIONS = (
    "make_partitions(date, integer)", "make_coming_partitions()", "add_up_figures()",
    "is_any_tenant_there()",
)  # fmt: skip

# In all of them: whoever calls them may have tables of the same names in a schema for the moment.
MAKE_PARTITIONS = """
CREATE FUNCTION make_partitions(since date, months integer) RETURNS SETOF text
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE
    named CONSTANT text := current_setting('portal.tenant', true);
    wanted CONSTANT date[] := ARRAY(
        SELECT (date_trunc('month', since::timestamp) + make_interval(months => n))::date
        FROM generate_series(0, months) AS n
    );
    missing date[];
    partition text;
    month date;
BEGIN
    IF NOT EXISTS (SELECT FROM unnest(wanted) AS one WHERE partition_of(one) IS NULL) THEN
        RETURN;
    END IF;
    IF NOT pg_try_advisory_xact_lock(7270332) THEN
        RETURN; -- another server is at it
    END IF;
    missing := ARRAY(SELECT one FROM unnest(wanted) AS one WHERE partition_of(one) IS NULL);
    IF cardinality(missing) = 0 THEN
        RETURN; -- and was done by now
    END IF;
    PERFORM set_config('lock_timeout', '1s', true); -- decisions wait for whoever waits here
    LOCK TABLE consent_records IN ACCESS EXCLUSIVE MODE;
    PERFORM set_config('portal.tenant', '*', true);
    IF EXISTS (
        SELECT FROM consent_records_default, unnest(missing) AS one
        WHERE id >= first_id(one) AND id < first_id((one + interval '1 month')::date)
    ) THEN
        ALTER TABLE consent_records DETACH PARTITION consent_records_default;
        ALTER TABLE consent_records_default RENAME TO consent_records_aside;
        CREATE TABLE consent_records_default PARTITION OF consent_records DEFAULT;
        PERFORM guard_partition('consent_records_default');
    END IF;
    FOREACH month IN ARRAY missing LOOP
        partition := to_char(month, '"consent_records_"YYYY_MM');
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF consent_records FOR VALUES FROM (%L) TO (%L)',
            partition, first_id(month), first_id((month + interval '1 month')::date)
        );
        PERFORM guard_partition(partition);
        RETURN NEXT partition;
    END LOOP;
    IF to_regclass('{schema}.consent_records_aside') IS NOT NULL THEN
        ALTER TABLE consent_records DISABLE TRIGGER count_records; -- they only move
        INSERT INTO consent_records SELECT * FROM consent_records_aside;
        ALTER TABLE consent_records ENABLE TRIGGER count_records;
        DROP TABLE consent_records_aside;
    END IF;
    PERFORM set_config('portal.tenant', coalesce(named, ''), true);
END $$
"""
PARTITION_OF = """
CREATE FUNCTION partition_of(month date) RETURNS regclass LANGUAGE sql STABLE
RETURN to_regclass(to_char(month, '"{schema}.consent_records_"YYYY_MM'))
"""
FIRST_ID = """
CREATE FUNCTION first_id(day date) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN (
    lpad(to_hex((day - '1970-01-01'::date)::bigint * 86400000), 12, '0') || '70008000000000000000'
)::uuid
"""
GUARD_PARTITION = """
CREATE FUNCTION guard_partition(partition text) RETURNS void
LANGUAGE plpgsql SET search_path = {schema}, pg_temp AS $$
DECLARE
    statement text;
BEGIN
    FOREACH statement IN ARRAY ARRAY[
        'CREATE TRIGGER %1$I BEFORE TRUNCATE ON %2$I FOR EACH STATEMENT'
            ' EXECUTE FUNCTION refuse_change()',
        'CREATE POLICY tenant ON %2$I USING (sees_tenant(tenant_id))',
        'CREATE POLICY owner ON %2$I TO CURRENT_USER'
            ' USING (current_setting(''portal.tenant'', true) = ''*'')',
        'ALTER TABLE %2$I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
    ] LOOP
        EXECUTE format(statement, partition || '_no_truncate', partition);
    END LOOP;
END $$
"""
MAKE_COMING_PARTITIONS = """
CREATE FUNCTION make_coming_partitions() RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
    SELECT make_partitions((now() AT TIME ZONE 'UTC')::date, 12)
$$
"""
ADD_UP_FIGURES = """
CREATE FUNCTION add_up_figures() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    named CONSTANT text := current_setting('portal.tenant', true);
BEGIN
    IF NOT pg_try_advisory_xact_lock(7270331) THEN
        RETURN; -- another server is at it
    END IF;
    PERFORM set_config('portal.tenant', '*', true);
    WITH gone AS (DELETE FROM uncounted RETURNING *)
    INSERT INTO figures (tenant_id, day, policy, language, event, accepted, count)
    SELECT tenant_id, day, policy, language, event, accepted, sum(count) FROM gone
    GROUP BY tenant_id, day, policy, language, event, accepted
    ON CONFLICT (tenant_id, day, policy, language, event, accepted)
    DO UPDATE SET count = figures.count + excluded.count;
    PERFORM set_config('portal.tenant', coalesce(named, ''), true);
END $$
"""
IS_ANY_TENANT_THERE = """
CREATE FUNCTION is_any_tenant_there() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    named CONSTANT text := current_setting('portal.tenant', true);
    found boolean;
BEGIN
    PERFORM set_config('portal.tenant', '*', true);
    found := EXISTS (SELECT FROM tenants);
    PERFORM set_config('portal.tenant', coalesce(named, ''), true);
    RETURN found;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(SEES_TENANT + AFTER)
    for table in op.get_bind().scalars(sa.text(SECURED)).all():
        let_owner_see(table)
    for table in PUBLIC:
        op.execute(f"CREATE POLICY public ON {table} FOR SELECT USING ({EVERYTHING})")
    _leave_retention_to_the_owner()
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    for function in TRIGGERS:
        op.execute(f"ALTER FUNCTION {function}() SET search_path = {schema}, pg_temp")
    for function in (
        FIRST_ID, PARTITION_OF, GUARD_PARTITION, MAKE_PARTITIONS, MAKE_COMING_PARTITIONS,
        ADD_UP_FIGURES, IS_ANY_TENANT_THERE,
    ):  # fmt: skip
        op.execute(function.format(schema=schema))
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")


def _leave_retention_to_the_owner() -> None:
    """An erasure of all before a time lets go of a whole log; of one browser, what it decided."""
    op.execute("DROP POLICY tenant ON erasures")
    op.execute("CREATE POLICY tenant ON erasures FOR SELECT USING (sees_tenant(tenant_id))")
    op.execute(
        "CREATE POLICY browser ON erasures FOR INSERT "
        "WITH CHECK (sees_tenant(tenant_id) AND before IS NULL)"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for function in (
        *FUNCTIONS, "guard_partition(text)", "partition_of(date)", "first_id(date)"
    ):  # fmt: skip
        op.execute(f"DROP FUNCTION {function}")
    for function in TRIGGERS:
        op.execute(f"ALTER FUNCTION {function}() RESET search_path")
    op.execute("DROP POLICY browser ON erasures")
    op.execute("DROP POLICY tenant ON erasures")
    op.execute("CREATE POLICY tenant ON erasures USING (sees_tenant(tenant_id))")
    for table in PUBLIC:
        op.execute(f"DROP POLICY public ON {table}")
    op.execute(SEES_TENANT + BEFORE)
