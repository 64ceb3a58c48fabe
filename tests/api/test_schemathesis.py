"""Schemathesis asks every operation of the description, on both databases: as it says, and not.

The answers have to be those described, in their shapes, and never a 5xx. How many questions are
asked is bounded, so that this takes about a minute in all.
"""

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import (
    ChecksConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
    SimpleCheckConfig,
)
from schemathesis.config._checks import NegativeDataRejectionConfig

from tests import make
from tests.api.program import Program, token
from tests.client import Visitor

EXAMPLES = {GenerationMode.POSITIVE: 40, GenerationMode.NEGATIVE: 40}
# rules that a schema cannot tell, such as that a name is taken, refuse what is of its shape
REFUSED = ["2xx", "304", "401", "403", "404", "409", "412", "422"]
CHECKS = ChecksConfig(
    positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=REFUSED),
    negative_data_rejection=NegativeDataRejectionConfig(expected_statuses=["4xx"]),
    unsupported_method=SimpleCheckConfig(enabled=False),  # tests/api/test_problems.py
)


def config() -> SchemathesisConfig:
    projects = ProjectsConfig(default=ProjectConfig(checks=CHECKS))
    return SchemathesisConfig(projects=projects)


@pytest.fixture
def paris(app: Flask) -> Flask:
    make.tenant(app)
    make.cookie(app)
    limits = app.extensions["portal.limits"]
    limits.visits._limit = limits._of_token.amount = limits._of_failures.amount = 10**9
    return app


def known(app: Flask) -> dict[str, list[Any]]:
    """Values of path parameters that lead somewhere."""
    receipt = Visitor(app).decide().json
    cookies = Program(app, token(app)).get("/cookies").json["items"]
    return {
        "identifier": [one["id"] for one in cookies],
        "record_id": [receipt["id"]],
        "key": ["necessary", "statistics", "opendatasoft", "matomo"],
        "number": [1],
    }


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_operation_answers_as_it_is_described(paris, mode):
    headers = {"Host": "paris.example", "Authorization": f"Bearer {token(paris)}"}
    document = Program(paris).get("/openapi.json").json
    schema = schemathesis.openapi.from_dict(document, config=config())
    schema.app = paris
    there = known(paris)
    asked = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        asked.add(operation.label)
        ask(operation, mode, headers, there)
    assert len(asked) == sum(len(one) for one in document["paths"].values())


def ask(operation, mode: GenerationMode, headers: dict[str, str], there) -> None:
    @settings(
        max_examples=EXAMPLES[mode],
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def run(case, data) -> None:
        if mode is GenerationMode.POSITIVE:
            for name in set(case.path_parameters) & set(there):
                if data.draw(st.booleans()):
                    case.path_parameters[name] = data.draw(st.sampled_from(there[name]))
        case.call_and_validate(headers=headers)

    with suppress(Unsatisfiable):  # what takes nothing cannot be asked wrongly
        run()
