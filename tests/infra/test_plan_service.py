"""The service and its task definition in Terraform's plan: acceptance checks 1 to 11 and 15 to 19."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.infra.environment_files import ENVIRONMENTS, ROOT, load
from tests.infra.planned import Plan, Resource

STACK: dict[str, Any] = yaml.safe_load((ENVIRONMENTS / "stack.yaml").read_text(encoding="utf-8"))
DEMO = ROOT / "packages" / "demo_service" / "src" / "demo_service"


def service_of(planned: Plan) -> dict[str, Any]:
    """The ECS service's values."""
    return planned.one("aws_ecs_service").values


def container_of(planned: Plan) -> dict[str, Any]:
    """The only container of the task definition."""
    (container,) = planned.one("aws_ecs_task_definition").json("container_definitions")
    assert isinstance(container, dict)
    return container


def statements_of(planned: Plan, name: str) -> list[dict[str, Any]]:
    """The statements of all managed policies of the module `service` with that name, and none where there is none."""
    return [statement for policy in planned.all("aws_iam_policy", name) for statement in policy.statements()]


def drain_seconds() -> int:
    """How long the service takes to stop by its own account: its drain, then three seconds to flush."""
    found = re.search(r"^DRAIN_SECONDS = (\d+)$", (DEMO / "__main__.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return int(found[1]) + 3


def test_a_failed_deployment_rolls_back(planned: Plan) -> None:
    """Check 1: the circuit breaker is on and rolls back."""
    assert service_of(planned)["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]


def test_alarms_roll_a_deployment_back(planned: Plan) -> None:
    """Check 2: rollback alarms are on, and each is an alarm of this plan."""
    (alarms,) = service_of(planned)["alarms"]
    assert (alarms["enable"], alarms["rollback"]) == (True, True)
    assert alarms["alarm_names"]
    assert set(alarms["alarm_names"]) <= {
        one.values["alarm_name"] for one in planned.all("aws_cloudwatch_metric_alarm")
    }


def test_never_fewer_tasks_while_deploying(planned: Plan) -> None:
    """Check 3: at least all, at most twice as many; health counts only after the start."""
    values = service_of(planned)
    assert (values["deployment_minimum_healthy_percent"], values["deployment_maximum_percent"]) == (100, 200)
    assert values["health_check_grace_period_seconds"] >= 30


def test_tasks_are_spread_over_zones(planned: Plan) -> None:
    """Check 4: rebalancing is on, the subnets are in two zones or more, in prod in three."""
    assert service_of(planned)["availability_zone_rebalancing"] == "ENABLED"
    zones = {one.values["availability_zone"] for one in planned.all("aws_subnet", "private")}
    assert len(zones) >= (3 if planned.environment == "prod" else 2)


def test_tasks_are_private(planned: Plan) -> None:
    """Check 5: no public address, and no route from the tasks' subnets to the internet gateway."""
    (network,) = service_of(planned)["network_configuration"]
    assert network["assign_public_ip"] is False
    to_internet = [one for one in planned.all("aws_route") if one.refers_to("gateway_id", "aws_internet_gateway.this")]
    assert all(one.refers_to("route_table_id", "aws_route_table.public") for one in to_internet)
    private = planned.all("aws_route_table_association", "private")
    assert len(private) == len(planned.all("aws_subnet", "private"))
    assert all(one.refers_to("route_table_id", "aws_route_table.private") for one in private)


def test_the_task_is_a_size_that_fargate_sells(planned: Plan, sizes: dict[str, list[int]]) -> None:
    """Check 6: Fargate, awsvpc, a valid pair of CPU and memory, processor and system named."""
    values = planned.one("aws_ecs_task_definition").values
    assert (values["requires_compatibilities"], values["network_mode"]) == (["FARGATE"], "awsvpc")
    assert int(values["memory"]) in sizes[values["cpu"]]
    (platform,) = values["runtime_platform"]
    assert platform["operating_system_family"] == "LINUX"
    assert platform["cpu_architecture"] == load(planned.environment)["service"]["architecture"]


def test_the_container_can_do_little(planned: Plan) -> None:
    """Check 7: read-only root, a user that is not root, no capabilities, an init process that reaps."""
    container = container_of(planned)
    assert container["readonlyRootFilesystem"] is True
    assert container["user"] not in ("", "0", "root")
    assert container["privileged"] is False
    linux = container["linuxParameters"]
    assert (linux["capabilities"], linux["initProcessEnabled"]) == ({"drop": ["ALL"]}, True)


def test_shells_are_recorded_where_they_are_allowed(planned: Plan, planned_with_exec: Plan) -> None:
    """Check 8: never in prod; with exec the three paths it writes are volumes; sessions are logged with a key."""
    assert service_of(planned)["enable_execute_command"] is False
    assert service_of(planned_with_exec)["enable_execute_command"] is True
    paths = {mount["containerPath"] for mount in container_of(planned_with_exec)["mountPoints"]}
    assert {"/managed-agents", "/var/lib/amazon/ssm", "/var/log/amazon/ssm"} <= paths
    for plan in (planned, planned_with_exec):
        cluster = plan.one("aws_ecs_cluster")
        (command,) = cluster.values["configuration"][0]["execute_command_configuration"]
        assert command["logging"] == "OVERRIDE"
        assert command["log_configuration"][0]["cloud_watch_encryption_enabled"] is True
        assert cluster.refers_to("configuration", "var.key_arn")


def test_roles_are_two_and_may_do_little(planned: Plan) -> None:
    """Check 9: the execution role is not the task role; all resources only where AWS knows no narrower one."""
    task = planned.one("aws_ecs_task_definition")
    assert task.refers_to("execution_role_arn", "aws_iam_role.execution")
    assert task.refers_to("task_role_arn", "aws_iam_role.task")
    for statement in statements_of(planned, "execution"):
        assert not any("*" in action for action in statement["Action"])
        if "*" in statement["Resource"]:
            assert statement["Action"] == ["ecr:GetAuthorizationToken"]
    assert statements_of(planned, "exec") == []


def test_the_image_is_a_digest(planned: Plan) -> None:
    """Check 10: the repository of this plan at the digest of the environment file."""
    repository = planned.one("aws_ecr_repository").values["name"]
    digest = load(planned.environment)["service"]["image_digest"]
    assert container_of(planned)["image"].endswith(f".amazonaws.com/{repository}@{digest}")
    assert re.fullmatch("sha256:[0-9a-f]{64}", digest)


def test_logging_never_blocks_the_service(planned: Plan) -> None:
    """Check 11: awslogs without blocking, a buffer of 25 MB or more, into a log group of this plan."""
    log = container_of(planned)["logConfiguration"]
    options = log["options"]
    assert (log["logDriver"], options["mode"]) == ("awslogs", "non-blocking")
    assert int(options["max-buffer-size"].removesuffix("m")) >= 25
    assert "awslogs-create-group" not in options
    assert options["awslogs-group"] in {one.values["name"] for one in planned.all("aws_cloudwatch_log_group")}


def test_settings_are_parameters_and_readable(planned: Plan) -> None:
    """Check 15: no plain environment; each parameter exists, and the execution role reads these and no others."""
    container = container_of(planned)
    assert "environment" not in container
    arns = {secret["name"]: secret["valueFrom"] for secret in container["secrets"]}
    names = {one.key: one.values["name"] for one in planned.all("aws_ssm_parameter")}
    assert {name: arn.split(":parameter", 1)[1] for name, arn in arns.items()} == names
    (reading,) = [one for one in statements_of(planned, "execution") if one["Action"] == ["ssm:GetParameters"]]
    assert sorted(reading["Resource"]) == sorted(arns.values())


def test_a_changed_setting_starts_new_tasks(planned: Plan, planned_with_exec: Plan) -> None:
    """Check 15: a task reads its parameters when it starts, so another value must be another task definition."""
    label = "parameters-sha256"
    assert container_of(planned)["dockerLabels"][label] != container_of(planned_with_exec)["dockerLabels"][label]


def test_health_checks_ask_for_what_the_service_has(planned: Plan) -> None:
    """Check 16: the target group's path is a route; the container's command starts late enough."""
    (check,) = planned.one("aws_lb_target_group").values["health_check"]
    assert f'"{check["path"]}"' in (DEMO / "app.py").read_text(encoding="utf-8")
    assert check["matcher"] == "200"
    health = container_of(planned)["healthCheck"]
    assert health["command"] == STACK["container"]["health_command"]
    assert health["startPeriod"] >= 30


def test_a_task_has_time_to_stop(planned: Plan) -> None:
    """Check 17: both times are explicit, fit the service's own drain, and Fargate's bound of 120 s."""
    stop = container_of(planned)["stopTimeout"]
    delay = int(planned.one("aws_lb_target_group").values["deregistration_delay"])
    assert drain_seconds() <= delay <= stop <= 120


def test_it_scales_on_cpu_and_requests(planned: Plan) -> None:
    """Check 18: room for twice the tasks, in prod at least two of them; slower down than up."""
    target = planned.one("aws_appautoscaling_target").values
    assert target["max_capacity"] >= 2 * target["min_capacity"]
    assert target["min_capacity"] >= (2 if planned.environment == "prod" else 1)
    metrics = set()
    for policy in planned.all("aws_appautoscaling_policy"):
        (tracking,) = policy.values["target_tracking_scaling_policy_configuration"]
        metrics.add(tracking["predefined_metric_specification"][0]["predefined_metric_type"])
        assert tracking["scale_in_cooldown"] > tracking["scale_out_cooldown"]
    assert metrics == {"ECSServiceAverageCPUUtilization", "ALBRequestCountPerTarget"}


def test_spot_takes_only_what_is_above_the_base(planned: Plan) -> None:
    """Check 19: the service's own strategy; the base covers the fewest tasks; Spot only where the file has a share."""
    service: Resource = planned.one("aws_ecs_service")
    shares = {one["capacity_provider"]: one for one in service.values["capacity_provider_strategy"]}
    wanted = load(planned.environment)["service"]
    assert shares["FARGATE"]["base"] >= wanted["min_tasks"]
    assert ("FARGATE_SPOT" in shares) == (wanted["spot_percent"] > 0)
    assert shares.get("FARGATE_SPOT", {"weight": 0})["weight"] == wanted["spot_percent"]
    assert shares["FARGATE"]["weight"] == 100 - wanted["spot_percent"]
