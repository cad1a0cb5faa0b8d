"""From the specification to Prometheus' recording and alerting rules (for 2.42 and newer).

A ratio becomes three recorded series (rate of the part, rate of the whole, their quotient) and an
alert on the quotient. The quotient is absent, not NaN, while nothing is recorded; a part without
series yet counts as 0.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import yaml

from monitoring_generator.durations import format_duration
from monitoring_generator.spec import Alert, Selection, Spec

HEADER = "# made from monitoring/alerts.yaml by monitoring_generator; do not edit\n"
#: A sped-up window must still hold a few samples of a 1 s scrape, and an interval be one.
SHORTEST_WINDOW = 5.0
SHORTEST_DURATION = 1.0

Rule = dict[str, Any]


def render_rules(spec: Spec, speed_up: float = 1.0) -> dict[str, str]:
    """The text of each rule file by its name.

    `speed_up` divides every duration, for a demonstration that fires within seconds; the names of
    series and alerts stay those of the real windows. `min_count` stays too: a demonstration drives
    real traffic, and fewer records in a window of seconds would say less, not more.
    """
    if not 1 <= speed_up < math.inf:
        raise ValueError(f"speed_up: got {speed_up}, expected a number from 1")
    interval = _faster(spec.evaluation_interval, speed_up)
    recording: list[Rule] = []
    alerting: list[Rule] = []
    for alert in spec.alerts:
        fast = _faster_alert(alert, speed_up)
        recording += _recorded(alert, fast)
        alerting.append(_alerting(spec, alert, fast))
    return {"recording.yml": _file("recording", interval, recording), "alerts.yml": _file("alerts", interval, alerting)}


def _faster(seconds: float, speed_up: float, shortest: float = SHORTEST_DURATION) -> float:
    return seconds if speed_up == 1 else max(shortest, seconds / speed_up)


def _faster_alert(alert: Alert, speed_up: float) -> Alert:
    return replace(
        alert,
        hold=_faster(alert.hold, speed_up),
        keep_firing_for=None if alert.keep_firing_for is None else _faster(alert.keep_firing_for, speed_up),
        window=None if alert.window is None else _faster(alert.window, speed_up, SHORTEST_WINDOW),
    )


def _file(group: str, interval: float, rules: list[Rule]) -> str:
    document = {"groups": [{"name": group, "interval": format_duration(interval), "rules": rules}]}
    return HEADER + yaml.safe_dump(document, sort_keys=False, width=1000, allow_unicode=True)


def _names(alert: Alert) -> tuple[str, str, str, str]:
    """Recorded series of a ratio: part, whole, quotient, count of the whole; named by the real window."""
    window = format_duration(alert.window or 0)
    whole = alert.metric.removesuffix("_total")
    return (
        f"job:{alert.recorded_as}:rate{window}",
        f"job:{whole}:rate{window}",
        f"job:{alert.recorded_as}:ratio_rate{window}",
        f"job:{whole}:increase{window}",
    )


def _selector(metric: str, selection: Selection) -> str:
    matchers = [
        f'{label}="{values[0]}"' if len(values) == 1 else f'{label}=~"{"|".join(values)}"'
        for label, values in selection.items()
    ]
    return f"{metric}{{{', '.join(matchers)}}}" if matchers else metric


def _recorded(alert: Alert, fast: Alert) -> list[Rule]:
    if alert.statistic != "ratio":
        return []
    part, whole, ratio, count = _names(alert)
    window = format_duration(fast.window or 0)
    of_whole = f"{_selector(alert.metric, alert.of)}[{window}]"
    of_part = f"{_selector(alert.metric, alert.part)}[{window}]"
    return [
        {"record": whole, "expr": f"sum by (job) (rate({of_whole}))"},
        {"record": part, "expr": f"sum by (job) (rate({of_part})) or 0 * sum by (job) (rate({of_whole}))"},
        {"record": ratio, "expr": f"{part} / ({whole} > 0)"},
        {"record": count, "expr": f"sum by (job) (increase({of_whole}))"},
    ]


def _alerting(spec: Spec, alert: Alert, fast: Alert) -> Rule:
    threshold = f"{alert.threshold:.15g}"
    if alert.statistic == "ratio":
        _, _, ratio, count = _names(alert)
        expression = f"{ratio} {alert.comparison} {threshold}"
        if alert.min_count is not None:
            expression += f" and on (job) {count} >= {alert.min_count}"
        value = "{{ $value | humanizePercentage }}"
    else:
        expression, value = f"{alert.metric} {alert.comparison} {threshold}", "{{ $value | humanize }}"
    rule: Rule = {"alert": alert.name, "expr": expression, "for": format_duration(fast.hold)}
    if fast.keep_firing_for is not None:
        rule["keep_firing_for"] = format_duration(fast.keep_firing_for)
    rule["labels"] = {"severity": alert.severity}
    rule["annotations"] = {
        "summary": f"{{{{ $labels.job }}}}: {alert.summary} (now {value})",
        "description": alert.description,
        "runbook_url": spec.runbook_url.replace("{name}", alert.name),
    }
    return rule
