"""The documented configurations of nginx, Caddy and HAProxy work, and nobody gains by forging."""

import re
import shutil
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from tests import make
from tests.browser.live import LiveServer
from tests.client import POLICY, PREFERENCES
from tests.conftest import running
from tests.proxies.standing import PROXIES, Proxy, behind, standing

PARIS = "paris.localhost"
LIMIT = 20
INSIDE = "127.0.0.1/32"  # the proxy itself, and not the other addresses of this machine
BUFFER = 4096  # bytes of an answer's head that nginx takes unless it is told otherwise
COOKIES = "; ".join(f"c{number:03}={'x' * 48}" for number in range(145))  # nearly 8 KiB


@pytest.fixture(scope="module")
def server(sqlite_template, tmp_path_factory) -> Iterator[LiveServer]:
    settings = {
        "PORTAL_DATA": str(tmp_path_factory.mktemp("behind")),
        "PORTAL_PROXIES": "1",
        "PORTAL_VISIT_LIMIT": str(LIMIT),
        "PORTAL_METRICS_FROM": INSIDE,
        "PORTAL_ASK_FROM": INSIDE,
    }
    shutil.copy(sqlite_template, settings["PORTAL_DATA"])
    with contextmanager(running)(settings) as app:
        make.tenant(app, hostname=PARIS)
    with behind(settings) as started:
        yield started


@pytest.fixture(scope="module", params=PROXIES)
def proxy(request, server, tmp_path_factory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxies") / request.param
    with standing(PROXIES[request.param], folder, server.port, [PARIS, "oslo.localhost"]) as one:
        yield one


@pytest.fixture
def version(server) -> int:
    return server.version("paris")


def test_a_page_comes_over_tls_and_knows_it(proxy):
    answer = proxy.ask(PARIS, POLICY)
    assert answer.status == 200
    assert "max-age=" in answer.headers["Strict-Transport-Security"]
    assert "Set-Cookie" not in answer.headers


def test_the_script_for_other_sites_comes_too(proxy):
    answer = proxy.ask(PARIS, "/consent.js")
    assert answer.status == 200
    assert "javascript" in answer.headers["Content-Type"]


def test_a_decision_as_a_form_sets_a_secure_cookie(proxy, version):
    form = urlencode({"decision": "accept_all", "policy": version, "next": "/"}).encode()
    answer = proxy.ask(
        PARIS,
        PREFERENCES,
        form,
        Content_Type="application/x-www-form-urlencoded",
        Origin=f"https://{PARIS}",
        Sec_Fetch_Site="same-origin",
    )
    assert answer.status == 303
    assert answer.headers["Location"] == "/"
    assert re.search(r"cookies_preferences=.*; Secure", answer.headers["Set-Cookie"])


def test_a_decision_as_json_sets_one_too(proxy, version):
    answer = proxy.decide(PARIS, version, Origin=f"https://{PARIS}")
    assert answer.status == 201
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_page_of_somebody_else_decides_nothing(proxy, version):
    assert proxy.decide(PARIS, version, Origin="https://evil.example").status == 403


def test_an_unknown_hostname_gets_nothing_of_anybody(proxy):
    if proxy.program == "caddy":
        with pytest.raises(ssl.SSLError):
            proxy.ask("oslo.localhost")
    else:
        assert proxy.ask("oslo.localhost").status == 404


FORGED = {
    "X_Forwarded_For": "127.0.0.1",
    "X_Forwarded_Proto": "http",
    "X_Forwarded_Host": "bastia.localhost",
    "X_Real_IP": "127.0.0.1",
    "Forwarded": "for=127.0.0.1;host=bastia.localhost;proto=http",
    "Via": "1.1 127.0.0.1",
}


def test_who_forges_a_host_or_a_scheme_gains_nothing(proxy):
    honest, forged = proxy.ask(PARIS, POLICY), proxy.ask(PARIS, POLICY, **FORGED)
    assert forged.status == 200
    assert forged.body == honest.body
    assert "Strict-Transport-Security" in forged.headers


@pytest.mark.parametrize("path", ["/metrics", "/ask?domain=paris.localhost"])
@pytest.mark.parametrize("headers", [{}, FORGED], ids=["honest", "forging"])
def test_what_is_for_the_inside_is_not_there_for_visitors(server, proxy, path, headers):
    assert server.ask("paris", path).status == 200
    assert proxy.ask(PARIS, path, source=addresses(proxy)[1], **headers).status == 404


def test_visits_are_counted_by_the_address_that_the_proxy_sees(proxy, version):
    first, second = addresses(proxy)
    for number in range(LIMIT):
        forged = f"198.51.100.{number}"
        assert proxy.decide(PARIS, version, first, X_Forwarded_For=forged).status == 201
    for forged in ({}, {"X_Forwarded_For": "203.0.113.1"}, FORGED):
        assert proxy.decide(PARIS, version, first, **forged).status == 429
    assert proxy.decide(PARIS, version, second).status == 201


def addresses(proxy: Proxy) -> tuple[str, str]:
    """Two of this machine that nobody else uses against this server."""
    network = [*PROXIES].index(proxy.program) + 10
    return f"127.0.{network}.1", f"127.0.{network}.2"


def test_many_cookies_of_other_sites_do_not_stand_in_the_way(proxy, version):
    assert 7500 < len(COOKIES) < 8192 - len("Cookie: \r\n")
    assert proxy.ask(PARIS, POLICY, Cookie=COOKIES).status == 200
    source = addresses(proxy)[1]
    assert proxy.decide(PARIS, version, source, Cookie=COOKIES).status == 201


@pytest.mark.parametrize(
    "path", ["/", POLICY, PREFERENCES, "/consent.js", "/backoffice/sign-in/", "/nothing"]
)
def test_the_head_of_an_answer_fits_into_the_buffer_that_proxies_have(server, path):
    answer = server.ask("paris", path)
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    assert head < BUFFER - 512  # for what a tenant's own services add


def test_http_leads_to_https(proxy):
    with closing(HTTPConnection("127.0.0.1", proxy.plain, timeout=30)) as connection:
        connection.request("GET", f"{POLICY}?a=b", headers={"Host": PARIS})
        answer = connection.getresponse()
    assert answer.status == 308
    assert answer.headers["Location"].startswith(f"https://{PARIS}")
    assert answer.headers["Location"].endswith(f"{POLICY}?a=b")
