"""From the specification to rule files.

Two groups, each complete in itself: what an alert is computed from stands before it in the same
group, so that it sees values of the same moment and not of the evaluation before.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

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
from monitoring_generator.errors import SpecError
from monitoring_generator.measures import MEASURES
from monitoring_generator.rules import absent, burn_rate, events, percentile, ratio
from monitoring_generator.rules.notification import annotations_of, labels_of
from monitoring_generator.rules.pace import Pace
from monitoring_generator.rules.promql import Rule, number, recording
from monitoring_generator.spec import Spec

HEADER = "# made from monitoring/alerts.yaml by monitoring_generator; do not edit\n"
FOLDER = Path("prometheus/rules")


def make_files(spec: Spec, root: Path) -> dict[Path, str]:
    """The committed rule files below `root`, the folder of `alerts.yaml`."""
    return {root / FOLDER / name: text for name, text in render_rules(spec).items()}


def render_rules(spec: Spec, speed_up: float = 1.0) -> dict[str, str]:
    """The text of each rule file by its name; `speed_up` divides every duration (`pace.py`).

    Raises ValueError for a factor below 1, SpecError if two alerts record different things under one name.
    """
    return {
        name: HEADER + yaml.safe_dump(document, sort_keys=False, width=1000, allow_unicode=True)
        for name, document in rule_documents(spec, speed_up).items()
    }


def rule_documents(spec: Spec, speed_up: float = 1.0) -> dict[str, dict[str, Any]]:
    """The same before it is text."""
    pace = Pace(speed_up)
    burning = [alert for alert in spec.alerts if isinstance(alert, BurnRateAlert)]
    others = [alert for alert in spec.alerts if not isinstance(alert, BurnRateAlert)]
    documents = {"alerts.yml": _document("alerts", pace.wait(spec.evaluation_interval), _rules(others, spec, pace))}
    if spec.objectives:
        recorded = [
            rule
            for objective in spec.objectives
            for rule in burn_rate.recordings(
                objective, [alert for alert in burning if alert.objective == objective], pace
            )
        ]
        rules = recorded + _rules(burning, spec, pace)
        documents["objectives.yml"] = _document("objectives", pace.wait(burn_rate.INTERVAL), rules)
    return documents


def _rules(alerts: Sequence[Alert], spec: Spec, pace: Pace) -> list[Rule]:
    recorded: dict[str, Rule] = {}
    for alert in alerts:
        for rule in _recordings(alert, pace):
            if recorded.setdefault(rule["record"], rule) != rule:
                raise SpecError(f"{alert.name}: {rule['record']}: another alert records something else as that")
    return [*recorded.values(), *(rule for alert in alerts for rule in _alerting(alert, spec, pace))]


def _recordings(alert: Alert, pace: Pace) -> list[Rule]:
    match alert:
        case RatioAlert():
            return ratio.recordings(alert, pace)
        case PercentileAlert():
            return percentile.recordings(alert, pace)
        case ValueAlert() if alert.metric in MEASURES:
            measure = MEASURES[alert.metric]
            return [recording(measure.recorded_as, measure.expression)]
        case _:
            return []


def _alerting(alert: Alert, spec: Spec, pace: Pace) -> list[Rule]:
    rest: Rule = {}
    if alert.hold:
        rest["for"] = pace.wait(alert.hold)
    if alert.keep_firing_for:
        rest["keep_firing_for"] = pace.wait(alert.keep_firing_for)
    rest |= {"labels": labels_of(alert), "annotations": annotations_of(alert, spec)}
    return [{"alert": alert.name, "expr": expression, **rest} for expression in _conditions(alert, pace)]


def _conditions(alert: Alert, pace: Pace) -> list[str]:
    match alert:
        case RatioAlert():
            return [ratio.condition(alert)]
        case PercentileAlert():
            return [percentile.condition(alert)]
        case EventsAlert():
            return [events.condition(alert, pace)]
        case ValueAlert():
            series = MEASURES[alert.metric].recorded_as if alert.metric in MEASURES else alert.metric
            return [f"{series} {alert.comparison} {number(alert.threshold)}"]
        case AbsentAlert():
            return absent.conditions(alert)
        case BurnRateAlert():
            return [burn_rate.condition(alert, pace)]
        case AlwaysAlert():
            return ["vector(1)"]


def _document(group: str, interval: str, rules: list[Rule]) -> dict[str, Any]:
    return {"groups": [{"name": group, "interval": interval, "rules": rules}]}
