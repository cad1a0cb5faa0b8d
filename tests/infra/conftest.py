"""Fixtures of the infrastructure's tests. Plans are kept under .run/; without Terraform tests of them are skipped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infra.environment_files import ENVIRONMENTS, NAMES, changed, write
from tests.infra.mutants import TOGETHER
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


@pytest.fixture(scope="session")
def planned_with_exec(tmp_path_factory: pytest.TempPathFactory, terraform_environment: dict[str, str]) -> Plan:
    """The plan of dev with every key changed; execute-command is on."""
    del terraform_environment
    folder = write(tmp_path_factory.mktemp("mutants") / "all", "dev", changed("dev", TOGETHER))
    return Plan("dev", plan("dev", folder))


@pytest.fixture(scope="session")
def sizes() -> dict[str, list[int]]:
    """Memory in MiB that Fargate sells, by CPU units."""
    schema = json.loads((ENVIRONMENTS / "schema.json").read_text(encoding="utf-8"))
    found: dict[str, list[int]] = schema["properties"]["service"]["properties"]["memory"]["x-memory-of-cpu"]
    return found
