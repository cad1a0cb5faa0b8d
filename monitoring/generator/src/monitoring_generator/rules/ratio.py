"""A ratio: rate of a part over rate of the whole, each recorded.

The quotient is absent, not NaN, while nothing is recorded; a part without series yet counts as 0.
"""

from __future__ import annotations

from monitoring_generator.alerts import RatioAlert
from monitoring_generator.durations import format_duration
from monitoring_generator.rules.pace import Pace
from monitoring_generator.rules.promql import Rule, number, recording, selector


def _names(alert: RatioAlert) -> tuple[str, str, str, str]:
    """Recorded series: rate of the part, of the whole, their quotient, count of the whole; named by the real window."""
    window = format_duration(alert.window)
    whole = alert.metric.removesuffix("_total")
    return (
        f"job:{alert.recorded_as}:rate{window}",
        f"job:{whole}:rate{window}",
        f"job:{alert.recorded_as}:ratio_rate{window}",
        f"job:{whole}:increase{window}",
    )


def recordings(alert: RatioAlert, pace: Pace) -> list[Rule]:
    """The four series, in the order in which they need each other."""
    part, whole, ratio, count = _names(alert)
    window = pace.window(alert.window)
    of_whole = f"{selector(alert.metric, alert.of)}[{window}]"
    of_part = f"{selector(alert.metric, alert.part)}[{window}]"
    return [
        recording(whole, f"sum by (job) (rate({of_whole}))"),
        recording(part, f"sum by (job) (rate({of_part})) or 0 * {whole}"),
        recording(ratio, f"{part} / ({whole} > 0)"),
        recording(count, f"sum by (job) (increase({of_whole}))"),
    ]


def condition(alert: RatioAlert) -> str:
    """True while the share is beyond the threshold and enough was recorded to tell."""
    _, _, ratio, count = _names(alert)
    guard = f" and {count} >= {alert.min_count}" if alert.min_count else ""
    return f"{ratio} {alert.comparison} {number(alert.threshold)}{guard}"
