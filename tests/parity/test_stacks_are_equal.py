"""The CDK stack and the Terraform stack are the same resources with the same properties and the same edges."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tools.deploy_local.settings import load
from tools.parity import from_plan, from_template
from tools.parity.__main__ import ENVIRONMENTS, comparison
from tools.parity.compare import Comparison, load_exceptions
from tools.parity.model import Model
from tools.parity.mutation import LEAST, run
from tools.parity.references import Place
from tools.terraform.errors import TerraformError
from tools.terraform.provider import command_environment

pytestmark = pytest.mark.timeout(600)
#: Mutants of each side; all of them, about, in `make proof`.
MUTANTS = 3000 if os.environ.get("FULL_PROOF") else 150


@pytest.fixture(scope="session", autouse=True)
def terraform() -> None:
    """Skips where Terraform or its provider is not there."""
    try:
        command_environment()
    except TerraformError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def comparisons() -> dict[str, Comparison]:
    """Of every environment."""
    return {environment: comparison(environment) for environment in ENVIRONMENTS}


def _place(environment: str) -> Place:
    settings = load(environment)
    return Place(settings.account, settings.region)


@pytest.fixture(scope="session")
def planned() -> Model:
    """dev's plan."""
    return from_plan.read_plan("dev", _place("dev"))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_difference_is_a_named_exception(environment: str, comparisons: dict[str, Comparison]) -> None:
    """`python -m tools.parity` prints them."""
    found = comparisons[environment]
    assert (found.resources > 100, found.properties > 2000) == (True, True)
    assert [str(difference) for difference in found.differences] == []


def test_no_exception_is_stale_and_each_has_a_reason(comparisons: dict[str, Comparison]) -> None:
    """One that covers nothing is removed, not kept for later."""
    used = {exemption for found in comparisons.values() for _, exemption in found.excepted}
    assert set(load_exceptions()) == used
    assert all(len(exemption.reason) > 10 for exemption in used)


def test_a_random_change_of_either_stack_is_caught() -> None:
    """At least 95 of 100; Terraform's plan and CDK's templates are changed before they are read."""
    for result in run("dev", MUTANTS, seed=20):
        assert result.made > MUTANTS // 2
        assert result.share >= LEAST, "\n".join(result.survivors)


def test_edges_name_the_instance(planned: Model) -> None:
    """Unknown values of a plan are resolved down to which subnet has which route table."""
    zone = load("dev").values["availability_zones"][1]
    association = planned[f"route table association <subnet logging-system-dev-private-{zone}>"]
    assert association.properties["routetableid"] == f"<route table logging-system-dev-private-{zone}>"
    [balancer] = [one for name, one in planned.items() if name.startswith("service ")]
    assert balancer.properties["loadbalancers"]["targetgrouparn"] == "<target group logging-system-dev>"


def test_a_type_that_nobody_mapped_is_an_error() -> None:
    """So that a new resource cannot be left out of the comparison."""
    templates: dict[str, Any] = {"network": {"Resources": {"New": {"Type": "AWS::EC2::TransitGateway"}}}}
    with pytest.raises(KeyError, match="TransitGateway"):
        from_template.model_of(templates, _place("dev"))
