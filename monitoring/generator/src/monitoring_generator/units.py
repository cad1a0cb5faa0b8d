"""Units of what alerts look at, and how values in them read in a notification."""

from __future__ import annotations

from typing import Literal, assert_never

from monitoring_generator.alerts import Alert, BurnRateAlert, EventsAlert, PercentileAlert, RatioAlert, ValueAlert
from monitoring_generator.durations import format_duration
from monitoring_generator.rules.promql import number

Unit = Literal["share", "seconds", "bytes", "events", "number"]


def unit_of(alert: Alert) -> Unit:
    """The unit of its threshold, by the last word of the metric's name where the statistic does not say."""
    match alert:
        case RatioAlert() | BurnRateAlert():
            return "share"
        case EventsAlert():
            return "events"
        case ValueAlert(metric=metric) | PercentileAlert(metric=metric):
            by_name: dict[str, Unit] = {"ratio": "share", "seconds": "seconds", "bytes": "bytes"}
            return by_name.get(metric.rpartition("_")[2], "number")
        case _:
            return "number"


def value_template(unit: Unit) -> str:
    """The value of an alert as Prometheus' templates format it."""
    match unit:
        case "share":
            return "{{ $value | humanizePercentage }}"
        case "seconds":
            return "{{ $value | humanizeDuration }}"
        case "bytes":
            return "{{ $value | humanize1024 }}B"
        case "events":
            return '{{ $value | printf "%.0f" }}'
        case "number":
            return "{{ $value | humanize }}"
        case _:
            assert_never(unit)


def format_value(value: float, unit: Unit) -> str:
    """A threshold, formatted like the value next to it."""
    match unit:
        case "share":
            return f"{100 * value:.4g}%"
        case "seconds":
            return format_duration(value) if value >= 60 else f"{value:.4g}s"
        case "bytes":
            return f"{number(value)}B"
        case "events" | "number":
            return number(value)
        case _:
            assert_never(unit)
