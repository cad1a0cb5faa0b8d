"""Acceptance checks of tags and names on everything (infra.md part E: 33)."""

from __future__ import annotations

import json
from typing import Any

from logging_infra.build import Inputs, tags_of
from logging_infra.synthesis import Templates

#: Types that take no tags, by their reference.
WITHOUT_TAGS = {
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::IAM::ManagedPolicy",
    "AWS::KMS::Alias",
    "AWS::Logs::LogAnomalyDetector",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::WAFv2::WebACLAssociation",
}


def as_mapping(tags: Any) -> dict[str, str]:
    """Tags are a list of pairs, or a mapping (SSM)."""
    return dict(tags) if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}


def test_everything_that_takes_tags_says_whose_it_is(templates: Templates, inputs: Inputs) -> None:
    """33."""
    expected = tags_of(inputs.values)
    assert set(expected) == {"Project", "Environment", "Owner", "CostCenter", "Repository", "ManagedBy"}
    for each in templates.all():
        if each.type not in WITHOUT_TAGS:
            tags = each.properties.get("Tags", each.properties.get("ResourceTags"))
            assert tags, f"{each.type} {each.logical_id}"
            assert expected.items() <= as_mapping(tags).items()


def test_tasks_have_the_tags_of_their_service(templates: Templates) -> None:
    """So that their cost is found (33)."""
    assert templates.one("AWS::ECS::Service").properties["PropagateTags"] == "SERVICE"


def test_an_environment_has_five_stacks_of_its_name(templates: Templates) -> None:
    """And nothing that needs a Lambda function or an uploaded asset."""
    assert set(templates.templates) == {"network", "data", "service", "observability", "identity"}
    assert not [each for each in templates.all() if each.type.startswith(("AWS::Lambda", "Custom::"))]
    assert "cdk-hnb659fds-assets" not in json.dumps(templates.templates)


def test_nothing_is_of_another_environment(templates: Templates, inputs: Inputs) -> None:
    """Every account and region in the templates is the environment's."""
    text = json.dumps(templates.templates)
    others = {"111111111111", "222222222222", "333333333333"} - {inputs.values.account}
    assert not [account for account in others if account in text]
    assert inputs.values.account in text
