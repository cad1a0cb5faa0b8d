"""AWS::SNS: topics, subscriptions, topic policies."""

from __future__ import annotations

import json
from typing import Any

from tools.aws_local.cloudformation.model import Resource, tags_of

_TOPIC_ATTRIBUTES = ("DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig")


class Topic(Resource):
    """A topic; a FIFO topic is refused."""

    TYPE = "AWS::SNS::Topic"
    SERVICE = "sns"
    NAME = "TopicName"
    IMMUTABLE = frozenset({"TopicName"})

    def create(self) -> None:
        self.only("TopicName", "Tags", *_TOPIC_ATTRIBUTES)
        attributes = {name: str(self.get(name)) for name in _TOPIC_ATTRIBUTES if self.get(name) is not None}
        arn = self.call("create_topic", Name=self.name, Attributes=attributes, Tags=self.get("Tags", []))["TopicArn"]
        self.physical_resource_id = arn
        self.attributes = {"TopicArn": arn, "TopicName": self.name}

    def update(self, old: Resource) -> None:
        self.only("TopicName", "Tags", *_TOPIC_ATTRIBUTES)
        for name in _TOPIC_ATTRIBUTES:
            if self.changed(old, name):
                value = str(self.get(name, ""))
                self.call(
                    "set_topic_attributes", TopicArn=self.physical_resource_id, AttributeName=name, AttributeValue=value
                )
        if self.changed(old, "Tags"):
            gone = set(tags_of(old.get("Tags"))) - set(tags_of(self.get("Tags")))
            if gone:
                self.call("untag_resource", ResourceArn=self.physical_resource_id, TagKeys=sorted(gone))
            self.call("tag_resource", ResourceArn=self.physical_resource_id, Tags=self.get("Tags", []))

    def delete(self) -> None:
        self.call("delete_topic", TopicArn=self.physical_resource_id)


class Subscription(Resource):
    """A subscription of one endpoint."""

    TYPE = "AWS::SNS::Subscription"
    SERVICE = "sns"
    IMMUTABLE = frozenset({"TopicArn", "Protocol", "Endpoint"})

    def _attributes(self) -> dict[str, str]:
        self.only("TopicArn", "Protocol", "Endpoint", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery")
        given = {name: v for name, v in self.properties.items() if name not in self.IMMUTABLE}
        return {name: v if isinstance(v, str) else json.dumps(v) for name, v in given.items()}

    def create(self) -> None:
        answer = self.call(
            "subscribe",
            TopicArn=self.get("TopicArn"),
            Protocol=self.get("Protocol"),
            Endpoint=self.get("Endpoint"),
            Attributes=self._attributes(),
            ReturnSubscriptionArn=True,
        )
        self.physical_resource_id = answer["SubscriptionArn"]
        self.attributes = {"Arn": self.physical_resource_id}

    def update(self, old: Resource) -> None:  # noqa: ARG002 - what it was does not matter
        for name, value in self._attributes().items():
            arn = self.physical_resource_id
            self.call("set_subscription_attributes", SubscriptionArn=arn, AttributeName=name, AttributeValue=value)

    def delete(self) -> None:
        self.call("unsubscribe", SubscriptionArn=self.physical_resource_id)


class TopicPolicy(Resource):
    """Who may publish to topics. Deleting it leaves the owner's default policy, as SNS does."""

    TYPE = "AWS::SNS::TopicPolicy"
    SERVICE = "sns"

    def _set(self, topics: list[str], document: Any) -> None:
        for topic in topics:
            self.call(
                "set_topic_attributes",
                TopicArn=topic,
                AttributeName="Policy",
                AttributeValue=json.dumps(document),
            )

    def create(self) -> None:
        self.only("PolicyDocument", "Topics")
        self._set(self.get("Topics"), self.get("PolicyDocument"))
        self.physical_resource_id = self.name

    def update(self, old: Resource) -> None:
        self._reset([topic for topic in old.get("Topics") if topic not in self.get("Topics")])
        self._set(self.get("Topics"), self.get("PolicyDocument"))

    def _reset(self, topics: list[str]) -> None:
        owner = {"AWS:SourceOwner": self.account}
        for topic in topics:
            statement = {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "SNS:Publish",
                "Resource": topic,
                "Condition": {"StringEquals": owner},
            }
            self._set([topic], {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})

    def delete(self) -> None:
        self._reset(self.get("Topics"))
