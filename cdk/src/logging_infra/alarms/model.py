"""What an alarm is, before it becomes a resource. Times are in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning"]
#: Whose metrics: ours, of the load balancer, of it and its targets, of the service, of Container Insights, of topics.
Source = Literal["log", "load_balancer", "targets", "service", "insights", "critical_topic", "warning_topic"]
Missing = Literal["breaching", "notBreaching", "ignore", "missing"]

COMPARISONS = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A metric and the statistic of it: `Sum`, `Average`, `p95` …"""

    of: Source
    metric: str
    statistic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm on one metric, or on an expression over several, named by their keys.

    It goes off when `datapoints` of the last `evaluation_periods` of `period` seconds break the threshold.
    `severity` None: part of a composite, which has the actions.
    """

    name: str
    summary: str
    runbook: str
    severity: Severity | None
    metrics: Mapping[str, Measured]
    expression: str | None
    comparison: str
    threshold: float
    period: int
    evaluation_periods: int
    datapoints: int
    missing: Missing
    rollback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BandAlarm:
    """An alarm on a metric outside the band of what is usual, `deviations` wide."""

    name: str
    summary: str
    runbook: str
    severity: Severity
    metric: Measured
    deviations: int
    period: int
    evaluation_periods: int
    datapoints: int
    missing: Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeAlarm:
    """An alarm on others: all of one line, any line. They are named as in `Alarm.name`."""

    name: str
    summary: str
    runbook: str
    severity: Severity
    any_of: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPlan:
    """All alarms of an environment; composites in the order in which they can be made."""

    alarms: tuple[Alarm, ...]
    band: BandAlarm
    composites: tuple[CompositeAlarm, ...]

    @property
    def rollback(self) -> tuple[Alarm, ...]:
        """Those that roll a deployment back."""
        return tuple(alarm for alarm in self.alarms if alarm.rollback)
