"""A small part of the trial with hostile requests: the rest is `make trials`."""

import pytest

from tests.server.hostile import trial

REQUESTS = 2000


@pytest.mark.parametrize("nginx", [False, True], ids=["alone", "behind nginx"])
def test_no_request_brings_the_server_down(tmp_path, nginx):
    requests = REQUESTS // 4 if nginx else REQUESTS
    assert trial(tmp_path, requests, {"DATABASE_URL": ""}, nginx=nginx) == []
