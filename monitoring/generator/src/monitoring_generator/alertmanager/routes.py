"""Which alert goes to which receiver of Alertmanager, and the check that each is told before it is over.

Every category has a receiver of its name, that tells everybody who gets the category. It is there
even if nobody does, so that who is told can change without the routes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from monitoring_generator.alertmanager.categories import Category, Times, category_of
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
from monitoring_generator.rules.pace import Pace

#: For alerts that say neither `notify` nor a severity that we know: whoever gets this category.
DEFAULT: Final[Category] = "warning"
#: Alerts of one group are told together.
_GROUP: Final = ("alertname", "job")
#: Every alert for itself.
_ALONE: Final = ("...",)
#: By which label each category is told apart; the first that fits is taken.
MATCHERS: Final[Mapping[Category, str]] = {
    "heartbeat": 'notify="heartbeat"',
    "immediate": 'notify="immediate"',
    "critical": 'severity="critical"',
    "warning": 'severity="warning"',
    "info": 'severity="info"',
}


def route_tree(times: Mapping[Category, Times], pace: Pace) -> dict[str, Any]:
    """Alertmanager's `route`."""
    routes = [
        {
            "receiver": category,
            "matchers": [matcher],
            "group_by": list(_ALONE if category == "immediate" else _GROUP),
            **_times(times[category], pace),
        }
        for category, matcher in MATCHERS.items()
    ]
    return {"receiver": "default", "group_by": list(_GROUP), **_times(times[DEFAULT], pace), "routes": routes}


def _times(times: Times, pace: Pace) -> dict[str, str]:
    return {
        "group_wait": pace.wait(times.wait) if times.wait else "0s",
        "group_interval": pace.wait(times.interval),
        "repeat_interval": pace.wait(times.repeat),
    }


def check_told(alert: Alert, times: Mapping[Category, Times], evaluation_interval: float) -> None:
    """Raises SpecError for an alert that can be over before Alertmanager looks at its group.

    Alertmanager looks at a new group after its wait and then once an interval; what fired and ended
    in between is forgotten. A condition that looks back over a window stays true for that long, and
    `keep_firing_for` adds to it. One with neither lasts one evaluation for certain; it can only come
    back after its hold, when the group of its last time must be gone.
    """
    category = category_of(alert)
    told = times[category]
    if isinstance(alert, AlwaysAlert):
        return
    lasts = _window(alert) - alert.hold + alert.keep_firing_for if _window(alert) else alert.keep_firing_for
    needed = max(told.wait, told.interval)
    if lasts > needed or (not lasts and evaluation_interval > told.wait and alert.hold >= told.interval):
        return
    raise SpecError(
        f"{alert.name}: keep_firing_for: window, less hold, and keep_firing_for are {format_duration(max(lasts, 0))}"
        f" together, expected more than {format_duration(needed)}, the interval of {category} in receivers.yaml:"
        " Alertmanager forgets what is over sooner"
    )


def _window(alert: Alert) -> float:
    """Seconds that the condition stays true after what made it true, at least."""
    match alert:
        case RatioAlert() | PercentileAlert() | EventsAlert():
            return alert.window
        case BurnRateAlert():
            return min(window.short for window in alert.windows)
        case ValueAlert() | AbsentAlert() | AlwaysAlert():
            return 0.0
