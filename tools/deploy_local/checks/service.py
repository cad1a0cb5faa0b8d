"""The service: its place behind the load balancer, its tasks, its protection."""

from __future__ import annotations

import ipaddress
from typing import Any

from tools.deploy_local.checks.network import subnets
from tools.deploy_local.embedded import EmbeddedAws
from tools.deploy_local.settings import Settings


def ecs_service(aws: EmbeddedAws, settings: Settings) -> dict[str, Any]:
    """The service as ECS describes it."""
    [found] = aws.client("ecs").describe_services(cluster=settings.name, services=[settings.name])["services"]
    service: dict[str, Any] = found
    return service


def task_definition(aws: EmbeddedAws, settings: Settings) -> dict[str, Any]:
    """The revision that the service runs."""
    revision = ecs_service(aws, settings)["taskDefinition"]
    definition: dict[str, Any] = aws.client("ecs").describe_task_definition(taskDefinition=revision)["taskDefinition"]
    return definition


def load_balancer(aws: EmbeddedAws, settings: Settings) -> dict[str, Any]:
    """The load balancer as ELB describes it."""
    [found] = aws.client("elbv2").describe_load_balancers(Names=[settings.name])["LoadBalancers"]
    balancer: dict[str, Any] = found
    return balancer


def the_service_is_attached_to_its_target_group_in_its_subnets(aws: EmbeddedAws, settings: Settings) -> None:
    """Container and port → target group → load balancer; private subnets, no public address."""
    service = ecs_service(aws, settings)
    [attached] = service["loadBalancers"]
    [group] = aws.client("elbv2").describe_target_groups(Names=[settings.name])["TargetGroups"]
    assert attached["targetGroupArn"] == group["TargetGroupArn"]
    assert (attached["containerName"], attached["containerPort"]) == (settings.values["service"]["name"], 8000)
    assert group["LoadBalancerArns"] == [load_balancer(aws, settings)["LoadBalancerArn"]]
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    expected = {subnet["SubnetId"] for subnet in subnets(aws, settings, "private").values()}
    assert set(network["subnets"]) == expected
    assert network["assignPublicIp"] == "DISABLED"


def its_tasks_are_healthy_targets_in_its_subnets(aws: EmbeddedAws, settings: Settings) -> None:
    """As many as the environment's least, all running."""
    service = ecs_service(aws, settings)
    assert service["runningCount"] == service["desiredCount"] >= settings.values["service"]["min_tasks"], service
    [attached] = service["loadBalancers"]
    arn = attached["targetGroupArn"]
    targets = aws.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    assert len(targets) == service["runningCount"], targets
    networks = [ipaddress.ip_network(one["CidrBlock"]) for one in subnets(aws, settings, "private").values()]
    for target in targets:
        assert target["TargetHealth"]["State"] == "healthy", target
        address = ipaddress.ip_address(target["Target"]["Id"])
        assert any(address in network for network in networks), address


def a_bad_deployment_is_rolled_back(aws: EmbeddedAws, settings: Settings) -> None:
    """Circuit breaker and alarms, which exist; the capacity providers are the environment's."""
    service = ecs_service(aws, settings)
    configuration = service["deploymentConfiguration"]
    assert configuration["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    alarms = configuration["alarms"]
    assert (alarms["enable"], alarms["rollback"]) == (True, True), alarms
    found = aws.client("cloudwatch").describe_alarms(AlarmNames=alarms["alarmNames"])["MetricAlarms"]
    assert {alarm["AlarmName"] for alarm in found} == set(alarms["alarmNames"]) != set()
    on_demand = next(one for one in service["capacityProviderStrategy"] if one["capacityProvider"] == "FARGATE")
    assert on_demand["base"] == settings.values["service"]["on_demand_base"]


def the_task_has_neither_root_nor_a_writable_root_file_system(aws: EmbeddedAws, settings: Settings) -> None:
    """And logs without blocking, under separate roles."""
    definition = task_definition(aws, settings)
    assert definition["executionRoleArn"] != definition["taskRoleArn"]
    [container] = definition["containerDefinitions"]
    assert (container["user"], container["readonlyRootFilesystem"]) == ("65532", True)
    assert container["linuxParameters"]["capabilities"]["drop"] == ["ALL"]
    assert container["image"].endswith(f"@{settings.values['service']['image_digest']}"), container["image"]
    options = container["logConfiguration"]["options"]
    assert (options["mode"], options["awslogs-group"]) == ("non-blocking", settings.service_logs)
    assert container["environment"] == []
    names = [secret["valueFrom"].partition(":parameter")[2] for secret in container["secrets"]]
    found = aws.client("ssm").get_parameters(Names=names)
    assert found["InvalidParameters"] == []


def only_tls_reaches_the_service(aws: EmbeddedAws, settings: Settings) -> None:
    """Port 443 forwards with TLS 1.3, port 80 redirects; broken headers are dropped."""
    elbv2, arn = aws.client("elbv2"), load_balancer(aws, settings)["LoadBalancerArn"]
    listeners = {one["Port"]: one for one in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]}
    assert set(listeners) == {80, 443}
    assert listeners[80]["DefaultActions"][0]["RedirectConfig"]["StatusCode"] == "HTTP_301"
    assert listeners[443]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-3"), listeners[443]
    expected = settings.values["domain"]["certificate_arn"]
    assert [one["CertificateArn"] for one in listeners[443]["Certificates"]] == [expected]
    answer = elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    attributes = {one["Key"]: one["Value"] for one in answer}
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["access_logs.s3.enabled"] == "true"


def the_firewall_is_associated_and_logs(aws: EmbeddedAws, settings: Settings) -> None:
    """With managed rules and a rate; what it logs goes to its own group."""
    waf = aws.client("wafv2")
    acl = waf.get_web_acl_for_resource(ResourceArn=load_balancer(aws, settings)["LoadBalancerArn"])["WebACL"]
    statements = [rule["Statement"] for rule in acl["Rules"]]
    limits = [one["RateBasedStatement"]["Limit"] for one in statements if "RateBasedStatement" in one]
    assert limits == [settings.values["waf"]["requests_per_five_minutes"]]
    assert any("ManagedRuleGroupStatement" in one for one in statements)
    logging = waf.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]
    assert f":log-group:aws-waf-logs-{settings.name}" in logging["LogDestinationConfigs"][0]


def the_service_scales_between_its_bounds(aws: EmbeddedAws, settings: Settings) -> None:
    """On CPU and on requests."""
    scaling = aws.client("application-autoscaling")
    [target] = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    wanted = settings.values["service"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (wanted["min_tasks"], wanted["max_tasks"])
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    metrics = {
        one["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]
        for one in policies
    }
    assert metrics == {"ECSServiceAverageCPUUtilization", "ALBRequestCountPerTarget"}
