"""What an alert tells: labels by which it is routed, annotations that people read.

The value stands in annotations only: as a label it would make another alert of each value, and no
hold would ever be over.
"""

from __future__ import annotations

from monitoring_generator.alerts import (
    AbsentAlert,
    Alert,
    AlwaysAlert,
    BurnRateAlert,
    EventsAlert,
    PercentileAlert,
    RatioAlert,
    ValueAlert,
)
from monitoring_generator.durations import format_duration
from monitoring_generator.measures import MEASURES
from monitoring_generator.spec import Spec
from monitoring_generator.units import format_value, unit_of, value_template


def labels_of(alert: Alert) -> dict[str, str]:
    """Labels beside those of the series.

    What is told at once may come from the library too, which posts each record to Alertmanager
    under the same name with `channel: direct`; one mutes the other.
    """
    notify = {"notify": alert.notify} if alert.notify else {}
    channel = {"channel": "metrics"} if alert.notify == "immediate" else {}
    return {"severity": alert.severity, **notify, **channel}


def annotations_of(alert: Alert, spec: Spec) -> dict[str, str]:
    """All annotations; each alert has the same keys."""
    subject = " ".join(f"{{{{ $labels.{label} }}}}" for label in series_labels(alert))
    value = value_template(unit_of(alert))
    now = f" (now {value})"
    match alert:
        case AbsentAlert():
            value, now = "no series", ""
        case AlwaysAlert():
            value, now = "always", ""
    job = "?var-job={{ $labels.job | urlquery }}" if "job" in series_labels(alert) else ""
    return {
        "summary": f"{f'{subject}: ' if subject else ''}{alert.summary}{now}",
        "description": alert.description,
        "value": value,
        "threshold": threshold_text(alert),
        "runbook_url": spec.runbook_of(alert),
        "dashboard_url": f"{spec.dashboard_of(alert)}{job}",
    }


def series_labels(alert: Alert) -> tuple[str, ...]:
    """The labels by which one series that fires differs from another."""
    match alert:
        case RatioAlert() | BurnRateAlert():
            return ("job",)
        case PercentileAlert() | EventsAlert():
            return ("job", *alert.by)
        case ValueAlert():
            return MEASURES[alert.metric].labels if alert.metric in MEASURES else ("job", "instance")
        case AbsentAlert():
            return tuple(alert.expected)
        case AlwaysAlert():
            return ()


def threshold_text(alert: Alert) -> str:
    """The threshold in words, in the unit of the value."""
    match alert:
        case RatioAlert() | PercentileAlert() | EventsAlert() | ValueAlert():
            return f"{alert.comparison} {format_value(alert.threshold, unit_of(alert))}"
        case BurnRateAlert():
            return ", or ".join(
                f"> {format_value(window.factor * alert.objective.budget, 'share')}"
                f" over {format_duration(window.long)} and {format_duration(window.short)}"
                for window in alert.windows
            )
        case AbsentAlert():
            return "at least one series"
        case AlwaysAlert():
            return "none"
