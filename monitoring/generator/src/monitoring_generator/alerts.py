"""What an alert is: one class a statistic. Durations are seconds, shares are 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from monitoring_generator.objectives import Objective
from monitoring_generator.section import Selection

Statistic = Literal["ratio", "percentile", "events", "value", "absent", "burn_rate", "always"]
Comparison = Literal[">", ">=", "<", "<="]
Severity = Literal["critical", "warning", "info", "none"]
Notify = Literal["immediate", "heartbeat"]

#: The uids of the dashboards that an alert may lead to.
DASHBOARDS: Final = ("app-overview", "error-analysis", "performance", "infrastructure")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    name: str
    summary: str
    description: str
    severity: Severity
    dashboard: str
    #: How it is told; None: as its severity says.
    notify: Notify | None = None
    #: True for so long before it fires; 0: at once.
    hold: float = 0.0
    #: Fires on for so long after it was true last.
    keep_firing_for: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioAlert(_Common):
    """Rate of the series `part` over the rate of the series `of`, from `min_count` on."""

    statistic: ClassVar[Statistic] = "ratio"
    metric: str
    part: Selection
    of: Selection
    #: Under this name the share is recorded.
    recorded_as: str
    window: float
    comparison: Comparison
    threshold: float
    min_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentileAlert(_Common):
    """A percentile (0 to 100) of a distribution, from `min_count` observations on."""

    statistic: ClassVar[Statistic] = "percentile"
    metric: str
    percentile: float
    window: float
    comparison: Comparison
    threshold: float
    of: Selection = field(default_factory=dict)
    by: tuple[str, ...] = ()
    min_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsAlert(_Common):
    """How many events a counter saw in the window: the first of all and those around a restart included."""

    statistic: ClassVar[Statistic] = "events"
    metric: str
    by: tuple[str, ...]
    window: float
    comparison: Comparison
    threshold: float
    part: Selection = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueAlert(_Common):
    """The value of a gauge or of a measure (`measures.py`) as it is now."""

    statistic: ClassVar[Statistic] = "value"
    metric: str
    comparison: Comparison
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentAlert(_Common):
    """No series at all for one of the values in `expected`."""

    statistic: ClassVar[Statistic] = "absent"
    metric: str
    expected: Selection


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """An error budget burns `factor` times as fast as it lasts, over a long and over a short time."""

    long: float
    short: float
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnRateAlert(_Common):
    """An objective's error budget burns too fast over both times of at least one of the windows."""

    statistic: ClassVar[Statistic] = "burn_rate"
    objective: Objective
    windows: tuple[BurnWindow, ...]
    min_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlwaysAlert(_Common):
    """Fires always: what stops when alerting does."""

    statistic: ClassVar[Statistic] = "always"


Alert = RatioAlert | PercentileAlert | EventsAlert | ValueAlert | AbsentAlert | BurnRateAlert | AlwaysAlert
KINDS: Final[dict[str, type[Alert]]] = {
    kind.statistic: kind
    for kind in (RatioAlert, PercentileAlert, EventsAlert, ValueAlert, AbsentAlert, BurnRateAlert, AlwaysAlert)
}
