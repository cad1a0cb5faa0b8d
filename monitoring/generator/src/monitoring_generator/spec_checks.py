"""What must hold between the keys of an alert, beyond what each key may hold alone."""

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
from monitoring_generator.errors import SpecError
from monitoring_generator.objectives import Objective
from monitoring_generator.section import Selection
from monitoring_generator.timing import IMMEDIATE_GROUP_INTERVAL, SAMPLES_IN_A_WINDOW, SCRAPE_INTERVAL

#: Objectives are recorded over this time, and longer ones made of it: no window can be shorter.
SHORTEST_BURN_WINDOW = 300.0


def check_objective(place: str, objective: Objective) -> None:
    """Raises SpecError if nothing could be bad or the time is too short."""
    overlap = set(objective.bad) & set(objective.of)
    if overlap:
        raise SpecError(f"{place}: bad.{min(overlap)}: is in `of` too, expected other labels")
    if objective.period < SHORTEST_BURN_WINDOW:
        raise SpecError(f"{place}: period: expected at least {format_duration(SHORTEST_BURN_WINDOW)}")


def check_alert(place: str, alert: Alert) -> None:
    """Raises SpecError for an alert that could never fire, always would, or could not be told."""
    _check_notification(place, alert)
    match alert:
        case RatioAlert():
            _check_counter(place, alert.metric)
            _check_window(place, alert.window)
            _check_share(place, alert.threshold)
            _check_part(place, alert.part, alert.of)
        case PercentileAlert():
            _check_window(place, alert.window)
        case EventsAlert():
            _check_counter(place, alert.metric)
            _check_window(place, alert.window)
            if alert.comparison != ">" or alert.threshold < 0:
                raise SpecError(f"{place}: comparison: expected > and a threshold from 0: events are counted")
        case ValueAlert() if alert.metric.endswith("_ratio"):
            _check_share(place, alert.threshold)
        case AbsentAlert() if alert.hold < 2 * SCRAPE_INTERVAL:
            expected = format_duration(2 * SCRAPE_INTERVAL)
            raise SpecError(f"{place}: hold: expected at least {expected}: at a start there is nothing yet")
        case BurnRateAlert():
            _check_burn_rate(place, alert)
        case _:
            pass


def _check_notification(place: str, alert: Alert) -> None:
    if (alert.notify == "heartbeat") != isinstance(alert, AlwaysAlert):
        raise SpecError(f"{place}: notify: heartbeat is for the statistic always, and for no other")
    if (alert.severity == "none") != isinstance(alert, AlwaysAlert):
        raise SpecError(f"{place}: severity: none is for the statistic always, and for no other")
    if alert.notify != "immediate":
        return
    if alert.hold:
        raise SpecError(f"{place}: hold: expected none with notify: immediate")
    lasts = alert.keep_firing_for + (alert.window if isinstance(alert, EventsAlert) else 0.0)
    if lasts <= IMMEDIATE_GROUP_INTERVAL:
        raise SpecError(
            f"{place}: notify: immediate needs window and keep_firing_for above {IMMEDIATE_GROUP_INTERVAL:g}s together"
            f", got {lasts:g}s: Alertmanager forgets what is over sooner"
        )


def _check_counter(place: str, metric: str) -> None:
    if not metric.endswith("_total"):
        raise SpecError(f"{place}: metric: got {metric!r}, expected a counter, whose name ends in _total")


def _check_window(place: str, window: float) -> None:
    shortest = SAMPLES_IN_A_WINDOW * SCRAPE_INTERVAL
    if window < shortest:
        expected = f"{format_duration(shortest)}, {SAMPLES_IN_A_WINDOW} scrapes"
        raise SpecError(f"{place}: window: got {format_duration(window)}, expected at least {expected}")


def _check_share(place: str, threshold: float) -> None:
    if not 0 <= threshold <= 1:
        raise SpecError(f"{place}: threshold: got {threshold:g}, expected 0 to 1 (5 % is 0.05)")


def _check_part(place: str, part: Selection, of: Selection) -> None:
    for label, values in of.items():
        if label not in part or not set(part[label]) <= set(values):
            raise SpecError(f"{place}: part.{label}: expected some of of.{label}: {', '.join(values)}")


def _check_burn_rate(place: str, alert: BurnRateAlert) -> None:
    for number, window in enumerate(alert.windows):
        where = f"{place}: windows[{number}]"
        if not SHORTEST_BURN_WINDOW <= window.short < window.long <= alert.objective.period:
            order = f"{format_duration(SHORTEST_BURN_WINDOW)} <= short < long <= {alert.objective.name}'s period"
            raise SpecError(f"{where}: expected {order} of {format_duration(alert.objective.period)}")
        if window.factor * alert.objective.budget >= 1:
            raise SpecError(
                f"{where}: factor: got {window.factor:g}, expected less than {1 / alert.objective.budget:g}:"
                f" not even if everything failed would {alert.objective.name} burn that fast"
            )
