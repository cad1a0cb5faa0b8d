"""Each key of an environment file arrives in Terraform's plan, in its place. (tests/parity compares with the template.)

One plan has all keys changed at once, each to a value that is nowhere in the plan of dev as it is. With
FULL_PROOF=1 each key is changed alone, too, and the plan must change: two more minutes.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.infra.environment_files import ENVIRONMENTS, changed, leaves, write
from tests.infra.mutants import MUTANTS
from tests.infra.planned import Plan
from tools.terraform.mock_plans import mock_plans
from tools.terraform.plans import plan

_TASK = ("aws_ecs_task_definition", "this")
_SERVICE = ("aws_ecs_service", "this")
#: Key → type and name of a resource, its attribute, a text in it that comes from the changed key.
PLACES: dict[str, tuple[str, str, str, str]] = {
    "project": ("aws_ecs_cluster", "this", "name", "other-system-dev"),
    "account": ("aws_kms_key", "this", "policy", "arn:aws:iam::999999999999:root"),
    "region": (*_TASK, "container_definitions", '"awslogs-region":"eu-west-1"'),
    "availability_zones": ("aws_subnet", "private", "availability_zone", "eu-west-1d"),
    "tags.owner": (*_SERVICE, "tags_all", "somebody"),
    "tags.cost_center": (*_SERVICE, "tags_all", "2000"),
    "tags.repository": ("aws_iam_role", "this", "assume_role_policy", "repo:example/fork:environment:dev"),
    "network.vpc_cidr": ("aws_vpc", "this", "cidr_block", "10.10.0.0/17"),
    "network.public_subnets": ("aws_subnet", "public", "cidr_block", "10.10.2.0/24"),
    "network.private_subnets": ("aws_subnet", "private", "cidr_block", "10.10.48.0/20"),
    "network.egress": ("aws_vpc_endpoint", "interface", "service_name", "com.amazonaws.eu-west-1.ecr.dkr"),
    "service.name": ("aws_cloudwatch_log_group", "this", "name", "/other-system/dev/other-service"),
    "service.image_digest": (*_TASK, "container_definitions", "@sha256:" + "1" * 64),
    "service.architecture": (*_TASK, "runtime_platform", "X86_64"),
    "service.cpu": (*_TASK, "cpu", "1024"),
    "service.memory": (*_TASK, "memory", "3072"),
    "service.min_tasks": ("aws_appautoscaling_target", "this", "min_capacity", "6"),
    "service.max_tasks": ("aws_appautoscaling_target", "this", "max_capacity", "13"),
    "service.scale_cpu_percent": (
        "aws_appautoscaling_policy",
        "cpu",
        "target_tracking_scaling_policy_configuration",
        "61",
    ),
    "service.scale_requests_per_task": (
        "aws_appautoscaling_policy",
        "requests",
        "target_tracking_scaling_policy_configuration",
        "601",
    ),
    "service.on_demand_base": (*_SERVICE, "capacity_provider_strategy", '"base":7'),
    "service.spot_percent": (*_SERVICE, "capacity_provider_strategy", '"weight":51'),
    "service.stop_timeout": (*_TASK, "container_definitions", '"stopTimeout":31'),
    "service.deregistration_delay": ("aws_lb_target_group", "this", "deregistration_delay", "21"),
    "service.log_level": ("aws_ssm_parameter", "this", "value", "DEBUG"),
    "service.log_sample_rate": ("aws_ssm_parameter", "this", "value", "0.5"),
    "service.log_driver_buffer": (*_TASK, "container_definitions", '"max-buffer-size":"26m"'),
    "service.exec": (*_SERVICE, "enable_execute_command", "true"),
    "logs.retention_days": ("aws_cloudwatch_log_group", "this", "retention_in_days", "60"),
    "logs.class": ("aws_cloudwatch_log_group", "this", "log_group_class", "INFREQUENT_ACCESS"),
    "alarms.critical": ("aws_sns_topic_subscription", "this", "endpoint", "other@example.com"),
    "alarms.warning": ("aws_sns_topic_subscription", "this", "endpoint", "https://example.com/hook"),
    "domain.name": ("aws_lb_listener", "http", "default_action", "other.example.com"),
    "domain.certificate_arn": ("aws_lb_listener", "https", "certificate_arn", "99999999-1111-4111"),
    "waf.requests_per_five_minutes": ("aws_wafv2_web_acl", "this", "rule", "2001"),
    "protection.deletion": ("aws_lb", "this", "enable_deletion_protection", "true"),
    "protection.retain_data": ("aws_cloudwatch_log_group", "this", "skip_destroy", "true"),
    "budget.monthly_usd": ("aws_budgets_budget", "this", "limit_amount", "151"),
    "budget.notify": ("aws_budgets_budget", "this", "notification", "other@example.com"),
}


def text_at(planned: Plan, type_: str, name: str, attribute: str) -> str:
    """All values of that attribute as JSON; JSON inside of it is not quoted again."""
    found = [one.values.get(attribute) for one in planned.all(type_, name)]
    return json.dumps(found, separators=(",", ":")).replace("\\", "")


@pytest.fixture(scope="module")
def both(planned_with_exec: Plan) -> tuple[Plan, Plan]:
    """Dev as it is, and with every key changed."""
    return Plan("dev", plan("dev")), planned_with_exec


def test_every_key_has_a_mutant_and_a_place() -> None:
    """All but `environment`, which is the file's name."""
    schema = json.loads((ENVIRONMENTS / "schema.json").read_text(encoding="utf-8"))
    assert set(MUTANTS) == set(PLACES) == set(leaves(schema)) - {"environment"}


@pytest.mark.parametrize("key", PLACES)
def test_the_key_arrives_in_its_place(key: str, both: tuple[Plan, Plan]) -> None:
    """The changed value is there, and was not before."""
    *place, wanted = PLACES[key]
    before, after = (text_at(planned, *place) for planned in both)
    assert wanted in after
    assert wanted not in before


@pytest.mark.skipif(not os.environ.get("FULL_PROOF"), reason="each key alone: in make proof")
@pytest.mark.timeout(900)
def test_each_key_alone_changes_the_plan(tmp_path: Path, terraform_environment: dict[str, str]) -> None:
    """Also with everything else as it was. Tags are the provider's, which the mock has not: they are in PLACES."""
    del terraform_environment
    runs = {"": ("dev", ENVIRONMENTS), "same": ("dev", write(tmp_path / "same", "dev", changed("dev", {})))}
    for key, values in MUTANTS.items():
        runs[key] = ("dev", write(tmp_path / key, "dev", changed("dev", values)))
    plans = mock_plans(runs)
    dead = {key for key in runs if plans[key] == plans[""]}
    assert dead == {"", "same", "tags.owner", "tags.cost_center"}
