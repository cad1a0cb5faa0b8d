"""Acceptance checks of what is in front of the tasks (infra.md part E: 16, 17, 20, 21, 22, 23)."""

from __future__ import annotations

import inspect
import re
from typing import Any

import demo_service.app
from logging_infra.build import Inputs
from logging_infra.synthesis import Resource, Templates

BALANCER, LISTENER = "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::Listener"
GROUP = "AWS::EC2::SecurityGroup"


def attributes(resource: Resource, key: str) -> dict[str, str]:
    """Key and value of each attribute."""
    return {attribute["Key"]: attribute["Value"] for attribute in resource.properties[key]}


def listener(templates: Templates, port: int) -> Resource:
    """The listener on `port`."""
    [found] = [each for each in templates.all(LISTENER) if each.properties["Port"] == port]
    return found


def group_named(templates: Templates, name: str) -> Resource:
    """The security group `{project}-{environment}-<name>`."""
    [found] = [g for g in templates.all(GROUP) if g.properties["GroupName"] == f"{templates.prefix}-{name}"]
    return found


def test_it_refuses_what_is_malformed_and_keeps_a_log(templates: Templates) -> None:
    """20."""
    balancer = templates.one(BALANCER)
    found = attributes(balancer, "LoadBalancerAttributes")
    assert balancer.properties["Scheme"] == "internet-facing"
    assert found["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert found["routing.http.desync_mitigation_mode"] in ("defensive", "strictest")
    assert found["routing.http2.enabled"] == "true"
    assert found["access_logs.s3.enabled"] == "true"
    assert templates.target(balancer.part, found["access_logs.s3.bucket"]) == templates.one("AWS::S3::Bucket")


def test_prod_refuses_to_be_deleted(templates: Templates, inputs: Inputs) -> None:
    """And only where the environment says so (20)."""
    found = attributes(templates.one(BALANCER), "LoadBalancerAttributes")["deletion_protection.enabled"]
    assert found == str(inputs.values.protection.deletion).lower()
    assert found == "true" or inputs.values.environment != "prod"


def test_https_is_tls_1_3_with_the_environments_certificate(templates: Templates, inputs: Inputs) -> None:
    """21."""
    https = listener(templates, 443)
    [action] = https.properties["DefaultActions"]
    assert https.properties["Protocol"] == "HTTPS"
    assert https.properties["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-3-2021-06"
    assert https.properties["Certificates"] == [{"CertificateArn": inputs.values.domain.certificate_arn}]
    assert action["Type"] == "forward"
    target = templates.target(https.part, action["TargetGroupArn"])
    assert target == templates.one("AWS::ElasticLoadBalancingV2::TargetGroup")


def test_plain_http_only_redirects(templates: Templates, inputs: Inputs) -> None:
    """To the name that the certificate fits; there is no third port (21)."""
    [action] = listener(templates, 80).properties["DefaultActions"]
    assert len(templates.all(LISTENER)) == 2
    assert action["Type"] == "redirect"
    assert action["RedirectConfig"] == {
        "Protocol": "HTTPS",
        "Port": "443",
        "Host": inputs.values.domain.name,
        "StatusCode": "HTTP_301",
    }


def test_only_the_load_balancer_is_open_to_the_world(templates: Templates) -> None:
    """On 80 and 443 (22)."""
    world = {
        (group.properties["GroupName"], rule["FromPort"], rule["ToPort"])
        for group in templates.all(GROUP)
        for rule in group.properties.get("SecurityGroupIngress", [])
        if rule["CidrIp"] == "0.0.0.0/0"
    }
    assert world == {(f"{templates.prefix}-alb", 80, 80), (f"{templates.prefix}-alb", 443, 443)}


def test_traffic_goes_from_the_load_balancer_to_the_tasks_and_no_further(templates: Templates, inputs: Inputs) -> None:
    """One rule on each side, between the groups, on the service's port (22)."""
    balancer, service = group_named(templates, "alb"), group_named(templates, "service")
    egress, ingress = templates.one("AWS::EC2::SecurityGroupEgress"), templates.one("AWS::EC2::SecurityGroupIngress")
    port = inputs.constants.container.port

    for rule, owner, peer, peer_key in (
        (egress, balancer, service, "DestinationSecurityGroupId"),
        (ingress, service, balancer, "SourceSecurityGroupId"),
    ):
        assert templates.target(rule.part, rule.properties["GroupId"]) == owner
        assert templates.target(rule.part, rule.properties[peer_key]) == peer
        assert (rule.properties["FromPort"], rule.properties["ToPort"], rule.properties["IpProtocol"]) == (
            port,
            port,
            "tcp",
        )
    assert "SecurityGroupIngress" not in service.properties


def test_tasks_speak_https_and_nothing_else(templates: Templates) -> None:
    """The load balancer's own group lets nothing else out (22)."""
    egress: dict[str, list[Any]] = {
        name: group_named(templates, name).properties["SecurityGroupEgress"] for name in ("alb", "service")
    }
    assert [(rule["CidrIp"], rule["FromPort"], rule["ToPort"]) for rule in egress["service"]] == [
        ("0.0.0.0/0", 443, 443)
    ]
    assert [rule["CidrIp"] for rule in egress["alb"]] == ["255.255.255.255/32"]  # allows nothing


def test_a_firewall_with_three_rules_is_in_front_and_keeps_a_log(templates: Templates, inputs: Inputs) -> None:
    """23."""
    acl = templates.one("AWS::WAFv2::WebACL")
    association = templates.one("AWS::WAFv2::WebACLAssociation")
    assert templates.target(association.part, association.properties["ResourceArn"]) == templates.one(BALANCER)
    assert templates.target(association.part, association.properties["WebACLArn"]) == acl

    statements = [rule["Statement"] for rule in acl.properties["Rules"]]
    managed = {s["ManagedRuleGroupStatement"]["Name"] for s in statements if "ManagedRuleGroupStatement" in s}
    [rate] = [s["RateBasedStatement"] for s in statements if "RateBasedStatement" in s]
    assert managed == {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"}
    assert (rate["Limit"], rate["EvaluationWindowSec"]) == (inputs.values.waf.requests_per_five_minutes, 300)


def test_the_firewalls_log_has_no_secrets(templates: Templates) -> None:
    """Its group has the beginning that WAF insists on (23)."""
    logging = templates.one("AWS::WAFv2::LoggingConfiguration")
    [group] = templates.targets(logging, logging.properties["LogDestinationConfigs"])
    hidden = {field["SingleHeader"]["Name"] for field in logging.properties["RedactedFields"]}
    assert group.properties["LogGroupName"] == f"aws-waf-logs-{templates.prefix}"
    assert not str(logging.properties["LogDestinationConfigs"]).endswith(":*")
    assert hidden == {"authorization", "cookie"}


def test_health_is_asked_of_a_route_of_the_service(templates: Templates) -> None:
    """16."""
    target = templates.one("AWS::ElasticLoadBalancingV2::TargetGroup").properties
    paths = re.findall(r'@app\.get\("([^"]+)"', inspect.getsource(demo_service.app))
    assert target["HealthCheckPath"] in paths
    assert (target["TargetType"], target["HealthCheckProtocol"], target["Matcher"]) == (
        "ip",
        "HTTP",
        {"HttpCode": "200"},
    )


def test_leaving_tasks_have_time_to_finish(templates: Templates, inputs: Inputs) -> None:
    """Both times are explicit, longer than the service drains (6 s and 3 s), at most Fargate's 120 s (17)."""
    group = templates.one("AWS::ElasticLoadBalancingV2::TargetGroup")
    delay = int(attributes(group, "TargetGroupAttributes")["deregistration_delay.timeout_seconds"])
    [container] = templates.one("AWS::ECS::TaskDefinition").properties["ContainerDefinitions"]
    assert delay == inputs.values.service.deregistration_delay
    assert 9 <= delay <= container["StopTimeout"] <= 120


def test_it_stands_in_the_public_subnets_in_its_own_group(templates: Templates, inputs: Inputs) -> None:
    """One a zone; the tasks are in theirs."""
    balancer, service = templates.one(BALANCER), templates.one("AWS::ECS::Service")
    subnets = templates.targets(balancer, balancer.properties["Subnets"])
    network = service.properties["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert len(subnets) == len(inputs.values.availability_zones)
    assert {subnet.properties["CidrBlock"] for subnet in subnets} == set(inputs.values.network.public_subnets)
    assert templates.targets(balancer, balancer.properties["SecurityGroups"]) == {group_named(templates, "alb")}
    assert templates.targets(service, network["SecurityGroups"]) == {group_named(templates, "service")}


def test_rules_of_groups_are_about_tcp(templates: Templates) -> None:
    """Each says why it is there."""
    for group in templates.all(GROUP):
        rules = [*group.properties.get("SecurityGroupIngress", []), *group.properties["SecurityGroupEgress"]]
        assert all(rule["Description"] for rule in rules)
        assert all(rule["IpProtocol"] == "tcp" or rule["CidrIp"] == "255.255.255.255/32" for rule in rules)


def test_the_firewall_blocks_an_address_and_counts_nothing_away(templates: Templates) -> None:
    """AWS' groups keep their own actions, the rate rule blocks, what no rule matches passes (23)."""
    acl = templates.one("AWS::WAFv2::WebACL").properties
    assert (acl["Scope"], acl["DefaultAction"]) == ("REGIONAL", {"Allow": {}})
    assert sorted(rule["Priority"] for rule in acl["Rules"]) == [0, 1, 2]
    for rule in acl["Rules"]:
        managed = rule["Statement"].get("ManagedRuleGroupStatement")
        if managed:
            assert (managed["VendorName"], rule["OverrideAction"]) == ("AWS", {"None": {}})
        else:
            assert rule["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
            assert rule["Action"] == {"Block": {}}
        assert rule["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True


def test_a_target_that_fails_is_found_within_a_minute(templates: Templates) -> None:
    """Three times 15 s; two good answers bring it back."""
    target = templates.one("AWS::ElasticLoadBalancingV2::TargetGroup").properties
    assert target["HealthCheckIntervalSeconds"] * target["UnhealthyThresholdCount"] <= 60
    assert target["HealthCheckTimeoutSeconds"] < target["HealthCheckIntervalSeconds"]
    assert target["HealthyThresholdCount"] == 2
    assert (target["HealthCheckEnabled"], target["HealthCheckPort"]) == (True, "traffic-port")
