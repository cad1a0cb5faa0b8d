"""The lines in the panels: thresholds of the alerts, never typed a second time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeVar

from monitoring_generator.alerts import (
    Alert,
    BurnRateAlert,
    EventsAlert,
    PercentileAlert,
    RatioAlert,
    ValueAlert,
)
from monitoring_generator.spec import Spec

GREEN: Final = "green"
ORANGE: Final = "orange"
RED: Final = "red"
_COLORS: Final = {"critical": RED, "warning": ORANGE}

AlertT = TypeVar("AlertT", bound=Alert)


@dataclass(frozen=True, slots=True)
class Limit:
    """From `value` on a panel has this colour; `value` is in the unit of the panel."""

    value: float
    color: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Colours of a panel: `base` below the first of `steps`, which rise."""

    base: str = GREEN
    steps: tuple[Limit, ...] = ()


def find_alert(spec: Spec, kind: type[AlertT], name: str) -> AlertT:
    """The alert of that name. Raises LookupError if there is none or it has another statistic."""
    for alert in spec.alerts:
        if alert.name == name and isinstance(alert, kind):
            return alert
    raise LookupError(f"alerts.yaml: {name}: the dashboards need this alert with the statistic {kind.statistic}")


def limits_of(alert: Alert) -> Limits:
    """The colours that say when `alert` may fire.

    Grafana colours from a value on (>=). A number of events has to be above its threshold, so it
    is red from the next whole number; a share or a time is never exactly on its line.
    """
    color = _COLORS[alert.severity]
    match alert:
        case RatioAlert() | PercentileAlert() | ValueAlert(comparison=">" | ">="):
            return Limits(GREEN, (Limit(alert.threshold, color),))
        case ValueAlert():
            return Limits(color, (Limit(alert.threshold, GREEN),))
        case EventsAlert():
            return Limits(GREEN, (Limit(math.floor(alert.threshold) + 1, color),))
        case BurnRateAlert():
            return Limits(GREEN, tuple(Limit(factor, color) for factor in sorted(_factors(alert))))
    raise LookupError(f"{alert.name}: an alert with the statistic {alert.statistic} has no line")


def _factors(alert: BurnRateAlert) -> set[float]:
    return {window.factor for window in alert.windows}
