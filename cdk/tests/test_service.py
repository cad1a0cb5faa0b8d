"""Acceptance checks of the service and its tasks (infra.md part E: 1, 2, 3, 6, 7, 8, 10, 11, 15, 17, 18, 19)."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from logging_infra.build import Inputs
from logging_infra.constructs.parameters import sha256_of
from logging_infra.synthesis import Templates

EXEC_MOUNTS = {"/managed-agents", "/var/lib/amazon/ssm", "/var/log/amazon/ssm"}


def container(templates: Templates) -> dict[str, Any]:
    """The only container of the task definition."""
    [found] = templates.one("AWS::ECS::TaskDefinition").properties["ContainerDefinitions"]
    definition: dict[str, Any] = found
    return definition


def test_a_deployment_that_fails_goes_back(templates: Templates) -> None:
    """By the circuit breaker and by alarms, which exist before the service does (1, 2)."""
    service = templates.one("AWS::ECS::Service")
    deployment = service.properties["DeploymentConfiguration"]
    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert (deployment["Alarms"]["Enable"], deployment["Alarms"]["Rollback"]) == (True, True)

    alarms = {templates.target(service.part, name) for name in deployment["Alarms"]["AlarmNames"]}
    names = {alarm.properties["AlarmName"] for alarm in alarms if alarm}
    assert names == {f"{templates.prefix}-TargetErrors", f"{templates.prefix}-UnhealthyTargets"}


def test_new_tasks_come_before_old_ones_go(templates: Templates, inputs: Inputs) -> None:
    """And get the time that a start takes (3)."""
    service = templates.one("AWS::ECS::Service").properties
    assert service["DeploymentConfiguration"]["MinimumHealthyPercent"] == 100
    assert service["DeploymentConfiguration"]["MaximumPercent"] == 200
    assert service["HealthCheckGracePeriodSeconds"] == inputs.constants.container.grace_seconds == 60


def test_zones_are_kept_in_balance(templates: Templates) -> None:
    """4."""
    assert templates.one("AWS::ECS::Service").properties["AvailabilityZoneRebalancing"] == "ENABLED"


def test_the_task_runs_on_fargate_in_a_size_that_is_sold(templates: Templates, inputs: Inputs) -> None:
    """6."""
    task, values = templates.one("AWS::ECS::TaskDefinition").properties, inputs.values.service
    assert (task["RequiresCompatibilities"], task["NetworkMode"]) == (["FARGATE"], "awsvpc")
    assert (task["Cpu"], task["Memory"]) == (str(values.cpu), str(values.memory))
    assert task["RuntimePlatform"] == {"OperatingSystemFamily": "LINUX", "CpuArchitecture": values.architecture}


def test_the_container_can_do_nothing_that_it_need_not(templates: Templates) -> None:
    """7."""
    found = container(templates)
    assert found["ReadonlyRootFilesystem"] is True
    assert re.fullmatch(r"[1-9][0-9]*", found["User"])
    assert found["Privileged"] is False
    assert found["LinuxParameters"] == {"Capabilities": {"Drop": ["ALL"]}, "InitProcessEnabled": True}


def test_it_writes_to_volumes_of_its_own(templates: Templates, inputs: Inputs) -> None:
    """To /tmp and /data; where a shell may be opened, its agent to three folders more (8)."""
    task = templates.one("AWS::ECS::TaskDefinition").properties
    found = container(templates)
    paths = {mount["ContainerPath"] for mount in found["MountPoints"]}
    assert paths == {"/tmp", "/data"} | (EXEC_MOUNTS if inputs.values.service.exec else set())
    assert {m["SourceVolume"] for m in found["MountPoints"]} == {volume["Name"] for volume in task["Volumes"]}
    assert all(set(volume) == {"Name"} for volume in task["Volumes"])


def test_shells_are_recorded_and_never_opened_in_prod(templates: Templates, inputs: Inputs) -> None:
    """8."""
    cluster, service = templates.one("AWS::ECS::Cluster"), templates.one("AWS::ECS::Service")
    command = cluster.properties["Configuration"]["ExecuteCommandConfiguration"]
    log = command["LogConfiguration"]
    assert service.properties["EnableExecuteCommand"] is inputs.values.service.exec
    assert not (inputs.values.environment == "prod" and inputs.values.service.exec)
    assert command["Logging"] == "OVERRIDE"
    assert log["CloudWatchEncryptionEnabled"] is True
    assert templates.target(cluster.part, command["KmsKeyId"]) == templates.one("AWS::KMS::Key")
    group = templates.target(cluster.part, log["CloudWatchLogGroupName"])
    assert group is not None
    assert group.properties["LogGroupName"].endswith("/exec")


def test_the_image_is_named_by_its_digest(templates: Templates, inputs: Inputs) -> None:
    """Of the repository in this stack (10)."""
    image = container(templates)["Image"]
    task = templates.one("AWS::ECS::TaskDefinition")
    assert templates.targets(task, image) == {templates.one("AWS::ECR::Repository")}
    assert re.search(r"@sha256:[0-9a-f]{64}\"", json.dumps(image))
    assert inputs.values.service.image_digest in json.dumps(image)


def test_logging_never_stops_the_service(templates: Templates, inputs: Inputs) -> None:
    """Into the group that is there, through a buffer of at least 25 MB that drops when it is full (11)."""
    task = templates.one("AWS::ECS::TaskDefinition")
    log = container(templates)["LogConfiguration"]
    assert log["LogDriver"] == "awslogs"
    assert log["Options"]["mode"] == "non-blocking"
    assert int(log["Options"]["max-buffer-size"].removesuffix("m")) >= 25
    assert log["Options"]["max-buffer-size"] == inputs.values.service.log_driver_buffer
    assert "awslogs-create-group" not in log["Options"]
    group = templates.target(task.part, log["Options"]["awslogs-group"])
    assert group is not None
    assert group.properties["LogGroupName"] == f"{inputs.values.path}/{inputs.values.service.name}"


def test_settings_come_from_parameters_and_none_is_plain(templates: Templates, inputs: Inputs) -> None:
    """Every variable is one of our parameters, with the environment's value (15)."""
    found = container(templates)
    task = templates.one("AWS::ECS::TaskDefinition")
    values = {}
    for secret in found["Secrets"]:
        [parameter] = templates.targets(task, secret["ValueFrom"])
        values[secret["Name"]] = parameter.properties["Value"]
        assert parameter.properties["Name"] == f"{inputs.values.path}/{secret['Name']}"
    assert "Environment" not in found
    assert "EnvironmentFiles" not in found
    assert values["LOG_LEVEL"] == inputs.values.service.log_level
    assert values["LOG_SAMPLE_RATE"] == "1"
    assert values["SERVICE_NAME"] == inputs.values.service.name
    assert values["ENVIRONMENT"] == inputs.values.environment
    assert len(values) == len(templates.all("AWS::SSM::Parameter")) == 8


def test_a_changed_setting_is_a_deployment(templates: Templates) -> None:
    """The task definition has the hash of all settings, as Terraform's has (environments/README.md)."""
    values = {
        p.properties["Name"].rpartition("/")[2]: p.properties["Value"] for p in templates.all("AWS::SSM::Parameter")
    }
    text = json.dumps(values, separators=(",", ":"), sort_keys=True)
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert container(templates)["DockerLabels"] == {"parameters-sha256": expected}


def test_the_hash_is_of_what_terraform_would_write() -> None:
    """`jsonencode` sorts keys, leaves letters of other alphabets and writes `<`, `>` and `&` as numbers."""
    written = r'{"a":"1","b":"\u003ca\u003e\u0026ä\"\\"}'
    assert sha256_of({"b": '<a>&ä"\\', "a": "1"}) == hashlib.sha256(written.encode()).hexdigest()


def test_a_stopped_container_has_time_to_flush(templates: Templates, inputs: Inputs) -> None:
    """17."""
    assert container(templates)["StopTimeout"] == inputs.values.service.stop_timeout


def test_the_container_says_whether_it_is_healthy(templates: Templates, inputs: Inputs) -> None:
    """16."""
    health = container(templates)["HealthCheck"]
    assert health["Command"] == list(inputs.constants.container.health_command)
    assert health["StartPeriod"] == inputs.constants.container.grace_seconds
    assert health["Timeout"] < health["Interval"]


def test_the_service_is_behind_the_load_balancer(templates: Templates) -> None:
    """After a listener sends to its group: ECS refuses a group without a load balancer."""
    service = templates.one("AWS::ECS::Service")
    [attached] = service.properties["LoadBalancers"]
    target = templates.target(service.part, attached["TargetGroupArn"])
    assert target == templates.one("AWS::ElasticLoadBalancingV2::TargetGroup")
    assert attached["ContainerName"] == container(templates)["Name"]
    ports = [mapping["ContainerPort"] for mapping in container(templates)["PortMappings"]]
    assert attached["ContainerPort"] in ports
    https = [
        each.logical_id
        for each in templates.all("AWS::ElasticLoadBalancingV2::Listener")
        if each.properties["Port"] == 443
    ]
    assert set(https) <= set(service.body["DependsOn"])


def test_it_scales_with_cpu_and_requests_fast_up_and_slowly_down(templates: Templates, inputs: Inputs) -> None:
    """18."""
    values = inputs.values.service
    target = templates.one("AWS::ApplicationAutoScaling::ScalableTarget")
    assert (target.properties["MinCapacity"], target.properties["MaxCapacity"]) == (values.min_tasks, values.max_tasks)
    assert values.max_tasks >= 2 * values.min_tasks
    assert values.min_tasks >= 2 or inputs.values.environment != "prod"

    found = {}
    for policy in templates.all("AWS::ApplicationAutoScaling::ScalingPolicy"):
        assert templates.target(policy.part, policy.properties["ScalingTargetId"]) == target
        tracking = policy.properties["TargetTrackingScalingPolicyConfiguration"]
        found[tracking["PredefinedMetricSpecification"]["PredefinedMetricType"]] = tracking["TargetValue"]
        assert tracking["ScaleInCooldown"] > tracking["ScaleOutCooldown"]
    assert found == {
        "ECSServiceAverageCPUUtilization": values.scale_cpu_percent,
        "ALBRequestCountPerTarget": values.scale_requests_per_task,
    }


def test_scaling_is_of_this_service(templates: Templates) -> None:
    """By cluster and service, not by names that happen to fit."""
    target = templates.one("AWS::ApplicationAutoScaling::ScalableTarget")
    found = templates.targets(target, target.properties["ResourceId"])
    assert found == {templates.one("AWS::ECS::Cluster"), templates.one("AWS::ECS::Service")}


def test_a_deployment_does_not_change_how_many_tasks_run(templates: Templates) -> None:
    """Autoscaling decides; a count in the template would reset it with every release."""
    assert "DesiredCount" not in templates.one("AWS::ECS::Service").properties


def test_spot_is_only_above_the_base(templates: Templates, inputs: Inputs) -> None:
    """On the service itself; the base is at least the fewest tasks (19)."""
    values = inputs.values.service
    strategy = {
        each["CapacityProvider"]: each
        for each in templates.one("AWS::ECS::Service").properties["CapacityProviderStrategy"]
    }
    assert strategy["FARGATE"]["Base"] == values.on_demand_base >= values.min_tasks
    assert strategy["FARGATE"]["Weight"] == 100 - values.spot_percent
    assert ("FARGATE_SPOT" in strategy) is (values.spot_percent > 0)
    if values.spot_percent:
        assert strategy["FARGATE_SPOT"] == {
            "CapacityProvider": "FARGATE_SPOT",
            "Base": 0,
            "Weight": values.spot_percent,
        }


def test_the_cluster_is_watched(templates: Templates) -> None:
    """By Container Insights, which the alarms on disk and tasks read."""
    cluster = templates.one("AWS::ECS::Cluster").properties
    assert cluster["ClusterSettings"] == [{"Name": "containerInsights", "Value": "enhanced"}]
    assert cluster["CapacityProviders"] == ["FARGATE", "FARGATE_SPOT"]


def test_the_service_runs_this_task_in_this_cluster(templates: Templates) -> None:
    """All three have the environment's name."""
    service, task = templates.one("AWS::ECS::Service"), templates.one("AWS::ECS::TaskDefinition")
    cluster = templates.one("AWS::ECS::Cluster")
    assert templates.target(service.part, service.properties["TaskDefinition"]) == task
    assert templates.target(service.part, service.properties["Cluster"]) == cluster
    names = {service.properties["ServiceName"], task.properties["Family"], cluster.properties["ClusterName"]}
    assert names == {templates.prefix}


def test_volumes_can_be_written_to_and_ports_are_the_images(templates: Templates, inputs: Inputs) -> None:
    """The service's and that of its metrics."""
    found, fixed = container(templates), inputs.constants.container
    assert all(mount["ReadOnly"] is False for mount in found["MountPoints"])
    assert [(m["ContainerPort"], m["HostPort"], m["Protocol"]) for m in found["PortMappings"]] == [
        (fixed.port, fixed.port, "tcp"),
        (fixed.metrics_port, fixed.metrics_port, "tcp"),
    ]
    assert found["Essential"] is True
