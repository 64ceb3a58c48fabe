"""On PostgreSQL the database itself keeps tenants apart, whatever a query forgets to say."""

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError

from portal.consent.models import consent_records
from portal.database import db, owner_engine, reading, reading_as
from portal.models import metadata
from portal.people.models import Membership, Person
from portal.tenants.models import Hostname, Tenant
from tests import make
from tests.backoffice.member import add_member
from tests.client import Visitor
from tests.consent.records import keep, record

OF_TENANTS = [one for one in metadata.sorted_tables if "tenant_id" in one.columns]
SECURED = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
AND relkind IN ('r', 'p') AND relrowsecurity AND relforcerowsecurity
"""
PARTITIONS = """
SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE relkind = 'r'
"""


@pytest.fixture
def two_tenants(postgresql_app):
    make.tenant(postgresql_app)
    make.tenant(postgresql_app, "oslo", "en", ("en",))
    for host in ("paris.example", "oslo.example"):
        assert Visitor(postgresql_app, host).decide().status_code == 201
    return postgresql_app


def test_every_table_of_tenants_is_secured_and_so_is_every_partition(postgresql_app):
    with postgresql_app.app_context(), owner_engine().connect() as connection:
        secured = set(connection.scalars(text(SECURED)))
        partitions = set(connection.scalars(text(PARTITIONS)))
    assert {one.name for one in OF_TENANTS} | {"tenants"} | partitions <= secured
    assert len(partitions) > 12


def test_the_planner_expects_as_many_rows_as_the_tenant_has(postgresql_app):
    """Else it would sort whole months of the log where a few steps along an index are enough."""
    number = make.tenant(postgresql_app)
    with postgresql_app.app_context():
        keep(*(record(number) for _ in range(1000)))
        with owner_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE consent_records"))
    with postgresql_app.test_request_context("/", base_url="http://paris.example"):
        asked = f"EXPLAIN (FORMAT JSON) SELECT * FROM consent_records WHERE tenant_id = {number}"
        [plan] = db.session.scalar(text(asked))
    assert 900 < plan["Plan"]["Plan Rows"] < 1100


def test_the_role_of_the_tests_is_bound_by_it(postgresql_app):
    asked = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    with postgresql_app.app_context(), db.engine.connect() as connection:
        assert connection.scalar(text(asked)) is False


@pytest.mark.parametrize("table", [*OF_TENANTS, Tenant.__table__], ids=lambda one: one.name)
def test_a_query_without_a_tenant_sees_nothing(two_tenants, table):
    with two_tenants.app_context(), db.engine.connect() as connection:
        assert connection.execute(select(table)).all() == []


def test_a_request_sees_its_own_tenant_alone(two_tenants):
    with two_tenants.test_request_context("/", base_url="http://oslo.example"):
        assert db.session.scalars(select(Tenant.slug)).all() == ["oslo"]
        assert db.session.scalars(select(Hostname.hostname)).all() == ["oslo.example"]
        assert len(db.session.execute(select(consent_records)).all()) == 1


def test_a_request_to_no_tenant_sees_nothing(two_tenants):
    with two_tenants.test_request_context("/", base_url="http://nobody.example"):
        assert db.session.scalars(select(Tenant.slug)).all() == []


def test_a_request_cannot_write_for_another_tenant(two_tenants):
    with two_tenants.app_context():
        paris = make.find("paris").id
    foreign = insert(Hostname).values(tenant_id=paris, hostname="x.example", canonical=False)
    with two_tenants.test_request_context("/", base_url="http://oslo.example"):
        with pytest.raises(ProgrammingError, match="row-level security"):
            db.session.execute(foreign)
        db.session.rollback()


def test_the_tenant_is_forgotten_with_the_transaction(two_tenants):
    with two_tenants.test_request_context("/", base_url="http://oslo.example"):
        session = db.session()
        connection = session.connection().connection.driver_connection
        session.rollback()
        assert connection.execute("SELECT count(*) FROM tenants").fetchone() == (0,)
        connection.rollback()


def test_a_command_sees_every_tenant(two_tenants):
    with two_tenants.app_context():
        assert set(db.session.scalars(select(Tenant.slug))) == {"paris", "oslo"}


def test_who_names_a_person_sees_their_roles_at_every_tenant_and_nobody_elses(two_tenants):
    for email in ("ada@city.example", "ben@city.example"):
        add_member(two_tenants, email, "editor", "paris")
    add_member(two_tenants, "ada@city.example", "owner", "oslo")
    with two_tenants.app_context(), owner_engine().connect() as connection:
        ada = connection.scalar(select(Person.id).where(Person.email == "ada@city.example"))
    roles = select(Membership.person_id, Membership.role).order_by(Membership.role)
    with two_tenants.app_context(), reading_as(ada) as session:
        assert session.execute(roles).all() == [(ada, "editor"), (ada, "owner")]
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(insert(Membership).values(tenant_id=1, person_id=ada, role="owner"))
    with two_tenants.app_context(), reading() as session:
        assert session.execute(roles).all() == []
