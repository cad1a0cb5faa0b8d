"""A percentile of a distribution, recorded with the number of its observations.

Without observations it is absent, where `histogram_quantile` alone gives NaN.
"""

from __future__ import annotations

from monitoring_generator.alerts import PercentileAlert
from monitoring_generator.durations import format_duration
from monitoring_generator.rules.pace import Pace
from monitoring_generator.rules.promql import Rule, number, recording, selector


def _names(alert: PercentileAlert) -> tuple[str, str]:
    """Recorded series: percentile and count, named by the real window."""
    window = format_duration(alert.window)
    level = "_".join(["job", *alert.by])
    return (
        f"{level}:{alert.metric}:p{number(alert.percentile).replace('.', '_')}_{window}",
        f"{level}:{alert.metric}:increase{window}",
    )


def recordings(alert: PercentileAlert, pace: Pace) -> list[Rule]:
    """The two series. Buckets are added up before the percentile is taken: percentiles cannot be averaged."""
    percentile, count = _names(alert)
    window = pace.window(alert.window)
    labels = ", ".join(["job", *alert.by])
    buckets = f"sum by ({labels}, le) (rate({selector(f'{alert.metric}_bucket', alert.of)}[{window}]))"
    share = number(alert.percentile / 100)
    return [
        recording(count, f"sum by ({labels}) (increase({selector(f'{alert.metric}_count', alert.of)}[{window}]))"),
        recording(percentile, f"histogram_quantile({share}, {buckets}) and {count} > 0"),
    ]


def condition(alert: PercentileAlert) -> str:
    """True while the percentile is beyond the threshold and enough was observed to tell."""
    percentile, count = _names(alert)
    guard = f" and {count} >= {alert.min_count}" if alert.min_count else ""
    return f"{percentile} {alert.comparison} {number(alert.threshold)}{guard}"
