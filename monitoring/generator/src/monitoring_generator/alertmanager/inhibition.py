"""Which alert mutes which: only what says nothing new while the other fires, or what cannot be known meanwhile.

It follows from what the alerts are, so that a new alert needs no rule of its own. `equal` names
labels that both sides carry: an aggregation over a job drops `instance`, and a label that one side
lacks would never be equal. Events are never muted by a state: that they happened stays true. What is
muted is told as soon as it still fires when the other has ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from monitoring_generator.alerts import (
    AbsentAlert,
    Alert,
    BurnRateAlert,
    PercentileAlert,
    RatioAlert,
    ValueAlert,
)
from monitoring_generator.rules.notification import series_labels
from monitoring_generator.spec import Spec

InhibitRule = dict[str, Any]

#: The metric by which Prometheus says that a target does not answer.
_ANSWERS: Final = "up"


def inhibit_rules(spec: Spec) -> list[InhibitRule]:
    """Alertmanager's `inhibit_rules`; those without anything to mute are left out."""
    down = [alert for alert in spec.alerts if isinstance(alert, ValueAlert) and alert.metric == _ANSWERS]
    absent = [alert for alert in spec.alerts if isinstance(alert, AbsentAlert)]
    of_instance = [alert for alert in spec.alerts if _is_state(alert) and _has(alert, "instance") and alert not in down]
    of_job = [alert for alert in spec.alerts if _is_state(alert) and _has(alert, "job") and not _has(alert, "instance")]
    rules = [
        # The target is down: nothing is known about it. Its job may have others, so no more than that.
        _rule(down, of_instance, ["job", "instance"]),
        # No metrics because the targets are down: the same said twice.
        _rule(down, [alert for alert in absent if _has(alert, "job")], ["job"]),
        # No metrics at all: nothing is known about the job.
        _rule([alert for alert in absent if _has(alert, "job")], of_job, ["job"]),
        *_burn_rates(spec),
        # The library has told of the record itself, and tries again until it has.
        {
            "source_matchers": ['channel="direct"'],
            "target_matchers": ['channel="metrics"'],
            "equal": ["alertname", "job"],
        },
    ]
    return [rule for rule in rules if rule]


def _is_state(alert: Alert) -> bool:
    """Whether it tells how something is now, and not that something happened or how long a budget will last."""
    return isinstance(alert, RatioAlert | PercentileAlert | ValueAlert)


def _has(alert: Alert, label: str) -> bool:
    return label in series_labels(alert)


def _burn_rates(spec: Spec) -> list[InhibitRule]:
    """Burning fast says more than burning slowly."""
    burning = [alert for alert in spec.alerts if isinstance(alert, BurnRateAlert)]
    rules = []
    for objective in spec.objectives:
        own = [alert for alert in burning if alert.objective == objective]
        critical = [alert for alert in own if alert.severity == "critical"]
        rules.append(_rule(critical, [alert for alert in own if alert.severity != "critical"], ["job"]))
    return rules


def _rule(sources: Sequence[Alert], targets: Sequence[Alert], equal: list[str]) -> InhibitRule:
    return _mutes(_names(sources), _names(targets), equal) if sources and targets else {}


def _mutes(source: str, target: str, equal: list[str]) -> InhibitRule:
    return {"source_matchers": [source], "target_matchers": [target], "equal": equal}


def _names(alerts: Sequence[Alert]) -> str:
    return f'alertname=~"{"|".join(alert.name for alert in alerts)}"'
