"""Data: what outlives every release: the key, images, records, access logs and the topics that alarms go to.

The topics are here, not with the alarms: the service is rolled back by alarms, which exist before it, and their
actions before them.
"""

from __future__ import annotations

from typing import Any, Literal

from aws_cdk import Stack
from constructs import Construct

from logging_infra.config import Environment
from logging_infra.constants import Constants
from logging_infra.constructs.access_log_bucket import AccessLogBucket
from logging_infra.constructs.alert_topic import AlertTopic
from logging_infra.constructs.arns import Arns
from logging_infra.constructs.data_protection import data_protection_policy
from logging_infra.constructs.image_repository import ImageRepository
from logging_infra.constructs.key import Key
from logging_infra.constructs.log_anomaly_detector import LogAnomalyDetector
from logging_infra.constructs.log_group import LogGroup


class DataStack(Stack):
    """KMS key, ECR repository, log groups, bucket for access logs, topics."""

    def __init__(
        self, scope: Construct, construct_id: str, *, values: Environment, constants: Constants, **stack: Any
    ) -> None:
        super().__init__(scope, construct_id, **stack)
        self._values, self._arns = values, Arns(values.account, values.region)
        prefix, path, retain = values.prefix, values.path, values.protection.retain_data
        firewall = f"aws-waf-logs-{prefix}"  # WAF insists on this beginning
        self.key = Key(self, "Key", name=prefix, arns=self._arns, log_groups=[f"{path}/*", firewall], retain=retain)
        self.repository = ImageRepository(
            self,
            "Images",
            name=f"{prefix}/{values.service.name}",
            key_arn=self.key.arn,
            retain=retain,
            untagged_days=constants.images.untagged_days,
            candidate_prefix=constants.images.candidate_prefix,
            candidates_kept=constants.images.candidates_kept,
        )
        own_class = values.logs.log_class
        self.service_logs = self._log_group(
            "ServiceLogs",
            f"{path}/{values.service.name}",
            "STANDARD",  # metric filters and data protection need it
            data_protection_policy(prefix, constants.sensitive_data),
        )
        self.exec_logs = self._log_group("ExecLogs", f"{path}/exec", own_class)
        self.flow_logs = self._log_group("FlowLogs", f"{path}/flow-logs", own_class)
        self.firewall_logs = self._log_group("FirewallLogs", firewall, own_class)
        LogAnomalyDetector(self, "UnusualRecords", name=prefix, log_group_arn=self.service_logs.bare_arn)
        self.access_logs = AccessLogBucket(
            self,
            "AccessLogs",
            name=f"{prefix}-alb-logs-{values.account}-{values.region}",
            account=values.account,
            prefix=constants.access_logs.prefix,
            expire_days=constants.access_logs.expire_days,
            abort_upload_days=constants.access_logs.abort_upload_days,
            retain=retain,
        )
        receivers = {"critical": values.alarms.critical, "warning": values.alarms.warning}
        #: ARN of the topic of each severity.
        self.topic_arns = {
            severity: AlertTopic(
                self,
                f"Topic-{severity}",
                name=f"{prefix}-{severity}",
                key_arn=self.key.arn,
                receivers=addresses,
                arns=self._arns,
            ).arn
            for severity, addresses in receivers.items()
        }

    def _log_group(
        self,
        construct_id: str,
        name: str,
        log_class: Literal["STANDARD", "INFREQUENT_ACCESS"],
        data_protection: dict[str, Any] | None = None,
    ) -> LogGroup:
        return LogGroup(
            self,
            construct_id,
            name=name,
            arns=self._arns,
            key_arn=self.key.arn,
            retention_days=self._values.logs.retention_days,
            log_class=log_class,
            retain=self._values.protection.retain_data,
            data_protection=data_protection,
        )
