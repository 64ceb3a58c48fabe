"""The cookie that a tenant's sites share reaches no hostname of another tenant."""

from collections.abc import Callable
from threading import Thread

import pytest
from flask import Flask

from portal.database import db, writing
from portal.policy.opening import open_portal
from portal.tenants.embedding import DomainTaken, embed, embedding_of, is_registrable, shared_domain
from portal.tenants.lifecycle import BadDetail, HostnameCovered, add_hostname, remove_hostname
from portal.tenants.models import Embedding, Hostname
from tests import make
from tests.cli.terminal import complaint, facts, run
from tests.waiting import wait_until

DOMAIN = "city.example"
WITHIN = [DOMAIN, "oslo.city.example", "a.b.city.example"]
OUTSIDE = ["example", "metrocity.example", "city.example.org", "xcity.example", "cityxexample"]


@pytest.fixture
def paris(app) -> Flask:
    make.tenant(app, hostname="portal.city.example")
    return app


def share(app: Flask, slug: str = "paris", domain: str = DOMAIN) -> None:
    with app.app_context(), writing():
        embed(make.find(slug), domain, [])


def add(app: Flask, hostname: str, slug: str = "oslo", **options: bool) -> None:
    with app.app_context(), writing():
        add_hostname(make.find(slug), hostname, **options)


def choose() -> None:
    embed(make.find("paris"), DOMAIN, [])


def come() -> None:
    add_hostname(make.find("oslo"), "oslo.city.example")


def domain_of(app: Flask, slug: str = "paris") -> str:
    with app.app_context():
        return embedding_of(make.find(slug)).cookie_domain


def hostnames_of(app: Flask, slug: str = "oslo") -> set[str]:
    with app.app_context():
        return {one.hostname for one in make.find(slug).hostnames}


@pytest.mark.parametrize("hostname", WITHIN)
def test_a_domain_over_a_hostname_of_another_tenant_is_refused(paris, hostname):
    make.tenant(paris, "oslo", "en", ("en",), hostname="oslo.example")
    add(paris, hostname)
    with pytest.raises(DomainTaken, match=rf"{hostname} of tenant 'oslo' is within {DOMAIN}"):
        share(paris)
    assert domain_of(paris) == ""


def test_also_over_one_of_a_suspended_tenant_which_may_come_back(paris):
    make.tenant(paris, "oslo", "en", ("en",), hostname="oslo.city.example")
    assert run(paris, "tenant", "suspend", "oslo").exit_code == 0
    with pytest.raises(DomainTaken):
        share(paris)


@pytest.mark.parametrize("canonical", [False, True])
@pytest.mark.parametrize("hostname", [*WITHIN, "OSLO.City.Example.", "münchen.city.example"])
def test_a_hostname_within_the_domain_of_another_tenant_is_refused(paris, hostname, canonical):
    share(paris)
    make.tenant(paris, "oslo", "en", ("en",))
    with pytest.raises(HostnameCovered, match=f"is within {DOMAIN}, where tenant 'paris'"):
        add(paris, hostname, canonical=canonical)
    assert hostnames_of(paris) == {"oslo.example"}


@pytest.mark.parametrize("hostname", WITHIN)
def test_no_tenant_is_opened_within_the_domain_of_another(paris, hostname):
    share(paris)
    with paris.app_context(), pytest.raises(HostnameCovered), writing():
        open_portal("oslo", "Oslo", hostname, "en", ["en"])
    assert [one["slug"] for one in facts(paris, "tenant", "list")] == ["paris"]


@pytest.mark.parametrize("hostname", OUTSIDE)
def test_a_name_that_is_only_alike_is_not_within(paris, hostname):
    make.tenant(paris, "oslo", "en", ("en",), hostname=hostname)
    share(paris)
    assert domain_of(paris) == DOMAIN


def test_a_tenants_own_hostnames_are_within_its_domain(paris):
    add(paris, "data.city.example", "paris")
    share(paris)
    add(paris, "shop.city.example", "paris")
    assert domain_of(paris) == DOMAIN


def test_what_stood_in_the_way_can_go(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    share(paris)
    share(paris, domain="")
    add(paris, "oslo.city.example")
    with paris.app_context(), writing():
        remove_hostname(make.find("oslo"), "oslo.city.example")
    share(paris)
    assert domain_of(paris) == DOMAIN


def test_within_one_transaction_a_hostname_is_seen_too(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    with paris.app_context(), writing():
        come()
        with pytest.raises(DomainTaken):
            choose()


def test_within_one_transaction_a_domain_is_seen_too(paris):
    make.tenant(paris, "oslo", "en", ("en",))
    with paris.app_context(), writing():
        choose()
        with pytest.raises(HostnameCovered):
            come()


# At once


def meanwhile(app: Flask, first: Callable[[], None], second: Callable[[], None]) -> list[Exception]:
    """Do the first, and before it is committed begin the second; what the second met."""
    met: list[Exception] = []

    def come_second() -> None:
        with app.app_context():
            try:
                with writing():
                    second()
            except Exception as reason:  # noqa: BLE001  whatever it met
                met.append(reason)

    other = Thread(target=come_second)
    with app.app_context(), writing():
        first()
        db.session.flush()
        other.start()
        wait_until(lambda: waits(app) or not other.is_alive())
    other.join()
    return met


def waits(app: Flask) -> bool:
    """Whether another transaction waits for a lock; SQLite's queue is entered before anything."""
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        return True
    blocked = db.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with db.engine.connect() as connection:
        return bool(connection.scalar(blocked))


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [(choose, come, HostnameCovered), (come, choose, DomainTaken)],
    ids=["domain first", "hostname first"],
)
def test_of_two_who_do_it_at_once_the_second_is_refused(paris, first, second, refused):
    make.tenant(paris, "oslo", "en", ("en",))
    (met,) = meanwhile(paris, first, second)
    assert isinstance(met, refused)


# What the command line says


def test_the_command_line_names_who_stands_in_the_way(paris):
    make.tenant(paris, "oslo", "en", ("en",), hostname="oslo.city.example")
    told = complaint(paris, "tenant", "embed", "paris", "--cookie-domain", DOMAIN)
    assert told == "cookie_domain: oslo.city.example of tenant 'oslo' is within city.example"


@pytest.mark.parametrize(
    "words",
    [
        ("tenant", "hostname", "add", "oslo", "oslo.city.example"),
        (
            "tenant",
            "create",
            "bergen",
            "--name",
            "Bergen",
            "--language",
            "en",
            "--hostname",
            DOMAIN,
        ),
    ],
    ids=["add", "create"],
)
def test_the_command_line_says_how_to_make_way(paris, words):
    make.tenant(paris, "oslo", "en", ("en",))
    share(paris)
    assert 'portal tenant embed paris --cookie-domain ""' in complaint(paris, *words)


def test_what_is_so_from_before_is_shown(paris):
    make.tenant(paris, "oslo", "en", ("en",), hostname="oslo.city.example")
    with paris.app_context(), writing():
        make.find("paris").embedding = Embedding(cookie_domain=DOMAIN)
    shown = facts(paris, "tenant", "show", "paris")
    assert shown["cookie_domain"] == DOMAIN
    assert shown["cookie_reaches_others"] == ["oslo.city.example (oslo)"]


def test_what_is_so_from_before_is_logged_when_the_tenant_publishes(paris, caplog):
    make.tenant(paris, "oslo", "en", ("en",), hostname="oslo.city.example")
    make.publish(paris)
    assert caplog.messages == []
    with paris.app_context(), writing():
        make.find("paris").embedding = Embedding(cookie_domain=DOMAIN)
    make.publish(paris)
    assert "reaches 1 hostnames of other tenants: see `portal tenant show paris`" in caplog.text


# Public suffixes


@pytest.mark.parametrize(
    "suffix",
    [
        "com", "co.uk", "github.io", "blogspot.com", "s3.amazonaws.com", "vercel.app",
        "city.kobe.jp", "公司.cn", "xn--55qx5d.cn", "test.ck", "localhost", "internal",
    ],
)  # fmt: skip
def test_a_public_suffix_is_nobodys_own_also_a_private_one(suffix):
    public = suffix != "city.kobe.jp"  # an exception of the list
    name = suffix.encode("idna").decode()
    assert is_registrable(name) is not public
    assert is_registrable(f"me.{name}")


@pytest.mark.parametrize("typed", ["github.io", "GitHub.IO.", ".github.io", " github.io "])
def test_a_private_suffix_is_refused_however_it_is_written(lone_app, typed):
    make.tenant(lone_app, hostname="me.github.io")
    with lone_app.app_context(), pytest.raises(BadDetail, match="shared by strangers"):
        shared_domain(make.find(), typed)


@pytest.mark.parametrize("typed", ["公司.cn", "xn--55qx5d.cn", "XN--55QX5D.CN."])
def test_a_suffix_in_letters_is_refused_in_every_form(lone_app, typed):
    make.tenant(lone_app, hostname="me.xn--55qx5d.cn")
    with lone_app.app_context(), pytest.raises(BadDetail, match="shared by strangers"):
        shared_domain(make.find(), typed)


def test_a_part_of_an_address_is_no_domain(lone_app):
    make.tenant(lone_app, hostname="127.0.0.1")
    with lone_app.app_context(), pytest.raises(BadDetail, match="no domain"):
        shared_domain(make.find(), "0.0.1")


def test_the_refused_hostname_is_not_left_behind(paris):
    share(paris)
    make.tenant(paris, "oslo", "en", ("en",))
    with pytest.raises(HostnameCovered):
        add(paris, "oslo.city.example")
    with paris.app_context():
        assert db.session.get(Hostname, (make.find("oslo").id, "oslo.city.example")) is None
