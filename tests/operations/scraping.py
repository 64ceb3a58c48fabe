"""Reading `/metrics` as Prometheus does."""

from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

REQUESTS = "portal_request_duration_seconds_count"


def ask(
    app: Flask, peer: str = "127.0.0.1", path: str = "/metrics", method: str = "GET", **headers: str
) -> TestResponse:
    return app.test_client().open(
        path,
        method=method,
        base_url="http://nowhere.example",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        environ_overrides={"REMOTE_ADDR": peer},
    )


def read(app: Flask) -> dict[str, float]:
    """Every sample, by name and labels in their order: `portal_decisions_total recorded api`."""
    return {
        " ".join([one.name, *one.labels.values()]): one.value
        for family in text_string_to_metric_families(ask(app).text)
        for one in family.samples
    }


def added(app: Flask, act) -> dict[str, float]:
    """What an act adds, but for how long it took and for the asking itself."""
    before = read(app)
    act()
    after = read(app)
    return {
        name: after[name] - before[name]
        for name in after
        if after[name] != before[name]
        and " operations" not in name
        and not name.split()[0].endswith(("_bucket", "_sum"))
    }
