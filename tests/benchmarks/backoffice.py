"""The back office with a long list against a short one: `python -m tests.benchmarks.backoffice`.

The page of the cookie list with 500 cookies should take at most five times what it takes with 4.
Nothing is asserted: machines differ.
"""

import tempfile
import time
from statistics import median
from uuid import uuid4

from portal import create_app
from portal.cookies.models import Cookie, Provider
from portal.database import db, writing
from tests import make
from tests.backoffice.member import owner
from tests.conftest import migrate

MANY, ROUNDS = 500, 20
LIST = "/backoffice/cookies/"


def declare(app, count: int) -> None:
    with app.app_context(), writing():
        tenant = make.find().id
        db.session.add(Provider(tenant_id=tenant, key="matomo", name="Matomo"))
        db.session.flush()
        for number in range(count):
            db.session.add(
                Cookie(
                    tenant_id=tenant,
                    id=uuid4(),
                    category="statistics",
                    provider="matomo",
                    position=number,
                    name=f"_pk_{number}",
                    lifetime_count=13,
                    lifetime_unit="month",
                    function={"fr": "Comptage"},
                    purpose={"fr": "Distingue les visites."},
                )
            )


def milliseconds(member) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert member.get(LIST).status_code == 200
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environ = {"PORTAL_DATA": folder}
        migrate(environ)
        app = create_app(environ)
        make.tenant(app)
        member = owner(app)
        member.get(LIST)
        few = milliseconds(member)
        declare(app, MANY - 4)
        many = milliseconds(member)
        print(f"{LIST}: {few:.0f} ms with 4 cookies, {many:.0f} ms with {MANY}")
        print(f"{many / few:6.2f}  {MANY} cookies / 4 cookies", flush=True)


if __name__ == "__main__":
    main()
