"""Log groups: encrypted, kept for so many days and no longer."""

from __future__ import annotations

from typing import Any, Literal

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

from logging_infra.constructs.arns import Arns
from logging_infra.constructs.tagging import name_tag


class LogGroup(Construct):
    """A log group named `name`, encrypted with the key `key_arn`; `retain`: it outlives its stack."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        arns: Arns,
        key_arn: str,
        retention_days: int,
        log_class: Literal["STANDARD", "INFREQUENT_ACCESS"],
        retain: bool,
        data_protection: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.resource = logs.CfnLogGroup(
            self,
            "Resource",
            log_group_name=name,
            kms_key_id=key_arn,
            retention_in_days=retention_days,
            log_group_class=log_class,
            data_protection_policy=data_protection,
        )
        self.resource.apply_removal_policy(RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY)
        name_tag(self.resource, name)
        self.name = self.resource.ref
        #: With `:*`, for its streams.
        self.arn = self.resource.attr_arn
        #: Without, which WAF and anomaly detectors insist on.
        self.bare_arn = arns.log_group(self.name)
