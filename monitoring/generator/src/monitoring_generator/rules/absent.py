"""No series where there must be some: one rule for each expected value, because only then does it carry the labels."""

from __future__ import annotations

from itertools import product

from monitoring_generator.alerts import AbsentAlert
from monitoring_generator.rules.promql import selector


def conditions(alert: AbsentAlert) -> list[str]:
    """One condition for each combination of expected values, true while there is no such series."""
    combinations = product(*alert.expected.values())
    selections = [{label: (value,) for label, value in zip(alert.expected, each, strict=True)} for each in combinations]
    return [f"absent({selector(alert.metric, selection)})" for selection in selections]
