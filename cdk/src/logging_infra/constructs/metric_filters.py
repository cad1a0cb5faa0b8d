"""Metrics made from records: what CloudWatch counts and measures while it takes them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_logs as logs
from constructs import Construct


class MetricFilters(Construct):
    """A filter of `log_group` for each of `metrics` (name, pattern, value, unit), named `<prefix>-<metric>`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        log_group: str,
        namespace: str,
        metrics: Sequence[Mapping[str, str]],
    ) -> None:
        super().__init__(scope, construct_id)
        for metric in metrics:
            logs.CfnMetricFilter(
                self,
                metric["name"],
                filter_name=f"{prefix}-{metric['name']}",
                log_group_name=log_group,
                filter_pattern=metric["pattern"],
                metric_transformations=[
                    {
                        "metricNamespace": namespace,
                        "metricName": metric["name"],
                        "metricValue": metric["value"],
                        "unit": metric["unit"],
                    }
                ],
            )
