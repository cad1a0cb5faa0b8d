"""Categories by which alerts are told, their `notify` or else their severity, and the times of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from monitoring_generator.alerts import Alert
from monitoring_generator.errors import SpecError
from monitoring_generator.section import Section
from monitoring_generator.timing import IMMEDIATE_GROUP_INTERVAL

Category = Literal["immediate", "critical", "warning", "info", "heartbeat"]
CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)

#: Whether a heartbeat is due is looked at so often: it comes at most that much later than its time.
HEARTBEAT_GROUP_INTERVAL: Final = 5.0


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: before the first notification of a group, between two of a group, and until one is told again."""

    wait: float
    interval: float
    repeat: float


def category_of(alert: Alert) -> Category:
    """How `alert` is told."""
    for word in (alert.notify, alert.severity):
        if word in CATEGORIES:
            return word
    raise SpecError(f"{alert.name}: severity: got {alert.severity}, expected one of {', '.join(CATEGORIES)}")


def read_times(section: Section) -> Mapping[Category, Times]:
    """The times of every category. Raises SpecError."""
    section.check_keys(CATEGORIES, required=CATEGORIES)
    given = {category: Section(f"{section.place}: {category}", section.value(category)) for category in CATEGORIES}
    fixed = {"immediate": IMMEDIATE_GROUP_INTERVAL, "heartbeat": HEARTBEAT_GROUP_INTERVAL}
    times: dict[Category, Times] = {}
    for category, each in given.items():
        if category in fixed:
            each.check_keys({"repeat"}, required={"repeat"})
            times[category] = Times(0.0, fixed[category], each.duration("repeat"))
        else:
            each.check_keys({"wait", "interval", "repeat"}, required={"wait", "interval", "repeat"})
            times[category] = Times(*(each.duration(key) for key in ("wait", "interval", "repeat")))
        if times[category].repeat < times[category].interval:
            raise each.fail("repeat", "expected at least the interval: nothing is told more often")
    return times
