"""An alert of `monitoring/alerts.yaml` as CloudWatch alarms; `environments/README.md` has the rules.

The alert gives threshold and times, `alerts:` of `environments/stack.yaml` what CloudWatch measures for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from logging_infra.alarms.model import Alarm, CompositeAlarm, Measured
from monitoring_generator.alerts import (
    AbsentAlert,
    Alert,
    AlwaysAlert,
    BurnRateAlert,
    BurnWindow,
    EventsAlert,
    PercentileAlert,
    RatioAlert,
    ValueAlert,
)
from monitoring_generator.durations import format_duration

_MINUTE, _DAY = 60, 86_400


def alarms_of(alert: Alert, measured: Mapping[str, Any], runbook: str) -> Iterator[Alarm | CompositeAlarm]:
    """Its alarms, a composite after its parts; none of an alert that always fires."""
    match alert:
        case AlwaysAlert():
            return
        case BurnRateAlert():
            yield from _burn_rate(alert, measured, runbook)
        case RatioAlert() | PercentileAlert():
            period = int(alert.window)
            yield _alarm(alert, measured, runbook, period=period, periods=_periods(alert.hold, period))
        case EventsAlert():
            yield _alarm(
                alert, measured, runbook, period=_MINUTE, periods=_periods(alert.window, _MINUTE), datapoints=1
            )
        case ValueAlert() | AbsentAlert():
            yield _alarm(alert, measured, runbook, period=_MINUTE, periods=_periods(alert.hold, _MINUTE))


def metrics_of(measured: Mapping[str, Any]) -> dict[str, Measured]:
    """The metrics by their keys."""
    return {key: Measured(**metric) for key, metric in measured["metrics"].items()}


def _periods(seconds: float, period: int) -> int:
    return max(1, math.ceil(seconds / period))


def _alarm(
    alert: RatioAlert | PercentileAlert | EventsAlert | ValueAlert | AbsentAlert,
    measured: Mapping[str, Any],
    runbook: str,
    *,
    period: int,
    periods: int,
    datapoints: int | None = None,
) -> Alarm:
    comparison, threshold = ("<", 1.0) if isinstance(alert, AbsentAlert) else (alert.comparison, alert.threshold)
    return Alarm(
        name=alert.name,
        summary=alert.summary,
        runbook=runbook,
        severity=alert.severity,  # type: ignore[arg-type]  # the two that topics are for
        metrics=metrics_of(measured),
        expression=_filled(measured.get("expression"), min_count=getattr(alert, "min_count", None)),
        comparison=comparison,
        threshold=threshold,
        period=period,
        evaluation_periods=periods,
        datapoints=datapoints or periods,
        missing=measured["missing"],
    )


def _burn_rate(alert: BurnRateAlert, measured: Mapping[str, Any], runbook: str) -> Iterator[Alarm | CompositeAlarm]:
    lines = []
    for window in alert.windows:
        names = []
        for seconds, min_count in ((window.long, alert.min_count), (window.short, 1)):
            part = _burn_part(alert, window, measured, runbook, seconds=seconds, min_count=min_count or 1)
            yield part
            names.append(part.name)
        lines.append(tuple(names))
    yield CompositeAlarm(
        name=alert.name,
        summary=alert.summary,
        runbook=runbook,
        severity=alert.severity,  # type: ignore[arg-type]  # the two that topics are for
        any_of=tuple(lines),
    )


def _burn_part(
    alert: BurnRateAlert,
    window: BurnWindow,
    measured: Mapping[str, Any],
    runbook: str,
    *,
    seconds: float,
    min_count: int,
) -> Alarm:
    # CloudWatch sums over a day at most: of three days each must burn.
    period = min(int(seconds), _DAY)
    return Alarm(
        name=f"{alert.name}-{format_duration(seconds)}",
        summary=f"{alert.summary}, within {format_duration(seconds)}",
        runbook=runbook,
        severity=None,
        metrics=metrics_of(measured),
        expression=_filled(measured["expression"], min_count=min_count, objective=alert.objective.objective),
        comparison=">",
        threshold=window.factor,
        period=period,
        evaluation_periods=_periods(seconds, period),
        datapoints=_periods(seconds, period),
        missing=measured["missing"],
    )


def _filled(expression: str | None, **values: object) -> str | None:
    for key, value in values.items():
        if expression:
            expression = expression.replace(f"{{{key}}}", str(value))
    return expression
