"""Every setting of the installation: read once from the environment, checked, documented."""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from portal.private_files import make_folder, new_file

T = TypeVar("T")
Networks = tuple[IPv4Network | IPv6Network, ...]

DATABASES = ("postgres", "postgresql", "postgresql+psycopg", "sqlite")
HIDDEN = ("_URL", "SECRET")  # ends of the names of settings that may hold a secret
LIMITS = ("memory://", "redis://", "rediss://")
HOSTNAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*")
ROOT = Path(__file__).resolve().parent.parent


class BadSetting(Exception):
    """A setting has a value that it cannot have."""


def _text(value: str) -> str:
    return value


def _hostname(value: str) -> str:
    """In the form in which hostnames are compared: ASCII, lower-case, without a final dot."""
    name = value.lower().removesuffix(".")
    if name and not HOSTNAME.fullmatch(name):
        raise ValueError("must be a hostname in ASCII, such as office.example.org, without a port")
    return name


def _folder(value: str) -> Path:
    return Path(value).expanduser().resolve()


def _between(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        number = int(value)
        if not lowest <= number <= highest:
            raise ValueError(f"must be between {lowest} and {highest}")
        return number

    return parse


def _networks(value: str) -> Networks:
    return tuple(ip_network(one.strip()) for one in value.split(","))


def _limits_url(value: str) -> str:
    if not value.startswith(LIMITS):
        raise ValueError(f"must begin with one of {', '.join(LIMITS)}")
    return value


def _database_url(value: str) -> str:
    """Raises ValueError, with nothing of the value: it may hold a password."""
    if not value:
        return value
    try:
        url = make_url(value)
        _ = url.port
    except (ArgumentError, ValueError) as reason:
        raise ValueError("is no address of a database") from reason
    if url.drivername not in DATABASES or (url.drivername == "sqlite" and not url.database):
        raise ValueError("must begin with postgresql://, or be empty for SQLite")
    return value


def _setting(name: str, parse: Callable[[str], T], default: str, about: str) -> T:
    metadata = {"name": name, "parse": parse, "default": default, "about": about}
    value: T = field(metadata=metadata)
    return value


@dataclass(frozen=True, slots=True)
class Settings:
    data: Path = _setting(
        "PORTAL_DATA", _folder, str(ROOT / "data"), "folder for everything that is written"
    )
    database_url: str = _setting(
        "DATABASE_URL", _database_url, "", "`postgresql://…`; empty means SQLite in the data folder"
    )
    owner_database_url: str = _setting(
        "PORTAL_OWNER_DATABASE_URL",
        _text,
        "",
        "for commands on PostgreSQL: the role that owns the tables; empty means `DATABASE_URL`",
    )
    proxies: int = _setting(
        "PORTAL_PROXIES", _between(0, 9), "0", "reverse proxies whose `X-Forwarded-*` are believed"
    )
    address: str = _setting("ADDRESS", _text, "127.0.0.1", "address that the server listens on")
    port: int = _setting("PORT", _between(1, 65535), "8000", "port that the server listens on")
    workers: int = _setting(
        "PORTAL_WORKERS", _between(0, 256), "0", "server processes; 0 means one a core"
    )
    threads: int = _setting(
        "PORTAL_THREADS", _between(1, 256), "16", "requests that a process works on at a time"
    )
    client_timeout: int = _setting(
        "PORTAL_CLIENT_TIMEOUT",
        _between(1, 3600),
        "60",
        "seconds in which a client has to take something of its answer, 1 KiB for each",
    )
    access_log: int = _setting(
        "PORTAL_ACCESS_LOG", _between(0, 1), "0", "1 logs every request; those that fail always are"
    )
    metrics_from: Networks = _setting(
        "PORTAL_METRICS_FROM",
        _networks,
        "127.0.0.0/8,::1/128",
        "networks, with commas, from which `/metrics` may be read",
    )
    ask_from: Networks = _setting(
        "PORTAL_ASK_FROM",
        _networks,
        "127.0.0.0/8,::1/128",
        "networks, with commas, from which `/ask` may be asked whether a hostname is served",
    )
    page_cache_mb: int = _setting(
        "PORTAL_PAGE_CACHE_MB",
        _between(1, 65536),
        "256",
        "memory for rendered pages in each process, MiB",
    )

    secret: str = _setting(
        "PORTAL_SECRET",
        _text,
        "",
        "signs sessions and links; equal on all servers; empty: made once in the data folder",
    )
    smtp_url: str = _setting(
        "SMTP_URL",
        _text,
        "",
        "`smtp://user:password@host:587`, or `smtps://…`; empty: mail is written to the log",
    )
    mail_from: str = _setting(
        "MAIL_FROM", _text, "portal@localhost", "sender of invitations and password links"
    )
    limits_url: str = _setting(
        "PORTAL_LIMITS_URL",
        _limits_url,
        "memory://",
        "where attempts are counted; `redis://…` or `rediss://…` counts for all servers together",
    )
    token_limit: int = _setting(
        "PORTAL_TOKEN_LIMIT",
        _between(1, 10**9),
        "600",
        "requests a minute that one API token may make",
    )
    visit_limit: int = _setting(
        "PORTAL_VISIT_LIMIT",
        _between(1, 10**9),
        "3000",
        "requests to the API and decisions a minute that each process takes from one address",
    )
    dns_target: str = _setting(
        "PORTAL_DNS_TARGET",
        _text,
        "",
        "where tenants' hostnames point: this installation's name, or its addresses with commas",
    )
    backoffice_host: str = _setting(
        "PORTAL_BACKOFFICE_HOST",
        _hostname,
        "",
        "hostname of a back office for all tenants, apart from theirs",
    )

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; raises BadSetting with the name and the reason."""
        values: dict[str, Any] = {f.name: _read(f.metadata, environ) for f in fields(cls)}
        settings = cls(**values)
        if settings.owner_database_url and not settings.database_url:
            raise BadSetting(
                "PORTAL_OWNER_DATABASE_URL: set DATABASE_URL too, to the same database"
            )
        return settings

    def signing_secret(self) -> str:
        """The secret that was set, or the one kept in the data folder, made at the first need."""
        return self.secret or self.kept("secret", 48)

    def kept(self, name: str, length: int) -> str:
        """A secret in a file of the data folder, made of `length` random bytes when first asked."""
        file = self.data / name
        if not file.exists():
            _keep(file, secrets.token_urlsafe(length))
        if not (kept := file.read_text()):
            raise BadSetting(f"{file} is empty: remove it, and a new one is made")
        return kept

    @property
    def page_cache_bytes(self) -> int:
        return self.page_cache_mb * 1024 * 1024

    @property
    def sqlalchemy_url(self) -> str:
        return _with_driver(self.database_url) or f"sqlite:///{self.data / 'portal.sqlite3'}"

    @property
    def owner_sqlalchemy_url(self) -> str:
        return _with_driver(self.owner_database_url) or self.sqlalchemy_url


def _with_driver(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    known = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
    return known.get(scheme, scheme) + separator + rest


def _keep(file: Path, text: str) -> None:
    """A new file with its whole text, or none: nobody reads the beginning of one."""
    make_folder(file.parent)
    whole = file.with_name(f"{file.name}-{secrets.token_hex(8)}")
    try:
        with os.fdopen(new_file(whole), "w") as new:
            new.write(text)
        with suppress(FileExistsError):
            os.link(whole, file)
    finally:
        whole.unlink(missing_ok=True)


def _read(metadata: Mapping[str, Any], environ: Mapping[str, str]) -> object:
    name, parse = metadata["name"], metadata["parse"]
    value = environ.get(name, "").strip() or metadata["default"]
    try:
        return parse(value)
    except ValueError as reason:
        shown = name if name.endswith(HIDDEN) else f"{name}={value!r}"
        raise BadSetting(f"{shown}: {reason}") from reason
