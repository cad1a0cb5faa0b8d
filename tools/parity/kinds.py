"""Kinds of resources: their types in both tools, what their key is, and which values are what AWS does anyway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tools.parity.model import Model, Resource, normal
from tools.parity.references import Place, reference

#: Replaces references in a text, given a function that knows the text for (source, attribute).
Refer = Callable[[str, Callable[[str, str], str]], str]


@dataclass(frozen=True)
class Kind:
    """One kind. `key` are properties; a kind without keys is folded into another (`into`, `folding.py`)."""

    name: str
    terraform: tuple[str, ...]
    cloudformation: tuple[str, ...]
    key: tuple[str, ...] = ()
    #: Properties that say what AWS does without them.
    defaults: dict[str, Any] = field(default_factory=dict)


@dataclass
class Draft:
    """A resource whose references and key are still open."""

    kind: Kind
    properties: dict[str, Any]
    source: str


_NAME_TAG = ("tags.name",)

KINDS = (
    Kind("vpc", ("aws_vpc",), ("AWS::EC2::VPC",), _NAME_TAG, {"instancetenancy": "default"}),
    Kind("subnet", ("aws_subnet",), ("AWS::EC2::Subnet",), _NAME_TAG),
    Kind("internet gateway", ("aws_internet_gateway",), ("AWS::EC2::InternetGateway",), _NAME_TAG),
    Kind("gateway attachment", (), ("AWS::EC2::VPCGatewayAttachment",), ("internetgatewayid",)),
    Kind("address", ("aws_eip",), ("AWS::EC2::EIP",), _NAME_TAG),
    Kind("nat gateway", ("aws_nat_gateway",), ("AWS::EC2::NatGateway",), _NAME_TAG, {"connectivitytype": "public"}),
    Kind("route table", ("aws_route_table",), ("AWS::EC2::RouteTable",), _NAME_TAG),
    Kind("route", ("aws_route",), ("AWS::EC2::Route",), ("routetableid", "destinationcidrblock")),
    Kind(
        "route table association",
        ("aws_route_table_association",),
        ("AWS::EC2::SubnetRouteTableAssociation",),
        ("subnetid",),
    ),
    Kind("endpoint", ("aws_vpc_endpoint",), ("AWS::EC2::VPCEndpoint",), ("servicename",)),
    Kind("security group", ("aws_security_group",), ("AWS::EC2::SecurityGroup",), ("groupname",)),
    Kind("default security group", ("aws_default_security_group",), (), ("vpcid",)),
    Kind(
        "ingress",
        ("aws_vpc_security_group_ingress_rule",),
        ("AWS::EC2::SecurityGroupIngress",),
        ("groupid", "peer", "fromport"),
    ),
    Kind(
        "egress",
        ("aws_vpc_security_group_egress_rule",),
        ("AWS::EC2::SecurityGroupEgress",),
        ("groupid", "peer", "fromport"),
    ),
    Kind(
        "flow log",
        ("aws_flow_log",),
        ("AWS::EC2::FlowLog",),
        ("resourceid",),
        {"logdestinationtype": "cloud-watch-logs", "maxaggregationinterval": 600, "resourcetype": "VPC"},
    ),
    Kind(
        "key",
        ("aws_kms_key",),
        ("AWS::KMS::Key",),
        _NAME_TAG,
        {
            "customermasterkeyspec": "SYMMETRIC_DEFAULT",
            "keyusage": "ENCRYPT_DECRYPT",
            "enabled": True,
            "keyspec": "SYMMETRIC_DEFAULT",
        },
    ),
    Kind("key alias", ("aws_kms_alias",), ("AWS::KMS::Alias",), ("aliasname",)),
    Kind("repository", ("aws_ecr_repository",), ("AWS::ECR::Repository",), ("repositoryname",)),
    Kind("repository life cycle", ("aws_ecr_lifecycle_policy",), (), ("repository",)),
    Kind(
        "log group",
        ("aws_cloudwatch_log_group",),
        ("AWS::Logs::LogGroup",),
        ("loggroupname",),
        {"loggroupclass": "STANDARD"},
    ),
    Kind("data protection", ("aws_cloudwatch_log_data_protection_policy",), (), ("loggroupname",)),
    Kind(
        "metric filter",
        ("aws_cloudwatch_log_metric_filter",),
        ("AWS::Logs::MetricFilter",),
        ("filtername",),
        {"metrictransformations.unit": "None"},
    ),
    Kind("saved query", ("aws_cloudwatch_query_definition",), ("AWS::Logs::QueryDefinition",), ("name",)),
    Kind(
        "log anomaly detector",
        ("aws_cloudwatch_log_anomaly_detector",),
        ("AWS::Logs::LogAnomalyDetector",),
        ("detectorname",),
        {"enabled": True},
    ),
    Kind(
        "log resource policy", ("aws_cloudwatch_log_resource_policy",), ("AWS::Logs::ResourcePolicy",), ("policyname",)
    ),
    Kind("bucket", ("aws_s3_bucket",), ("AWS::S3::Bucket",), ("bucketname",)),
    Kind("bucket encryption", ("aws_s3_bucket_server_side_encryption_configuration",), (), ("bucket",)),
    Kind("bucket public access", ("aws_s3_bucket_public_access_block",), (), ("bucket",)),
    Kind("bucket versioning", ("aws_s3_bucket_versioning",), (), ("bucket",)),
    Kind("bucket ownership", ("aws_s3_bucket_ownership_controls",), (), ("bucket",)),
    Kind("bucket life cycle", ("aws_s3_bucket_lifecycle_configuration",), (), ("bucket",)),
    Kind("bucket policy", ("aws_s3_bucket_policy",), ("AWS::S3::BucketPolicy",), ("bucket",)),
    Kind(
        "load balancer",
        ("aws_lb",),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer",),
        ("name",),
        {"ipaddresstype": "ipv4"},
    ),
    Kind(
        "target group",
        ("aws_lb_target_group",),
        ("AWS::ElasticLoadBalancingV2::TargetGroup",),
        ("name",),
    ),
    Kind(
        "listener",
        ("aws_lb_listener",),
        ("AWS::ElasticLoadBalancingV2::Listener",),
        ("port",),
        {"defaultactions.redirectconfig.path": "/#{path}", "defaultactions.redirectconfig.query": "#{query}"},
    ),
    Kind("web acl", ("aws_wafv2_web_acl",), ("AWS::WAFv2::WebACL",), ("name",)),
    Kind(
        "web acl association", ("aws_wafv2_web_acl_association",), ("AWS::WAFv2::WebACLAssociation",), ("resourcearn",)
    ),
    Kind(
        "web acl logging",
        ("aws_wafv2_web_acl_logging_configuration",),
        ("AWS::WAFv2::LoggingConfiguration",),
        ("resourcearn",),
    ),
    Kind("cluster", ("aws_ecs_cluster",), ("AWS::ECS::Cluster",), ("clustername",)),
    Kind(
        "capacity providers",
        ("aws_ecs_cluster_capacity_providers",),
        ("AWS::ECS::ClusterCapacityProviderAssociations",),
        ("cluster",),
    ),
    Kind("task definition", ("aws_ecs_task_definition",), ("AWS::ECS::TaskDefinition",), ("family",)),
    Kind(
        "service",
        ("aws_ecs_service",),
        ("AWS::ECS::Service",),
        ("servicename",),
        {"schedulingstrategy": "REPLICA", "platformversion": "LATEST"},
    ),
    Kind(
        "scalable target",
        ("aws_appautoscaling_target",),
        ("AWS::ApplicationAutoScaling::ScalableTarget",),
        ("resourceid",),
    ),
    Kind(
        "scaling policy",
        ("aws_appautoscaling_policy",),
        ("AWS::ApplicationAutoScaling::ScalingPolicy",),
        ("policyname",),
    ),
    Kind(
        "parameter",
        ("aws_ssm_parameter",),
        ("AWS::SSM::Parameter",),
        ("name",),
        {"tier": "Standard", "datatype": "text"},
    ),
    Kind("role", ("aws_iam_role",), ("AWS::IAM::Role",), ("rolename",), {"path": "/", "maxsessionduration": 3600}),
    Kind("managed policy", ("aws_iam_policy",), ("AWS::IAM::ManagedPolicy",), ("policyname",), {"path": "/"}),
    Kind("policy attachment", ("aws_iam_role_policy_attachment",), (), ("role", "policyarn")),
    Kind("identity provider", ("aws_iam_openid_connect_provider",), ("AWS::IAM::OIDCProvider",), ("url",)),
    Kind("topic", ("aws_sns_topic",), ("AWS::SNS::Topic",), ("topicname",)),
    Kind("topic policy", ("aws_sns_topic_policy",), ("AWS::SNS::TopicPolicy",), ("topics",)),
    Kind("subscription", ("aws_sns_topic_subscription",), ("AWS::SNS::Subscription",), ("topicarn", "endpoint")),
    Kind("alarm", ("aws_cloudwatch_metric_alarm",), ("AWS::CloudWatch::Alarm",), ("alarmname",)),
    Kind(
        "composite alarm",
        ("aws_cloudwatch_composite_alarm",),
        ("AWS::CloudWatch::CompositeAlarm",),
        ("alarmname",),
    ),
    Kind("dashboard", ("aws_cloudwatch_dashboard",), ("AWS::CloudWatch::Dashboard",), ("dashboardname",)),
    Kind(
        "budget",
        ("aws_budgets_budget",),
        ("AWS::Budgets::Budget",),
        ("budgetname",),
        {"budget.timeperiodend": "2087-06-15_00:00"},
    ),
)
BY_TERRAFORM = {name: kind for kind in KINDS for name in kind.terraform}
BY_CLOUDFORMATION = {name: kind for kind in KINDS for name in kind.cloudformation}


def finish(drafts: list[Draft], place: Place, refer: Refer) -> Model:
    """Resolve references and keys, fold what is part of another resource."""
    from tools.parity.folding import fold

    by_source = {draft.source: draft for draft in drafts}
    keys: dict[str, str] = {}

    def key_of(source: str) -> str:
        if source not in keys:
            draft = by_source[source]
            keys[source] = "?"  # a cycle would stay so
            parts = [_deep(draft.properties, path) for path in draft.kind.key]
            key = " ".join(str(_resolved(part, refer, resolve)) for part in parts)
            keys[source] = key.removeprefix("https://")  # of an identity provider
        return keys[source]

    def resolve(source: str, attribute: str) -> str:
        return reference(place, by_source[source].kind.name, key_of(source), attribute)

    model: Model = {}
    for draft in drafts:
        properties = _resolved(draft.properties, refer, resolve)
        properties = normal(properties)
        for path, value in draft.kind.defaults.items():
            _drop_default(properties, path, value)
        resource = Resource(draft.kind.name, key_of(draft.source), properties, draft.source)
        if resource.name in model:
            raise ValueError(f"two resources are {resource.name}: {model[resource.name].source}, {draft.source}")
        model[resource.name] = resource
    return fold(model)


def _deep(properties: dict[str, Any], path: str) -> Any:
    found: Any = properties
    for step in path.split("."):
        found = found.get(step, "") if isinstance(found, dict) else ""
    return found


def _drop_default(properties: dict[str, Any], path: str, default: Any) -> None:
    *steps, last = path.split(".")
    found: Any = properties
    for step in steps:
        found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, dict) and found.get(last) == default:
        del found[last]


def _resolved(value: Any, refer: Refer, resolve: Callable[[str, str], str]) -> Any:
    if isinstance(value, str):
        return refer(value, resolve)
    if isinstance(value, list):
        items = [_resolved(item, refer, resolve) for item in value]
        return sorted(items, key=str) if all(isinstance(item, str) for item in items) else items
    if isinstance(value, dict):
        return {key: _resolved(item, refer, resolve) for key, item in value.items()}
    return value
