"""The anomaly detector of a log group: learns which lines are usual and shows those that are not."""

from __future__ import annotations

from aws_cdk import aws_logs as logs
from constructs import Construct


class LogAnomalyDetector(Construct):
    """A detector named `name` of the group `log_group_arn` (without `:*`): looks every 15 minutes, keeps 21 days."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, log_group_arn: str) -> None:
        super().__init__(scope, construct_id)
        logs.CfnLogAnomalyDetector(
            self,
            "Resource",
            detector_name=name,
            log_group_arn_list=[log_group_arn],
            evaluation_frequency="FIFTEEN_MIN",
            anomaly_visibility_time=21,
        )
