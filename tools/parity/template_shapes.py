"""CloudFormation's shapes for what the model has otherwise: documents, attributes in lists, parts of resources."""

from __future__ import annotations

from typing import Any

from tools.parity.model import document
from tools.parity.shapes import Shapes, Values

#: Type → property with a JSON document or policy → its name in the model.
_DOCUMENTS: dict[str, dict[str, str]] = {
    "AWS::CloudWatch::Dashboard": {"DashboardBody": "dashboardbodydocument"},
    "AWS::IAM::ManagedPolicy": {"PolicyDocument": "policydocument"},
    "AWS::IAM::Role": {"AssumeRolePolicyDocument": "assumerolepolicydocument"},
    "AWS::KMS::Key": {"KeyPolicy": "policydocument"},
    "AWS::Logs::LogGroup": {"DataProtectionPolicy": "dataprotectiondocument"},
    "AWS::Logs::ResourcePolicy": {"PolicyDocument": "document"},
    "AWS::S3::BucketPolicy": {"PolicyDocument": "policydocument"},
    "AWS::SNS::TopicPolicy": {"PolicyDocument": "policydocument"},
}
_RENAMED: dict[str, dict[str, str]] = {
    "AWS::IAM::ManagedPolicy": {"ManagedPolicyName": "policyname"},
    "AWS::ECS::Service": {"CapacityProviderStrategy": "capacityproviderstrategy"},
    "AWS::KMS::Alias": {"TargetKeyId": "targetkeyid"},
    "AWS::EC2::FlowLog": {"LogGroupName": "loggroup", "LogDestination": "loggroup"},
}


def shape(kind: str, values: Values) -> Values:
    """The properties of a resource under the model's names."""
    made = dict(values)
    if isinstance(made.get("Tags"), list):
        made["Tags"] = {tag["Key"]: tag["Value"] for tag in made["Tags"]}
    for old, new in {**_DOCUMENTS.get(kind, {}), **_RENAMED.get(kind, {})}.items():
        if old in made:
            value = made.pop(old)
            made[new] = document(value) if old in _DOCUMENTS.get(kind, {}) else value
    return _shape.apply(kind, made)


_shape = Shapes()


def _mapping(pairs: Any) -> dict[str, Any]:
    return {one["Key"]: one["Value"] for one in pairs or []}


@_shape("AWS::ElasticLoadBalancingV2::LoadBalancer")
def _load_balancer(values: Values) -> Values:
    values["loadbalancerattributes"] = _mapping(values.pop("LoadBalancerAttributes", None))
    return values


@_shape("AWS::ElasticLoadBalancingV2::TargetGroup")
def _target_group(values: Values) -> Values:
    values["targetgroupattributes"] = _mapping(values.pop("TargetGroupAttributes", None))
    return values


@_shape("AWS::ElasticLoadBalancingV2::Listener")
def _listener(values: Values) -> Values:
    values["Certificates"] = ",".join(one["CertificateArn"] for one in values.get("Certificates") or [])
    return values


@_shape("AWS::EC2::SecurityGroupIngress")
def _ingress(values: Values) -> Values:
    return _rule(values, "SourceSecurityGroupId")


@_shape("AWS::EC2::SecurityGroupEgress")
def _egress(values: Values) -> Values:
    return _rule(values, "DestinationSecurityGroupId")


def _rule(values: Values, other: str) -> Values:
    for name in ("CidrIp", other):
        if name in values:
            values["peer"] = values.pop(name)
    return values


@_shape("AWS::ECR::Repository")
def _repository(values: Values) -> Values:
    text = values.pop("LifecyclePolicy", {}).get("LifecyclePolicyText")
    if text:
        values["lifecycledocument"] = document(text)
    return values


@_shape("AWS::SNS::TopicPolicy")
def _topic_policy(values: Values) -> Values:
    [values["Topics"]] = values["Topics"]
    return values


@_shape("AWS::Budgets::Budget")
def _budget(values: Values) -> Values:
    budget = dict(values.pop("Budget"))
    values["budgetname"] = budget.pop("BudgetName")
    tags = values.pop("ResourceTags", None)
    if tags:
        values["tags"] = _mapping(tags)
    return {**values, "budget": budget}
