"""The database: base class, names of constraints, column types, transactions."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any, TypeVar, cast

from flask import Flask, has_request_context
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column

from portal import postgresql, sqlite
from portal.settings import Settings

T = TypeVar("T")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


POOL_TIMEOUT = 5  # seconds that a request waits for a connection
OWNER, LOG = "owner", "log"
TENANT_SETTING, EVERY_TENANT = "portal.tenant", "*"
PERSON_SETTING = "portal.person"
SEES = "sees"  # execution option: the tenants that each transaction of a connection names
BESIDE_REQUESTS = 4  # connections of the threads that look after the server
APPENDS = {  # one connection, whose user says where a transaction ends
    "isolation_level": "AUTOCOMMIT",
    "pool_pre_ping": False,  # a decision would wait for it
    "pool_reset_on_return": None,
    "pool_size": 1,
}


class RoleSession(FlaskSession):
    """In a request, a session of the role that serves; elsewhere, in a command, of the owner."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        if OWNER in db.engines and not has_request_context():
            return db.engines[OWNER]
        return super().get_bind(*args, **kwargs)


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": RoleSession})

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """The column holds one of these words: text with a rule, so that adding one is easy."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Revised:
    """A row that counts its changes, so that nobody overwrites what they have not seen."""

    revision: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  a class is asked
        return {"version_id_col": cls.__table__.columns["revision"]}  # type: ignore[attr-defined]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time; SQLite keeps it without its zone, which is always UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


def init_app(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.sqlalchemy_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    app.config["SQLALCHEMY_BINDS"] = _binds(settings)
    db.init_app(app)
    with app.app_context():
        if on_sqlite():
            sqlite.prepare(db.engine, db.engines[LOG])
        else:
            postgresql.prepare(db.engines.values())
            for engine in db.engines.values():
                event.listen(engine, "begin", _name_tenants)


def _engine_options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "hide_parameters": True,  # what people sent is in no error, and so in no log
        "pool_size": settings.threads + 1,
        "max_overflow": settings.threads + BESIDE_REQUESTS,
        "pool_timeout": POOL_TIMEOUT,
        "pool_use_lifo": True,  # the connection last used has its statements prepared
    }
    if settings.sqlalchemy_url.startswith("postgresql"):
        options["connect_args"] = postgresql.OPTIONS
        options["pool_pre_ping"] = True
    return options


def _binds(settings: Settings) -> dict[str, dict[str, Any]]:
    """What appends to the log, and where one is named the role that owns the tables."""
    options = _engine_options(settings) | {"url": settings.sqlalchemy_url}
    binds = {LOG: options | APPENDS}
    if settings.owner_database_url:
        binds[OWNER] = options | {"url": settings.owner_sqlalchemy_url}
    return binds


def house() -> Engine:
    """Connections that look for a tenant: they see what is public of each one, and the feed.

    On PostgreSQL others see the rows of the tenants that they name and no more (row-level
    security); the session of a request names the request's tenant by itself.
    """
    return db.engine.execution_options(**{SEES: EVERY_TENANT})


def owner_engine() -> Engine:
    """Connections of the role that owns the tables, which see every row: for commands alone.

    Without a role of its own it is the one that serves.
    """
    return db.engines.get(OWNER, db.engine).execution_options(**{SEES: EVERY_TENANT})


def _name_tenants(connection: Connection) -> None:
    """Name the tenants in the transaction: a pooler gives the next one another session."""
    if tenants := connection.get_execution_options().get(SEES):
        name_tenant(connection, tenants)


def bytes_on_disk() -> int:
    """How large SQLite's file is."""
    return Path(str(db.engine.url.database)).stat().st_size


def on_sqlite() -> bool:
    """Whether the database is a file beside this process, with one writer at a time."""
    return db.engine.dialect.name == "sqlite"


@contextmanager
def reading(*tenant_ids: int) -> Iterator[Session]:
    """A session of its own, which sees what is committed now, whatever the request read before.

    It sees the tenants that are named; without any, what is public of each one.
    """
    with Session(_seeing(tenant_ids) if tenant_ids else house()) as session:
        yield session


@contextmanager
def reading_as(person_id: int) -> Iterator[Session]:
    """Like `reading`; besides what is public of each tenant it sees the roles of one person."""
    with reading() as session:
        _set(session.connection(), PERSON_SETTING, str(person_id))
        yield session


def _seeing(tenant_ids: Iterable[int]) -> Engine:
    return db.engine.execution_options(**{SEES: listed(tenant_ids)})


def listed(tenant_ids: Iterable[int]) -> str:
    """As the setting holds them that row-level security looks at."""
    return ",".join(map(str, sorted(set(tenant_ids))))


@contextmanager
def tenant_connection(engine: Engine, tenant_id: int) -> Iterator[Connection]:
    """A short transaction beside any request, which sees one tenant."""
    with engine.connect() as connection, connection.begin():
        name_tenant(connection, str(tenant_id))
        yield connection


def name_tenant(connection: Connection, tenants: str) -> None:
    """Row-level security: whose rows this transaction may see."""
    _set(connection, TENANT_SETTING, tenants)


def _set(connection: Connection, name: str, value: str) -> None:
    """A setting of PostgreSQL until the transaction ends; SQLite has none, nor rows to hide."""
    if connection.dialect.name == "postgresql":
        setting = {"name": name, "value": value}
        connection.execute(text("SELECT set_config(:name, :value, true)"), setting)


@contextmanager
def writing() -> Iterator[None]:
    """One transaction of the session that means to write: committed at the end or undone whole.

    SQLite takes its write lock at once, so that no other writer comes between reading and writing.
    """
    db.session.rollback()
    with turn_to_write():
        db.session.connection(execution_options={"writes": True})
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


def each_committed(pieces: Iterator[T]) -> Iterator[T]:
    """What is done piece by piece, each piece a transaction of its own.

    Others get their turn to write between two pieces; what is committed stays done.
    """
    nothing_left = object()
    while True:
        with writing():
            piece = next(pieces, nothing_left)
        if piece is nothing_left:
            return
        yield cast(T, piece)


@contextmanager
def appending_connection() -> Iterator[DBAPIConnection]:
    """The driver's own connection, beside the session, for the statements that append to the log.

    Each is durable at once, unless the caller begins a transaction. After an error, which is
    raised as SQLAlchemy's, the connection is closed with whatever it had begun.
    """
    engine = db.engines[LOG]
    with _errors_of_sqlalchemy(engine):
        borrowed = engine.raw_connection()
        try:
            yield cast(DBAPIConnection, borrowed.driver_connection)
        except BaseException as reason:
            borrowed.invalidate(reason)
            raise
        finally:
            borrowed.close()


@contextmanager
def _errors_of_sqlalchemy(engine: Engine) -> Iterator[None]:
    """What the driver raises, also when it connects, is raised as SQLAlchemy's."""
    driver = engine.dialect.loaded_dbapi
    try:
        yield
    except driver.Error as reason:
        raise DBAPIError.instance(None, None, reason, driver.Error) from reason


@contextmanager
def transaction_for(tenant_ids: Iterable[int]) -> Iterator[Connection]:
    """A transaction for some tenants, beside any request: committed at the end or undone whole."""
    with _transaction(_seeing(tenant_ids)) as connection:
        yield connection


@contextmanager
def owner_transaction() -> Iterator[Connection]:
    """A transaction of the owner, beside any request: committed at the end or undone whole."""
    with _transaction(owner_engine()) as connection:
        yield connection


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    with (
        turn_to_write(),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def turn_to_write() -> Iterator[None]:
    """Queue for SQLite's one write lock; raises TimeoutError."""
    if not on_sqlite():
        yield
        return
    with sqlite.turn(db.engine):
        yield


def note_erasure() -> None:
    """What this transaction erases is to be in no file of SQLite's after its commit.

    Raises OSError.
    """
    if on_sqlite():
        sqlite.note_erasure(db.engine)


def compact() -> None:
    """Rewrite SQLite's file, so that no page of it keeps a copy of what was erased.

    Raises TimeoutError, OperationalError.
    """
    with turn_to_write(), _errors_of_sqlalchemy(db.engine):
        sqlite.compact(db.engine)


def is_to_be_compacted() -> bool:
    """Whether pages of SQLite's file may keep copies of what was erased."""
    return on_sqlite() and sqlite.has_copies(db.engine, sqlite.IN_PAGES)


def journal_is_emptied(tries: int = 50, pause: float = 0.1) -> bool:
    """Whether SQLite's journal holds nothing that was erased; readers are waited for a while.

    `pause` is in seconds. If not, the next writer empties it. Raises TimeoutError.
    """
    if not on_sqlite():
        return True
    for _ in range(tries):
        with turn_to_write():
            pass  # whoever has had a turn has emptied the journal
        if not sqlite.has_copies(db.engine, sqlite.IN_JOURNAL):
            return True
        sleep(pause)
    return False
