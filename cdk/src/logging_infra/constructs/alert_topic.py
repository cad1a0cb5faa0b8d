"""A topic for the alarms of one severity, and who hears of them."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_sns as sns
from constructs import Construct

from logging_infra.constructs.arns import Arns
from logging_infra.constructs.policies import allow, document
from logging_infra.constructs.tagging import name_tag


class AlertTopic(Construct):
    """An encrypted topic named `name`; alarms and budgets of this account publish, `receivers` get it.

    A receiver is an e-mail address, which has to confirm, or an https URL.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, key_arn: str, receivers: Sequence[str], arns: Arns
    ) -> None:
        super().__init__(scope, construct_id)
        topic = sns.CfnTopic(self, "Resource", topic_name=name, kms_master_key_id=key_arn)
        name_tag(topic, name)
        self.arn = topic.ref
        self.name = topic.attr_topic_name
        sns.CfnTopicPolicy(
            self,
            "Policy",
            topics=[topic.ref],
            policy_document=document(
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sns:Publish",
                    "Resource": topic.ref,
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                allow(
                    "Notifications",
                    "sns:Publish",
                    topic.ref,
                    Principal={"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]},
                    Condition={"StringEquals": {"aws:SourceAccount": arns.account}},
                ),
            ),
        )
        for number, receiver in enumerate(receivers):
            sns.CfnSubscription(
                self,
                f"Receiver{number}",
                topic_arn=topic.ref,
                protocol="https" if receiver.startswith("https://") else "email",
                endpoint=receiver,
            )
