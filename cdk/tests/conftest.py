"""The templates of each environment, synthesized once a session: the start of jsii alone takes seconds."""

from __future__ import annotations

from functools import cache

import pytest

from logging_infra.build import Inputs, read_inputs
from logging_infra.config import ENVIRONMENTS
from logging_infra.synthesis import Templates, synthesize
from tests.infra.environment_files import ROOT


@cache
def _templates(environment: str) -> Templates:
    return synthesize(read_inputs(ROOT, environment))


@pytest.fixture(scope="session", params=ENVIRONMENTS)
def inputs(request: pytest.FixtureRequest) -> Inputs:
    """What is read of each environment in turn."""
    return read_inputs(ROOT, request.param)


@pytest.fixture(scope="session")
def templates(inputs: Inputs) -> Templates:
    """The templates of that environment."""
    return _templates(inputs.values.environment)
