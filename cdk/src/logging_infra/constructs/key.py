"""The environment's own KMS key: log groups, images and topics are encrypted with it."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from constructs import Construct

from logging_infra.constructs.arns import Arns
from logging_infra.constructs.policies import allow, document
from logging_infra.constructs.tagging import name_tag

_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


class Key(Construct):
    """A rotated key with the alias `alias/<name>`.

    CloudWatch Logs may use it for `log_groups` (names, `*` at the end for a family) and for nothing else; alarms and
    budgets of this account may publish to topics that it encrypts.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, name: str, arns: Arns, log_groups: list[str], retain: bool
    ) -> None:
        super().__init__(scope, construct_id)
        groups = [arns.log_group(group) for group in log_groups]
        self.resource = kms.CfnKey(
            self,
            "Resource",
            description=f"Records, images and notifications of {name}",
            enable_key_rotation=True,
            pending_window_in_days=30 if retain else 7,  # retained records cannot be read without it
            key_policy=document(
                allow("Account", "kms:*", "*", Principal={"AWS": arns.root}),
                allow(
                    "Logs",
                    _USE,
                    "*",
                    Principal={"Service": f"logs.{arns.region}.amazonaws.com"},
                    Condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
                ),
                allow(
                    "Notifications",
                    ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "*",
                    Principal={"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "sns.amazonaws.com"]},
                    Condition={"StringEquals": {"aws:SourceAccount": arns.account}},
                ),
            ),
        )
        self.resource.apply_removal_policy(RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY)
        name_tag(self.resource, name)
        kms.CfnAlias(self, "Alias", alias_name=f"alias/{name}", target_key_id=self.resource.ref)
        self.arn = self.resource.attr_arn
