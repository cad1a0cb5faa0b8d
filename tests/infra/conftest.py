"""Fixtures of the infrastructure's tests. Plans are kept under .run/; without Terraform they are skipped, with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.environment_files import NAMES
from tests.infra.planned import Plan
from tools.terraform.errors import TerraformError
from tools.terraform.plans import plan
from tools.terraform.provider import command_environment


@pytest.fixture(scope="session")
def terraform_environment() -> dict[str, str]:
    """Variables with which `terraform` runs here; skips where it cannot."""
    try:
        return command_environment()
    except TerraformError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session", params=NAMES)
def environment(request: pytest.FixtureRequest) -> str:
    """The name of each environment in turn."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def planned(environment: str, terraform_environment: dict[str, str]) -> Plan:
    """The plan of that environment."""
    del terraform_environment
    values: dict[str, Any] = plan(environment)
    return Plan(environment, values)
