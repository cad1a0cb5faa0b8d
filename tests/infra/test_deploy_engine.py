"""The embedded AWS's CloudFormation: resources that do what they say, and failures that leave nothing behind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.cloudformation.models import Stack

from tools.aws_local import api, extension, faults, seeds
from tools.aws_local.cloudformation.model import types

REGION, ACCOUNT = "us-west-2", "111111111111"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/12345678-1234-4234-8234-123456789012"
SAMPLE = (Path(__file__).parent / "deploy_sample.yaml").read_text(encoding="utf-8")


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an empty account."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    extension.load()
    extension.reset()
    seeds.add_certificate(CERTIFICATE, "logs.example.com")
    yield api.client("cloudformation", REGION)
    faults.replace({})
    extension.reset()


def _status(client: Any, stack: str) -> str:
    return str(client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])


def _reasons(client: Any, stack: str) -> str:
    events = client.describe_stack_events(StackName=stack)["StackEvents"]
    return "\n".join(event.get("ResourceStatusReason", "") for event in events)


def _topic(**properties: Any) -> str:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t", **properties}}
    return json.dumps({"Resources": {"Topic": topic}})


def test_the_sample_has_every_type_that_there_is() -> None:
    """So that none is untested."""
    extension.load()
    template = Stack.parse_template(SAMPLE)
    used = {resource["Type"] for resource in template["Resources"].values()}
    missing = set(types()) - used
    assert missing <= {"AWS::CDK::Metadata", "AWS::IAM::Policy", "AWS::Logs::SubscriptionFilter"} | {
        "AWS::ElasticLoadBalancingV2::ListenerRule"
    }


def test_every_type_is_made_and_deleted(cloudformation: Any) -> None:
    """The whole sample, up and down."""
    cloudformation.create_stack(StackName="s", TemplateBody=SAMPLE)
    assert _status(cloudformation, "s") == "CREATE_COMPLETE", _reasons(cloudformation, "s")

    cloudformation.delete_stack(StackName="s")
    [summary] = cloudformation.list_stacks()["StackSummaries"]
    assert summary["StackStatus"] == "DELETE_COMPLETE"
    assert api.client("ec2", REGION).describe_addresses()["Addresses"] == []
    assert api.client("logs", REGION).describe_log_groups()["logGroups"] == []


def test_a_metric_filter_of_a_stack_counts(cloudformation: Any) -> None:
    """An error record is one more in the metric; its duration has the dimension."""
    cloudformation.create_stack(StackName="s", TemplateBody=SAMPLE)
    logs = api.client("logs", REGION)
    logs.create_log_stream(logGroupName="/p/dev/app", logStreamName="x")
    message = json.dumps({"level": "ERROR", "duration_ms": 12})
    event = {"timestamp": int(time.time() * 1000), "message": message}
    logs.put_log_events(logGroupName="/p/dev/app", logStreamName="x", logEvents=[event])

    def total(metric: str, **dimensions: str) -> float:
        now = datetime.now(tz=UTC)
        points = api.client("cloudwatch", REGION).get_metric_statistics(
            Namespace="p/dev",
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(float(point["Sum"]) for point in points)

    assert (total("Errors"), total("Ms", Level="ERROR")) == (1, 12)


def test_an_unknown_type_fails_with_its_name_and_leaves_nothing(cloudformation: Any) -> None:
    """moto says CREATE_COMPLETE."""
    template = json.loads(_topic())
    template["Resources"]["Thing"] = {"Type": "AWS::Nope::Thing", "DependsOn": "Topic"}
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(template))

    assert _status(cloudformation, "s") == "ROLLBACK_COMPLETE"
    assert "AWS::Nope::Thing: the embedded AWS does not have this resource type" in _reasons(cloudformation, "s")
    assert api.client("sns", REGION).list_topics()["Topics"] == []


def test_an_unknown_property_fails_with_its_path(cloudformation: Any) -> None:
    """moto drops it."""
    cloudformation.create_stack(StackName="s", TemplateBody=_topic(Colour="red"))
    assert _status(cloudformation, "s") == "ROLLBACK_COMPLETE"
    assert "property Colour" in _reasons(cloudformation, "s")


def test_an_unknown_operation_is_an_error_that_names_it(cloudformation: Any) -> None:
    """moto answers with status 500, which clients try again for minutes."""
    del cloudformation
    client = api.client("ecs", REGION)
    with pytest.raises(client.exceptions.ClientError, match="does not have ecs:ListServicesByNamespace"):
        client.list_services_by_namespace(namespace="x")


def test_a_failed_update_puts_the_old_values_back(cloudformation: Any) -> None:
    """Changed, replaced and new resources alike."""
    cloudformation.create_stack(StackName="s", TemplateBody=_topic(DisplayName="old"))
    template = json.loads(_topic(DisplayName="new"))
    template["Resources"]["Another"] = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "another"}}
    template["Resources"]["Bad"] = {
        "Type": "AWS::SNS::Topic",
        "DependsOn": ["Topic", "Another"],
        "Properties": {"Colour": 1},
    }
    cloudformation.update_stack(StackName="s", TemplateBody=json.dumps(template))

    assert _status(cloudformation, "s") == "UPDATE_ROLLBACK_COMPLETE"
    sns = api.client("sns", REGION)
    [topic] = sns.list_topics()["Topics"]
    assert sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]["DisplayName"] == "old"
    assert cloudformation.get_template(StackName="s")["TemplateBody"] == json.loads(_topic(DisplayName="old"))


def test_an_image_that_cannot_be_pulled_rolls_the_stack_back(cloudformation: Any) -> None:
    """The service runs the old revision, the parameter has its old value."""
    cloudformation.create_stack(StackName="s", TemplateBody=SAMPLE)
    broken = f"sha256:{'b' * 64}"
    faults.replace({"unpullable_images": [broken]})
    cloudformation.update_stack(
        StackName="s",
        TemplateBody=SAMPLE.replace("Value: INFO", "Value: DEBUG"),
        Parameters=[{"ParameterKey": "Digest", "ParameterValue": broken}],
    )

    assert _status(cloudformation, "s") == "UPDATE_ROLLBACK_COMPLETE"
    assert "Circuit Breaker" in _reasons(cloudformation, "s")
    [service] = api.client("ecs", REGION).describe_services(cluster="p", services=["p"])["services"]
    assert (service["taskDefinition"].rpartition(":")[2], service["runningCount"]) == ("1", 2)
    assert api.client("ssm", REGION).get_parameter(Name="/p/dev/LOG_LEVEL")["Parameter"]["Value"] == "INFO"


def test_a_service_needs_a_target_group_with_a_load_balancer(cloudformation: Any) -> None:
    """A template without `DependsOn` on the listener works by chance in moto and fails in AWS."""
    template = Stack.parse_template(SAMPLE)
    for name in ("L443", "L80"):
        del template["Resources"][name]
    template["Resources"]["Service"]["DependsOn"] = ["Providers"]
    cloudformation.create_stack(StackName="s", TemplateBody=yaml.safe_dump(template))

    assert _status(cloudformation, "s") == "ROLLBACK_COMPLETE"
    assert "does not have an associated load balancer" in _reasons(cloudformation, "s")


def test_a_resource_that_is_replaced_is_removed_after_its_successor_works(cloudformation: Any) -> None:
    """What refers to it follows."""
    template = json.loads(_topic())
    template["Resources"]["Sub"] = {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": "a@example.com"},
    }
    cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(template))
    template["Resources"]["Topic"]["Properties"]["TopicName"] = "renamed"
    cloudformation.update_stack(StackName="s", TemplateBody=json.dumps(template))

    sns = api.client("sns", REGION)
    assert [one["TopicArn"].split(":")[-1] for one in sns.list_topics()["Topics"]] == ["renamed"]
    assert [one["TopicArn"].split(":")[-1] for one in sns.list_subscriptions()["Subscriptions"]] == ["renamed"]
    events = cloudformation.describe_stack_events(StackName="s")["StackEvents"]
    deleted = next(i for i, one in enumerate(events) if one["ResourceStatus"] == "DELETE_COMPLETE")
    made = next(i for i, one in enumerate(events) if one["ResourceStatus"] == "CREATE_COMPLETE")
    assert deleted < made  # the newest event comes first


def test_an_export_in_use_keeps_its_stack(cloudformation: Any) -> None:
    """Deleting the stack that exports it fails until nobody imports it."""
    exporting = json.loads(_topic())
    exporting["Outputs"] = {"Arn": {"Value": {"Ref": "Topic"}, "Export": {"Name": "the-topic"}}}
    cloudformation.create_stack(StackName="a", TemplateBody=json.dumps(exporting))
    properties = {"TopicArn": {"Fn::ImportValue": "the-topic"}, "Protocol": "email", "Endpoint": "a@example.com"}
    importing = {"Resources": {"Sub": {"Type": "AWS::SNS::Subscription", "Properties": properties}}}
    cloudformation.create_stack(StackName="b", TemplateBody=json.dumps(importing))
    assert _status(cloudformation, "b") == "CREATE_COMPLETE"

    cloudformation.delete_stack(StackName="a")
    assert _status(cloudformation, "a") == "DELETE_FAILED"
    cloudformation.delete_stack(StackName="b")
    cloudformation.delete_stack(StackName="a")
    assert cloudformation.describe_stacks()["Stacks"] == []
