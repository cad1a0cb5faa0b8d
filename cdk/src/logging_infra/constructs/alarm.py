"""One CloudWatch alarm, of each of the three kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from logging_infra.alarms.model import COMPARISONS, Alarm, BandAlarm, CompositeAlarm, Measured
from logging_infra.constructs.metrics import Sources
from logging_infra.constructs.tagging import name_tag

#: ARN of the topic of each severity.
Topics = Mapping[str, str]


class MetricAlarm(Construct):
    """The alarm `<prefix>-<name>`: on one metric, or with an expression on several."""

    def __init__(
        self, scope: Construct, construct_id: str, *, prefix: str, alarm: Alarm, sources: Sources, topics: Topics
    ) -> None:
        super().__init__(scope, construct_id)
        name = f"{prefix}-{alarm.name}"
        resource = cloudwatch.CfnAlarm(
            self,
            "Resource",
            alarm_name=name,
            alarm_description=f"{alarm.summary}; {alarm.runbook}",
            comparison_operator=COMPARISONS[alarm.comparison],
            threshold=alarm.threshold,
            evaluation_periods=alarm.evaluation_periods,
            datapoints_to_alarm=alarm.datapoints,
            treat_missing_data=alarm.missing,
            **_actions(alarm.severity, topics),
            **(_math(alarm, sources) if alarm.expression else _plain(alarm, sources)),
        )
        name_tag(resource, name)
        self.name = resource.ref


class BandMetricAlarm(Construct):
    """The alarm `<prefix>-<name>` on a metric outside the band of what is usual."""

    def __init__(
        self, scope: Construct, construct_id: str, *, prefix: str, alarm: BandAlarm, sources: Sources, topics: Topics
    ) -> None:
        super().__init__(scope, construct_id)
        name = f"{prefix}-{alarm.name}"
        resource = cloudwatch.CfnAlarm(
            self,
            "Resource",
            alarm_name=name,
            alarm_description=f"{alarm.summary}; {alarm.runbook}",
            comparison_operator="LessThanLowerOrGreaterThanUpperThreshold",
            threshold_metric_id="band",
            evaluation_periods=alarm.evaluation_periods,
            datapoints_to_alarm=alarm.datapoints,
            treat_missing_data=alarm.missing,
            metrics=[
                _query("value", alarm.metric, alarm.period, sources, returned=True),
                {
                    "id": "band",
                    "expression": f"ANOMALY_DETECTION_BAND(value, {alarm.deviations})",
                    "label": alarm.name,
                    "returnData": True,
                },
            ],
            **_actions(alarm.severity, topics),
        )
        name_tag(resource, name)


class CompositeMetricAlarm(Construct):
    """The alarm `<prefix>-<name>` on others, whose names `name_of` has (as references, so that they are made first)."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        prefix: str,
        alarm: CompositeAlarm,
        name_of: Mapping[str, str],
        topics: Topics,
    ) -> None:
        super().__init__(scope, construct_id)
        lines = [" AND ".join(f'ALARM("{name_of[name]}")' for name in line) for line in alarm.any_of]
        rule = " OR ".join(f"({line})" if " AND " in line else line for line in lines)
        name = f"{prefix}-{alarm.name}"
        resource = cloudwatch.CfnCompositeAlarm(
            self,
            "Resource",
            alarm_name=name,
            alarm_description=f"{alarm.summary}; {alarm.runbook}",
            alarm_rule=rule,
            **_actions(alarm.severity, topics),
        )
        name_tag(resource, name)
        self.name = resource.ref


def _actions(severity: str | None, topics: Topics) -> dict[str, Any]:
    if severity is None:
        return {}
    return {"alarm_actions": [topics[severity]], "ok_actions": [topics[severity]]}


def _plain(alarm: Alarm, sources: Sources) -> dict[str, Any]:
    [measured] = alarm.metrics.values()
    metric = sources.metric(measured)
    percentile = measured.statistic.startswith("p")
    return {
        "namespace": metric["namespace"],
        "metric_name": metric["metricName"],
        "dimensions": metric["dimensions"],
        "period": alarm.period,
        "extended_statistic" if percentile else "statistic": measured.statistic,
    }


def _math(alarm: Alarm, sources: Sources) -> dict[str, Any]:
    queries = [_query(key, measured, alarm.period, sources, returned=False) for key, measured in alarm.metrics.items()]
    value = {"id": "value", "expression": alarm.expression, "label": alarm.name, "returnData": True}
    return {"metrics": [*queries, value]}


def _query(key: str, measured: Measured, period: int, sources: Sources, *, returned: bool) -> dict[str, Any]:
    stat = {"metric": sources.metric(measured), "period": period, "stat": measured.statistic}
    return {"id": key, "metricStat": stat, "returnData": returned}
