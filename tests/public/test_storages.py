"""Visitors read where something is kept, if that is not a cookie (L8)."""

import pytest

from tests import make
from tests.client import POLICY, PREFERENCES, Visitor
from tests.public.test_embed_script import texts

SAID = {"local_storage": "Stockage local", "session_storage": "Stockage de session"}


@pytest.fixture
def paris(lone_app):
    make.tenant(lone_app)
    return Visitor(lone_app)


def shown(paris: Visitor) -> list[str]:
    """What says it in French: the policy, the preference centre, and that of other sites."""
    centre = f"/embed/{texts(paris)}/fr.json"
    return [paris.get(one).text for one in (f"{POLICY}?lang=fr", f"{PREFERENCES}?lang=fr", centre)]


@pytest.mark.parametrize("storage", SAID)
def test_a_key_of_a_storage_is_told_from_a_cookie(lone_app, paris, storage):
    make.cookie(lone_app, storage=storage)
    make.publish(lone_app)
    for page in shown(paris):
        assert SAID[storage] in page
        assert not any(SAID[other] in page for other in SAID if other != storage)


@pytest.mark.parametrize("storage", ["any", "cookie"])
def test_a_cookie_needs_no_such_words(lone_app, paris, storage):
    make.cookie(lone_app, storage=storage)
    make.publish(lone_app)
    assert not [one for page in shown(paris) for one in SAID.values() if one in page]


@pytest.mark.parametrize(
    ("storage", "expires"), [("any", True), ("cookie", True)] + [(one, False) for one in SAID]
)
def test_a_cookie_that_is_called_like_a_key_does_not_expire(lone_app, paris, storage, expires):
    make.cookie(lone_app, name="seen", match="exact", storage=storage)
    make.publish(lone_app)
    paris.client.set_cookie("seen", "x", domain="paris.example")
    answer = paris.decide("reject_all", policy=2)
    assert any(one.startswith("seen=;") for one in answer.headers.getlist("Set-Cookie")) == expires
