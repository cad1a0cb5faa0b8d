"""AWS::Logs: groups, filters, saved queries, anomaly detectors, resource policies."""

from __future__ import annotations

import json
from typing import Any

from tools.aws_local.cloudformation.model import PutResource, Resource, tags_of

_APART = ("RetentionInDays", "DataProtectionPolicy", "Tags", "LogGroupName")


class LogGroup(Resource):
    """A log group."""

    TYPE = "AWS::Logs::LogGroup"
    SERVICE = "logs"
    NAME = "LogGroupName"
    IMMUTABLE = frozenset({"LogGroupName", "LogGroupClass"})

    def create(self) -> None:
        given = self.parameters("create_log_group", without=_APART)
        tags = tags_of(self.get("Tags"))
        self.call("create_log_group", logGroupName=self.name, **given, **({"tags": tags} if tags else {}))
        self.physical_resource_id = self.name
        self.attributes = {"Arn": f"arn:aws:logs:{self.region}:{self.account}:log-group:{self.name}:*"}
        self._settings(None)

    def _settings(self, old: Resource | None) -> None:
        if self.get("RetentionInDays") is not None:
            self.call("put_retention_policy", logGroupName=self.name, retentionInDays=int(self.get("RetentionInDays")))
        elif old and old.get("RetentionInDays") is not None:
            self.call("delete_retention_policy", logGroupName=self.name)
        if self.get("DataProtectionPolicy"):
            document = json.dumps(self.get("DataProtectionPolicy"))
            self.call("put_data_protection_policy", logGroupIdentifier=self.name, policyDocument=document)
        elif old and old.get("DataProtectionPolicy"):
            self.call("delete_data_protection_policy", logGroupIdentifier=self.name)

    def update(self, old: Resource) -> None:
        self.parameters("create_log_group", without=_APART)
        self._settings(old)
        if self.changed(old, "KmsKeyId"):
            if self.get("KmsKeyId"):
                self.call("associate_kms_key", logGroupName=self.name, kmsKeyId=self.get("KmsKeyId"))
            else:
                self.call("disassociate_kms_key", logGroupName=self.name)
        arn = self.attributes["Arn"].removesuffix(":*")
        gone = set(tags_of(old.get("Tags"))) - set(tags_of(self.get("Tags")))
        if gone:
            self.call("untag_resource", resourceArn=arn, tagKeys=sorted(gone))
        if self.get("Tags"):
            self.call("tag_resource", resourceArn=arn, tags=tags_of(self.get("Tags")))

    def delete(self) -> None:
        self.call("delete_log_group", logGroupName=self.name)


class MetricFilter(PutResource):
    """A filter that counts."""

    TYPE = "AWS::Logs::MetricFilter"
    SERVICE = "logs"
    NAME = "FilterName"
    IMMUTABLE = frozenset({"FilterName", "LogGroupName"})

    def put(self) -> None:
        given: dict[str, Any] = {
            "filterName": self.name,
            **self.parameters("put_metric_filter", without=["MetricTransformations"]),
        }
        given["metricTransformations"] = [_transformation(one) for one in self.get("MetricTransformations")]
        self.call("put_metric_filter", **given)
        self.physical_resource_id = self.name

    def delete(self) -> None:
        self.call("delete_metric_filter", logGroupName=self.get("LogGroupName"), filterName=self.name)


def _transformation(given: dict[str, Any]) -> dict[str, Any]:
    """A transformation: its dimensions are a list in templates and a mapping in the API."""
    made = {key[0].lower() + key[1:]: value for key, value in given.items()}
    if "dimensions" in made:
        made["dimensions"] = {one["Key"]: one["Value"] for one in made["dimensions"]}
    if "defaultValue" in made:
        made["defaultValue"] = float(made["defaultValue"])
    return made


class SubscriptionFilter(PutResource):
    """A filter that forwards."""

    TYPE = "AWS::Logs::SubscriptionFilter"
    SERVICE = "logs"
    NAME = "FilterName"
    IMMUTABLE = frozenset({"FilterName", "LogGroupName"})

    def put(self) -> None:
        self.call("put_subscription_filter", **{"filterName": self.name, **self.parameters("put_subscription_filter")})
        self.physical_resource_id = self.name

    def delete(self) -> None:
        self.call("delete_subscription_filter", logGroupName=self.get("LogGroupName"), filterName=self.name)


class QueryDefinition(Resource):
    """A saved query of Logs Insights."""

    TYPE = "AWS::Logs::QueryDefinition"
    SERVICE = "logs"

    def create(self) -> None:
        answer = self.call("put_query_definition", **self.parameters("put_query_definition"))
        self.physical_resource_id = answer["queryDefinitionId"]
        self.attributes = {"QueryDefinitionId": self.physical_resource_id}

    def update(self, old: Resource) -> None:  # noqa: ARG002 - what it was does not matter
        given = self.parameters("put_query_definition")
        self.call("put_query_definition", queryDefinitionId=self.physical_resource_id, **given)

    def delete(self) -> None:
        self.call("delete_query_definition", queryDefinitionId=self.physical_resource_id)


class LogAnomalyDetector(Resource):
    """Watches a log group for what is unusual."""

    TYPE = "AWS::Logs::LogAnomalyDetector"
    SERVICE = "logs"
    IMMUTABLE = frozenset({"LogGroupArnList", "DetectorName", "KmsKeyId", "AccountId"})

    def create(self) -> None:
        given = self.parameters("create_log_anomaly_detector", without=["AccountId"])
        answer = self.call("create_log_anomaly_detector", **given)
        self.physical_resource_id = answer["anomalyDetectorArn"]
        self.attributes = {"AnomalyDetectorArn": self.physical_resource_id}

    def update(self, old: Resource) -> None:  # noqa: ARG002 - what it was does not matter
        without = ("LogGroupArnList", "DetectorName", "KmsKeyId", "AccountId")
        given = self.parameters("update_log_anomaly_detector", without=without)
        self.call("update_log_anomaly_detector", anomalyDetectorArn=self.physical_resource_id, enabled=True, **given)

    def delete(self) -> None:
        self.call("delete_log_anomaly_detector", anomalyDetectorArn=self.physical_resource_id)


class ResourcePolicy(PutResource):
    """Which services may write to log groups."""

    TYPE = "AWS::Logs::ResourcePolicy"
    SERVICE = "logs"
    NAME = "PolicyName"
    IMMUTABLE = frozenset({"PolicyName"})

    def put(self) -> None:
        self.call("put_resource_policy", **self.parameters("put_resource_policy"))
        self.physical_resource_id = self.name

    def delete(self) -> None:
        self.call("delete_resource_policy", policyName=self.name)
