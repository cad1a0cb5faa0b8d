"""CloudFormation's shapes for what the model has otherwise: documents, attributes in lists, parts of resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.parity.model import document

_Values = dict[str, Any]

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


def shape(kind: str, values: _Values) -> _Values:
    """The properties of a resource under the model's names."""
    made = dict(values)
    if isinstance(made.get("Tags"), list):
        made["Tags"] = {tag["Key"]: tag["Value"] for tag in made["Tags"]}
    for old, new in {**_DOCUMENTS.get(kind, {}), **_RENAMED.get(kind, {})}.items():
        if old in made:
            value = made.pop(old)
            made[new] = document(value) if old in _DOCUMENTS.get(kind, {}) else value
    return _SHAPES[kind](made) if kind in _SHAPES else made


_SHAPES: dict[str, Callable[[_Values], _Values]] = {}


def _shape(kind: str) -> Callable[[Callable[[_Values], _Values]], Callable[[_Values], _Values]]:
    def add(function: Callable[[_Values], _Values]) -> Callable[[_Values], _Values]:
        _SHAPES[kind] = function
        return function

    return add


def _mapping(pairs: Any) -> dict[str, Any]:
    return {one["Key"]: one["Value"] for one in pairs or []}


@_shape("AWS::ElasticLoadBalancingV2::LoadBalancer")
def _load_balancer(values: _Values) -> _Values:
    values["loadbalancerattributes"] = _mapping(values.pop("LoadBalancerAttributes", None))
    return values


@_shape("AWS::ElasticLoadBalancingV2::TargetGroup")
def _target_group(values: _Values) -> _Values:
    values["targetgroupattributes"] = _mapping(values.pop("TargetGroupAttributes", None))
    return values


@_shape("AWS::ElasticLoadBalancingV2::Listener")
def _listener(values: _Values) -> _Values:
    values["Certificates"] = ",".join(one["CertificateArn"] for one in values.get("Certificates") or [])
    return values


@_shape("AWS::EC2::SecurityGroupIngress")
def _ingress(values: _Values) -> _Values:
    return _rule(values, "SourceSecurityGroupId")


@_shape("AWS::EC2::SecurityGroupEgress")
def _egress(values: _Values) -> _Values:
    return _rule(values, "DestinationSecurityGroupId")


def _rule(values: _Values, other: str) -> _Values:
    for name in ("CidrIp", other):
        if name in values:
            values["peer"] = values.pop(name)
    return values


@_shape("AWS::ECR::Repository")
def _repository(values: _Values) -> _Values:
    text = values.pop("LifecyclePolicy", {}).get("LifecyclePolicyText")
    if text:
        values["lifecycledocument"] = document(text)
    return values


@_shape("AWS::SNS::TopicPolicy")
def _topic_policy(values: _Values) -> _Values:
    [values["Topics"]] = values["Topics"]
    return values


@_shape("AWS::Budgets::Budget")
def _budget(values: _Values) -> _Values:
    budget = dict(values.pop("Budget"))
    values["budgetname"] = budget.pop("BudgetName")
    tags = values.pop("ResourceTags", None)
    if tags:
        values["tags"] = _mapping(tags)
    return {**values, "budget": budget}
