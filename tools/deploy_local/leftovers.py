"""What is still there after a stack was taken down, of every kind that it makes.

Not counted: what every account has (default network, AWS's own policies and capacity providers), CDK's bootstrap,
keys that wait for their deletion, and revisions of task definitions, which ECS keeps as inactive.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.deploy_local.embedded import EmbeddedAws
from tools.deploy_local.settings import Settings

#: Names that `cdk bootstrap` gives.
BOOTSTRAP = "cdk-hnb659fds-"


def _ours(kind: str) -> Callable[[dict[str, Any]], bool]:
    """For EC2: what does not belong to the default network."""
    return lambda one: not one.get("IsDefault") and not one.get("DefaultForAz") and kind in one


#: service, operation, member with the list, member that names one, which of them count
_KINDS: tuple[tuple[str, str, str, str, Callable[[dict[str, Any]], bool]], ...] = (
    ("ec2", "describe_vpcs", "Vpcs", "VpcId", _ours("VpcId")),
    ("ec2", "describe_subnets", "Subnets", "SubnetId", _ours("SubnetId")),
    ("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId", lambda one: one["State"] != "deleted"),
    ("ec2", "describe_addresses", "Addresses", "AllocationId", lambda _: True),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", lambda one: one["State"] != "deleted"),
    ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId", lambda one: bool(one["Tags"])),
    ("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId", lambda _: True),
    ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName", lambda _: True),
    ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName", lambda _: True),
    ("wafv2", "list_web_acls", "WebACLs", "Name", lambda _: True),
    ("ecr", "describe_repositories", "repositories", "repositoryName", lambda _: True),
    ("s3", "list_buckets", "Buckets", "Name", lambda _: True),
    ("ssm", "describe_parameters", "Parameters", "Name", lambda one: not one["Name"].startswith("/cdk-bootstrap/")),
    ("logs", "describe_log_groups", "logGroups", "logGroupName", lambda _: True),
    ("logs", "describe_metric_filters", "metricFilters", "filterName", lambda _: True),
    ("logs", "describe_query_definitions", "queryDefinitions", "name", lambda _: True),
    ("logs", "list_log_anomaly_detectors", "anomalyDetectors", "detectorName", lambda _: True),
    ("logs", "describe_resource_policies", "resourcePolicies", "policyName", lambda _: True),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName", lambda _: True),
    ("cloudwatch", "describe_alarms", "CompositeAlarms", "AlarmName", lambda _: True),
    ("cloudwatch", "describe_anomaly_detectors", "AnomalyDetectors", "MetricName", lambda _: True),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName", lambda _: True),
    ("sns", "list_topics", "Topics", "TopicArn", lambda _: True),
    ("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn", lambda _: True),
    ("kms", "list_aliases", "Aliases", "AliasName", lambda one: not one["AliasName"].startswith("alias/aws/")),
    ("iam", "list_roles", "Roles", "RoleName", lambda _: True),
    ("iam", "list_policies", "Policies", "PolicyName", lambda _: True),
    ("application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId", lambda _: True),
    ("budgets", "describe_budgets", "Budgets", "BudgetName", lambda _: True),
    ("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList", "Arn", lambda _: True),
)


def leftovers(aws: EmbeddedAws, settings: Settings) -> list[str]:
    """`kind name` of everything that is still there."""
    parameters: dict[str, dict[str, str]] = {
        "list_web_acls": {"Scope": "REGIONAL"},
        "list_policies": {"Scope": "Local"},
        "describe_scalable_targets": {"ServiceNamespace": "ecs"},
        "describe_budgets": {"AccountId": settings.account},
    }
    found = [
        f"{member} {one.get(name)}"
        for service, operation, member, name, counts in _KINDS
        for one in getattr(aws.client(service), operation)(**parameters.get(operation, {})).get(member, [])
        if counts(one) and BOOTSTRAP not in str(one.get(name))
    ]
    arns = aws.client("ecs").list_clusters()["clusterArns"]
    clusters = aws.client("ecs").describe_clusters(clusters=arns)["clusters"] if arns else []
    return found + [f"clusters {one['clusterName']}" for one in clusters if one["status"] == "ACTIVE"]
